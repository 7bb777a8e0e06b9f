//go:build !js

package data

import "testing"

// All of MNIST goes into seven packs and comes back. (Under Node compressing it takes too long.)
func TestPacksHoldAllOfMNIST(t *testing.T) {
	all := load(t)
	for _, s := range []Set{all.train, all.test} {
		if err := s.Check(); err != nil {
			t.Error(err)
		}
	}
	site := files{}
	m, err := EncodePacks(all.train, all.test, site.write)
	if err != nil {
		t.Fatal(err)
	}
	needed, err := m.Needed(60_000)
	if err != nil || len(needed) != 7 {
		t.Fatalf("%d packs for all images, want 7: %v", len(needed), err)
	}
	store := NewStore(m)
	for _, s := range needed {
		t.Logf("%s: %d bytes", s.File, s.Bytes)
		if err := store.Add(s, site[s.File]); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bytes in all", TotalBytes(needed))
	train, test, err := store.Images(60_000)
	if err != nil || !equal(train, all.train) || !equal(test, all.test) {
		t.Errorf("the packs are not MNIST: %v", err)
	}
}
