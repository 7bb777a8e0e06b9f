package data

import (
	"encoding/hex"
	"fmt"

	"github.com/pairlab/pairlab/engine/sha256"
)

// EncodePacks makes the packs of both sets and their manifest ([ManifestFile], the last), and has write keep each
// file under its name. The same images give the same files, as long as Go's compress/flate stays the same.
func EncodePacks(train, test Set, write func(name string, file []byte) error) (Manifest, error) {
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
			if err := write(shard.File, file); err != nil {
				return Manifest{}, err
			}
			m.Shards = append(m.Shards, shard)
		}
	}
	b, err := m.Encode()
	if err != nil {
		return Manifest{}, err
	}
	return m, write(ManifestFile, b)
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
