package data

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// files are a site's by their names.
type files map[string][]byte

func (f files) write(name string, file []byte) error {
	if _, ok := f[name]; ok {
		return fmt.Errorf("%s is written twice", name)
	}
	f[name] = file
	return nil
}

// smallSite has packs of a few images: the manifest cuts by ShardImages, so each split is one and a bit.
func smallSite(t *testing.T) (site files, m Manifest, train, test Set) {
	t.Helper()
	all := load(t)
	train, test = all.train.slice(0, 2*ShardImages), all.test.slice(0, 300)
	site = files{}
	m, err := EncodePacks(train, test, site.write)
	if err != nil {
		t.Fatal(err)
	}
	return site, m, train, test
}

func TestPacksComeBackFromTheSite(t *testing.T) {
	site, m, train, test := smallSite(t)
	parsed, err := ParseManifest(site[ManifestFile])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(parsed.Shards, m.Shards) || parsed.Credit != Credit {
		t.Error("the manifest reads back as another")
	}
	store := NewStore(parsed)
	add := func(s Shard, change func([]byte)) error {
		t.Helper()
		file := bytes.Clone(site[s.File])
		change(file)
		return store.Add(s, file)
	}
	asIs := func([]byte) {}

	needed, err := store.Needed(ShardImages)
	if err != nil || len(needed) != 2 || needed[0].Split != Train || needed[1].Split != Test {
		t.Fatalf("a pool of one pack needs %v, %v", needed, err)
	}
	if _, _, err := store.Images(ShardImages); err == nil || !strings.Contains(err.Error(), needed[0].File) {
		t.Errorf("sets before any pack: error %v", err)
	}
	if _, err := store.Test(); err == nil || !strings.Contains(err.Error(), needed[1].File) {
		t.Errorf("the test set before its pack: error %v", err)
	}
	if err := add(needed[0], func(b []byte) { b[1000] ^= 1 }); err == nil {
		t.Error("a flipped bit: no error")
	}
	for _, s := range needed {
		if err := add(s, asIs); err != nil {
			t.Fatal(err)
		}
	}
	gotTrain, gotTest, err := store.Images(ShardImages)
	if err != nil || !equal(gotTrain, train.slice(0, ShardImages)) || !equal(gotTest, test) {
		t.Errorf("the first pool came back as another: %v", err)
	}
	if alone, err := store.Test(); err != nil || !equal(alone, test) {
		t.Errorf("the test set alone came back as another: %v", err)
	}
	needed, err = store.Needed(2 * ShardImages)
	if err != nil || len(needed) != 1 || needed[0].First != ShardImages {
		t.Fatalf("the larger pool still needs %v, %v", needed, err)
	}
	if err := add(needed[0], asIs); err != nil {
		t.Fatal(err)
	}
	gotTrain, _, err = store.Images(2 * ShardImages)
	if err != nil || !equal(gotTrain, train) {
		t.Errorf("the whole came back as another: %v", err)
	}
	stranger := m.Shards[0]
	stranger.File = "other.pack"
	if err := store.Add(stranger, nil); err == nil || !strings.Contains(err.Error(), "other.pack") {
		t.Errorf("a stranger's pack: error %v", err)
	}
}

// A file that hashes as its entry says but cannot be decoded leaves nothing behind in the store.
func TestStoreDecodesAgainAfterADamagedPack(t *testing.T) {
	test := load(t).test.slice(0, 30)
	good := pack(t, Test, 0, test)
	other := Set{Labels: load(t).test.Labels[30:60], Sums: slices.Clone(load(t).test.Sums[30*Pixels : 60*Pixels])}
	other.Sums[len(other.Sums)-1] = MaxSum + 1 // found when all the rest, with its ink elsewhere, is written
	damaged := pack(t, Test, 0, other)
	trainFile := pack(t, Train, 0, test)
	train := newShard(Train, 0, 30, trainFile)
	store := NewStore(Manifest{Shards: []Shard{train, newShard(Test, 0, 30, damaged)}})
	if err := store.Add(store.manifest.Shards[1], damaged); err == nil {
		t.Fatal("a damaged pack: no error")
	}
	store.manifest.Shards[1] = newShard(Test, 0, 30, good)
	if err := store.Add(store.manifest.Shards[1], good); err != nil {
		t.Fatal(err)
	}
	if err := store.Add(train, trainFile); err != nil {
		t.Fatal(err)
	}
	_, got, err := store.Images(30)
	if err != nil || !equal(got, test) {
		t.Errorf("the second try came back as another: %v", err)
	}
}

func TestEncodePacksStopsWhereAFileCannotBeKept(t *testing.T) {
	full := errors.New("disk full")
	written := 0
	_, err := EncodePacks(load(t).train.slice(0, 2), load(t).test.slice(0, 2), func(string, []byte) error {
		if written++; written == 2 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || written != 2 {
		t.Errorf("error %v after %d files, want %v after 2", err, written, full)
	}
}

func TestPackNamesFollowTheContent(t *testing.T) {
	_, m, _, test := smallSite(t)
	changed := Set{Labels: test.Labels, Sums: slices.Clone(test.Sums)}
	changed.Sums[0] ^= 1
	file := pack(t, Test, 0, changed)
	if name := newShard(Test, 0, changed.Len(), file).File; name == m.Shards[len(m.Shards)-1].File {
		t.Errorf("other images have the same name %s", name)
	}
	again, err := EncodePacks(load(t).train.slice(0, 2*ShardImages), test, files{}.write)
	if err != nil || !slices.Equal(again.Shards, m.Shards) {
		t.Errorf("the same images have other names, %v", err)
	}
}
