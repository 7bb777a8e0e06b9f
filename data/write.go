package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// WritePacks finds MNIST and writes its packs and their manifest ([ManifestFile]) into the folder dir, which is made
// if need be. The same images give the same files, as long as Go's compress/flate stays the same.
func WritePacks(dir string) (Manifest, error) {
	source, err := FindMNIST()
	if err != nil {
		return Manifest{}, err
	}
	train, test, err := Load(source)
	if err != nil {
		return Manifest{}, err
	}
	return writePacks(dir, train, test)
}

func writePacks(dir string, train, test Set) (Manifest, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Manifest{}, fmt.Errorf("data: packs: %w", err)
	}
	m := Manifest{Schema: manifestSchema, Credit: Credit}
	for _, half := range []struct {
		split Split
		set   Set
	}{{Train, train}, {Test, test}} {
		for first := 0; first < half.set.Len(); first += ShardImages {
			part := half.set.slice(first, min(first+ShardImages, half.set.Len()))
			file, err := encodePack(half.split, first, part)
			if err != nil {
				return Manifest{}, err
			}
			shard := newShard(half.split, first, part.Len(), file)
			if err := writeFile(dir, shard.File, file); err != nil {
				return Manifest{}, err
			}
			m.Shards = append(m.Shards, shard)
		}
	}
	b, err := m.Encode()
	if err != nil {
		return Manifest{}, err
	}
	return m, writeFile(dir, ManifestFile, b)
}

// newShard is the manifest's entry for a pack file, named by its content. The name does not end in .gz, for which
// some hosts send a Content-Encoding.
func newShard(split Split, first, images int, file []byte) Shard {
	sum := sha256.Sum256(file)
	return Shard{
		File:   fmt.Sprintf("mnist-%s-%05d-%x.pack", split, first, sum[:8]),
		Bytes:  int64(len(file)),
		SHA256: hex.EncodeToString(sum[:]),
		Split:  split,
		First:  first,
		Images: images,
	}
}

func writeFile(dir, name string, b []byte) error {
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return nil
}
