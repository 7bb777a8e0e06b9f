package data

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// ManifestFile is the name of the manifest, beside the packs that it lists. It is the one file of them that changes
// under its name, so it must be asked for anew at each visit.
const ManifestFile = "mnist.json"

const manifestSchema = "pairlab.mnist/v1"

// maxSetImages bounds what a manifest may claim for a split.
const maxSetImages = 1_000_000

// Split is one of MNIST's two halves.
type Split string

// The two halves.
const (
	Train Split = "train"
	Test  Split = "test"
)

func (s Split) code() uint16 {
	if s == Test {
		return 1
	}
	return 0
}

// Manifest lists the packs of a site: training images first, each split in order and without gaps.
type Manifest struct {
	Schema string  `json:"schema"`
	Credit string  `json:"credit"`
	Shards []Shard `json:"shards"`
}

// Shard is a pack file as the manifest lists it.
type Shard struct {
	File   string `json:"file"` // a name without a folder, which changes with the content
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // of the file, in hexadecimal
	Split  Split  `json:"split"`
	First  int    `json:"first"`  // index of its first image in the split
	Images int    `json:"images"` // 1..ShardImages
}

// ParseManifest reads a manifest and checks that it is complete and that all in it can be right.
func ParseManifest(b []byte) (Manifest, error) {
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("data: %s: %w", ManifestFile, err)
	}
	if rest := b[d.InputOffset():]; len(bytes.TrimSpace(rest)) > 0 {
		return Manifest{}, fmt.Errorf("data: %s: something follows the manifest", ManifestFile)
	}
	if err := m.check(); err != nil {
		return Manifest{}, fmt.Errorf("data: %s: %w", ManifestFile, err)
	}
	return m, nil
}

// Encode is the manifest as JSON, as [ParseManifest] reads it.
func (m Manifest) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", ManifestFile, err)
	}
	return append(b, '\n'), nil
}

// Images is the number of images of a split.
func (m Manifest) Images(split Split) int {
	n := 0
	for _, s := range m.Shards {
		if s.Split == split {
			n += s.Images
		}
	}
	return n
}

// Needed is the packs to load in order to draw from the first pool training images and all test images. A pool
// that does not end with a pack is an error which names those that do.
func (m Manifest) Needed(pool int) ([]Shard, error) {
	var needed []Shard
	var pools []string
	found := false
	for _, s := range m.Shards {
		end := s.First + s.Images
		if s.Split == Test || end <= pool {
			needed = append(needed, s)
		}
		if s.Split == Train {
			found = found || end == pool
			pools = append(pools, fmt.Sprint(end))
		}
	}
	if !found {
		return nil, fmt.Errorf("data: pool of %d images: want one of %s", pool, strings.Join(pools, ", "))
	}
	return needed, nil
}

// TotalBytes is the size of the packs together, to measure progress against.
func TotalBytes(shards []Shard) int64 {
	var n int64
	for _, s := range shards {
		n += s.Bytes
	}
	return n
}

func (m Manifest) check() error {
	if m.Schema != manifestSchema {
		return fmt.Errorf("schema %q, want %q", m.Schema, manifestSchema)
	}
	names := make(map[string]bool, len(m.Shards))
	next := map[Split]int{}
	for _, s := range m.Shards {
		if err := s.check(); err != nil {
			return err
		}
		if names[s.File] {
			return fmt.Errorf("pack %s is listed twice", s.File)
		}
		if s.Split == Train && next[Test] > 0 {
			return fmt.Errorf("pack %s: training images after test images", s.File)
		}
		if s.First != next[s.Split] {
			return fmt.Errorf("pack %s: %s images from %d, want from %d", s.File, s.Split, s.First, next[s.Split])
		}
		names[s.File] = true
		next[s.Split] += s.Images
	}
	for _, split := range []Split{Train, Test} {
		if next[split] == 0 {
			return fmt.Errorf("no pack of %s images", split)
		}
	}
	return nil
}

func (s Shard) check() error {
	if s.File == "" || s.File[0] == '.' || strings.ContainsFunc(s.File, notInName) {
		return fmt.Errorf("pack name %q, want letters, digits, '-' and '.'", s.File)
	}
	if s.Bytes < HeaderSize || s.Bytes > maxShardBytes {
		return fmt.Errorf("pack %s: size of %d bytes, want %d..%d", s.File, s.Bytes, HeaderSize, maxShardBytes)
	}
	if b, err := hex.DecodeString(s.SHA256); err != nil || len(b) != 32 || strings.ToLower(s.SHA256) != s.SHA256 {
		return fmt.Errorf("pack %s: checksum %q, want 64 hexadecimal digits", s.File, s.SHA256)
	}
	if s.Split != Train && s.Split != Test {
		return fmt.Errorf("pack %s: split %q, want %q or %q", s.File, s.Split, Train, Test)
	}
	if s.Images < 1 || s.Images > ShardImages {
		return fmt.Errorf("pack %s: %d images, want 1..%d", s.File, s.Images, ShardImages)
	}
	if s.First < 0 || s.First > maxSetImages-s.Images {
		return fmt.Errorf("pack %s: first image %d, want 0..%d", s.File, s.First, maxSetImages-s.Images)
	}
	return nil
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.')
}
