package data

import (
	"bytes"
	"fmt"
	"slices"
)

// Store gathers packs as they arrive, in any order, and keeps them: a later, larger pool needs only what is missing.
// It is for one goroutine at a time.
type Store struct {
	manifest Manifest
	loaded   map[string]bool // by file name
	sets     map[Split]*Set  // room for the whole split, from the first pack of it on
}

// NewStore is a store for the packs of a manifest (from [ParseManifest] or [EncodePacks]), with none of them loaded.
func NewStore(m Manifest) *Store {
	return &Store{manifest: m, loaded: map[string]bool{}, sets: map[Split]*Set{Train: {}, Test: {}}}
}

// Needed is the packs that a pool of training images takes (see [Manifest.Needed]) and which are still to be added.
func (s *Store) Needed(pool int) ([]Shard, error) {
	shards, err := s.manifest.Needed(pool)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(shards, func(shard Shard) bool { return s.loaded[shard.File] }), nil
}

// Add checks a pack's file against its entry and decodes it into its place. After an error the pack is still needed
// and the others are as they were.
func (s *Store) Add(shard Shard, file []byte) error {
	return s.add(shard, func(set Set) error { return decodePack(shard, file, set) })
}

// AddInflated is [Store.Add] for a file that was checked by [Shard.CheckFile] and whose deflate stream was inflated
// to b, which is checked as Add checks it.
func (s *Store) AddInflated(shard Shard, b []byte) error {
	return s.add(shard, func(set Set) error {
		c, err := readContent(bytes.NewReader(b), shard.Images)
		if err != nil {
			return fmt.Errorf("inflated images: %w", err)
		}
		return c.restore(set)
	})
}

func (s *Store) add(shard Shard, decode func(Set) error) error {
	if !slices.Contains(s.manifest.Shards, shard) {
		return fmt.Errorf("data: %q is not a pack of the manifest", shard.File)
	}
	if s.loaded[shard.File] {
		return nil
	}
	if err := shard.check(); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	end := shard.First + shard.Images
	set := s.sets[shard.Split]
	if set.Labels == nil {
		// Room for the whole split at once: nothing moves later, and what is not written takes no memory.
		all := s.manifest.Images(shard.Split)
		set.Labels, set.Sums = make([]uint8, all), make([]uint16, all*Pixels)
	}
	if err := decode(set.slice(shard.First, end)); err != nil {
		return fmt.Errorf("data: %s: %w", shard.File, err)
	}
	s.loaded[shard.File] = true
	return nil
}

// Sets is the first pool training images and the test images, once all packs for them are added. They share the
// store's storage and must not be written to.
func (s *Store) Sets(pool int) (train, test Set, err error) {
	missing, err := s.Needed(pool)
	if err != nil {
		return Set{}, Set{}, err
	}
	if len(missing) > 0 {
		return Set{}, Set{}, fmt.Errorf("data: %s is not loaded", missing[0].File)
	}
	return s.sets[Train].slice(0, pool), s.sets[Test].slice(0, s.manifest.Images(Test)), nil
}

// Test is the test images, once all packs of them are added, as in [Store.Sets].
func (s *Store) Test() (Set, error) {
	for _, shard := range s.manifest.Shards {
		if shard.Split == Test && !s.loaded[shard.File] {
			return Set{}, fmt.Errorf("data: %s is not loaded", shard.File)
		}
	}
	return s.sets[Test].slice(0, s.manifest.Images(Test)), nil
}
