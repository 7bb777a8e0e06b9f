package data

import (
	"fmt"
	"slices"
)

// Store gathers packs as they arrive, in any order, and keeps them as they are packed, in a third of the memory that
// their [Set] takes: a later, larger pool needs only what is missing. It is for one goroutine at a time.
type Store struct {
	manifest Manifest
	packs    map[string]*content // by file name
}

// NewStore is a store for the packs of a manifest (from [ParseManifest] or [EncodePacks]), with none of them loaded.
func NewStore(m Manifest) *Store { return &Store{manifest: m, packs: map[string]*content{}} }

// Needed is the packs that a pool of training images takes (see [Manifest.Needed]) and which are still to be added.
func (s *Store) Needed(pool int) ([]Shard, error) {
	shards, err := s.manifest.Needed(pool)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(shards, func(shard Shard) bool { return s.packs[shard.File] != nil }), nil
}

// Add checks a pack's file against its entry and decodes it. After an error the pack is still needed and the others
// are as they were.
func (s *Store) Add(shard Shard, file []byte) error {
	return s.add(shard, func() (*content, error) { return decodePack(shard, file) })
}

// AddInflated is [Store.Add] for a file that was checked by [Shard.CheckFile] and whose deflate stream was inflated
// to b, which is checked as Add checks it. The store keeps b.
func (s *Store) AddInflated(shard Shard, b []byte) error {
	return s.add(shard, func() (*content, error) { return parseContent(b, shard.Images) })
}

func (s *Store) add(shard Shard, decode func() (*content, error)) error {
	if !slices.Contains(s.manifest.Shards, shard) {
		return fmt.Errorf("data: %q is not a pack of the manifest", shard.File)
	}
	if s.packs[shard.File] != nil {
		return nil
	}
	if err := shard.check(); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	c, err := decode()
	if err != nil {
		return fmt.Errorf("data: %s: %w", shard.File, err)
	}
	s.packs[shard.File] = c
	return nil
}

// Images is the first pool training images and the test images, once all packs for them are added.
func (s *Store) Images(pool int) (train, test Images, err error) {
	shards, err := s.manifest.Needed(pool)
	if err != nil {
		return nil, nil, err
	}
	if train, err = s.packed(Train, shards); err != nil {
		return nil, nil, err
	}
	test, err = s.packed(Test, shards)
	return train, test, err
}

// Test is the test images, once all packs of them are added.
func (s *Store) Test() (Images, error) { return s.packed(Test, s.manifest.Shards) }

// packed is a split's packs among shards, which come in order.
func (s *Store) packed(split Split, shards []Shard) (Images, error) {
	var all packed
	for _, shard := range shards {
		if shard.Split != split {
			continue
		}
		c := s.packs[shard.File]
		if c == nil {
			return nil, fmt.Errorf("data: %s is not loaded", shard.File)
		}
		all = append(all, c)
	}
	return all, nil
}

// packed are packs of one split, one after the other.
type packed []*content

// Len implements [Images].
func (p packed) Len() int {
	n := 0
	for _, c := range p {
		n += len(c.labels)
	}
	return n
}

// Label implements [Images].
func (p packed) Label(i int) uint8 {
	c, i := p.find(i)
	return c.labels[i]
}

// Read implements [Images].
func (p packed) Read(i int, sums *[Pixels]uint16) {
	c, i := p.find(i)
	c.read(i, sums[:])
}

// find is the pack that has image i, and its index there.
func (p packed) find(i int) (*content, int) {
	k := 0
	for ; i >= len(p[k].labels); k++ {
		i -= len(p[k].labels)
	}
	return p[k], i
}
