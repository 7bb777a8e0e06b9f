package data

import (
	"slices"
	"testing"
)

func TestStoreGivesSingleImages(t *testing.T) {
	test := load(t).test.slice(0, 30)
	first, second := pack(t, Test, 0, test.slice(0, 20)), pack(t, Test, 20, test.slice(20, 30))
	shards := []Shard{newShard(Test, 0, 20, first), newShard(Test, 20, 10, second)}
	store := NewStore(Manifest{Shards: shards})
	if err := store.Add(shards[1], second); err != nil {
		t.Fatal(err)
	}
	for i := 20; i < 30; i++ {
		sums, label, err := store.Image(Test, i)
		if err != nil || label != int(test.Labels[i]) || !slices.Equal(sums, test.Image(i)) {
			t.Errorf("image %d: a %d, %v, want the set's, a %d", i, label, err, test.Labels[i])
		}
		d, err := Digit(sums)
		if err != nil || !slices.Equal(d.Sums[:], sums) {
			t.Errorf("image %d as a drawing: %v", i, err)
		}
	}
	for _, i := range []int{-1, 0, 19, 30} {
		if _, _, err := store.Image(Test, i); err == nil {
			t.Errorf("image %d, which is not loaded or not there, was given", i)
		}
	}
	if _, _, err := store.Image(Train, 25); err == nil {
		t.Error("a test image was given for a training image")
	}
	if _, err := Digit(make([]uint16, Pixels-1)); err == nil {
		t.Error("an image of 195 sums passed")
	}
}
