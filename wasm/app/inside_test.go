package main

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/data/mnist"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// digitStore has the first 1,000 test images, and as many of them to train on.
func digitStore(t *testing.T) *data.Store {
	t.Helper()
	dir, err := mnist.Find()
	if err != nil {
		t.Fatal(err)
	}
	_, raw, err := mnist.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	const n = 1000
	set := data.Raw{Images: raw.Images[:n*mnist.Pixels], Labels: raw.Labels[:n]}.Pool()
	files := map[string][]byte{}
	m, err := data.EncodePacks(set, set, func(name string, file []byte) error {
		files[name] = file
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	store := data.NewStore(m)
	for _, shard := range m.Shards {
		if err := store.Add(shard, files[shard.File]); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

// What the page counts of a network that a worker trained is what that worker
// measured.
func TestExaminedPairsAreThoseOfTheRun(t *testing.T) {
	store := digitStore(t)
	c, err := experiment.ParseQuery("models=siamese10,siamese2,baseline&rounds=1&epochs=3&pairs=130&batch=20&ch1=6&seed=9")
	if err != nil {
		t.Fatal(err)
	}
	for _, work := range c.Runs() {
		var last, layer []byte
		r := &run{
			task: protocol.Train{Run: work, Pairs: c.Pairs, Pool: 1000}, kernels: portable.New[float32](),
			hold: newHold(1), news: &outbox{send: func([]experiment.Event, layers) error { return nil }, now: time.Now},
			keep: func(_ int, sealed []byte, first layers) error {
				n := len(first.bytes) / len(first.epochs)
				last, layer = sealed, first.bytes[len(first.bytes)-n:]
				return nil
			},
		}
		if err := r.make(store); err != nil {
			t.Fatal(err)
		}
		o := oracle{}
		open := protocol.Open{Name: "x", Rows: 50, Trained: &protocol.Trained{Run: work, Epoch: 3, Outcome: r.outcome}}
		if _, err := o.open(open, last, portable.New[float32]()); err != nil {
			t.Fatal(err)
		}
		var in tests
		q := protocol.Inside{Name: "x", Seed: work.Seed, Pairs: c.Pairs}
		pairs, pixels, err := in.inspect(protocol.OpPairs, q, o, nil, store)
		if err != nil || len(pairs.Digits) != 260 || len(pairs.Images) != 260 || len(pixels) != 260*data.Pixels {
			t.Fatalf("%+v with %d pixels, %v", pairs, len(pixels), err)
		}
		sums, label, err := store.Image(data.Test, int(pairs.Images[7]))
		if err != nil || label != int(pairs.Digits[7]) {
			t.Errorf("image %d is a %d, not a %d (%v)", pairs.Images[7], label, pairs.Digits[7], err)
		}
		for i, sum := range sums {
			if want := uint8((sum + 2) / 4); pixels[7*data.Pixels+i] != want {
				t.Fatalf("pixel %d is %d, want %d", i, pixels[7*data.Pixels+i], want)
			}
		}
		var all inspect.Answers
		for from := 0; from < c.Pairs; from += 50 {
			q.From, q.To = from, min(from+50, c.Pairs)
			part, _, err := in.inspect(protocol.OpExamine, q, o, nil, store)
			if err != nil || !part.Answers.Whole(q.To-q.From) {
				t.Fatalf("%+v, %v", part, err)
			}
			all.Append(*part.Answers)
		}
		digits := make([]uint8, len(pairs.Digits))
		for i, d := range pairs.Digits {
			digits[i] = uint8(d)
		}
		m := all.Matrix(digits)
		if sum := m.Sum(); sum.Pairs != c.Pairs || math.Abs(sum.Share()-r.outcome.Accuracy) > 1e-6 {
			t.Errorf("%s: %+v is %v, the run says %v", work.Model, sum, sum.Share(), r.outcome.Accuracy)
		}

		// The layer that came with the state is the network's own.
		kept, keptPixels, err := in.inspect(protocol.OpLayer, q, o, layer, store)
		if err != nil {
			t.Fatal(err)
		}
		own, ownPixels, err := in.inspect(protocol.OpLayer, q, o, nil, store)
		if err != nil || !slices.Equal(kept.Filters, own.Filters) || !slices.Equal(kept.Maps, own.Maps) || !slices.Equal(keptPixels, ownPixels) {
			t.Errorf("%s: the kept layer is drawn %+v, the network's %+v, %v", work.Model, kept, own, err)
		}
		for name, bad := range map[string]protocol.Inside{
			`"y"`:  {Name: "y", Seed: 9, Pairs: 130, To: 1},
			"131":  {Name: "x", Seed: 9, Pairs: 130, From: 130, To: 131},
			"5000": {Name: "x", Seed: 9, Pairs: 5000, To: 1},
		} {
			if _, _, err := in.inspect(protocol.OpExamine, bad, o, nil, store); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%+v: error %v, want one with %s", bad, err, name)
			}
		}
		q.Pair = 130
		if _, _, err := in.inspect(protocol.OpLayer, q, o, layer, store); err == nil || !strings.Contains(err.Error(), "130") {
			t.Errorf("the maps of pair 130 of 130: error %v", err)
		}
	}
	var none tests
	if _, _, err := none.inspect(protocol.OpPairs, protocol.Inside{Pairs: 1}, oracle{}, nil, nil); err == nil {
		t.Error("pairs were drawn without images")
	}
}
