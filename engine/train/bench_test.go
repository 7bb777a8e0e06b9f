package train

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/sets"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// paper is a run of the published settings.
func paper(kind model.Kind) Config {
	rate := 0.1
	if kind == model.Siamese2 {
		rate = 1
	}
	return Config{Model: model.Paper(kind), Optim: optim.Config{Kind: optim.SGDKind, Rate: rate}, Batch: 100, Epochs: 25}
}

// noise makes n pairs of noise with consistent labels.
func noise(n int, seed uint64) model.Pairs {
	rng := rand.New(rand.NewPCG(seed, 0))
	p := model.Pairs{N: n, X: make([]float32, n*2*model.Side*model.Side), Target: make([]int32, n), Digits: make([]int32, 2*n)}
	for i := range p.X {
		p.X[i] = float32(rng.NormFloat64())
	}
	for i := range p.Target {
		left, right := rng.Int32N(model.Digits), rng.Int32N(model.Digits)
		p.Digits[2*i], p.Digits[2*i+1] = left, right
		if left <= right {
			p.Target[i] = 1
		}
	}
	return p
}

func newTestTrainer(t testing.TB, c Config, pairs model.Pairs, k kernel.Set[float32]) *trainer {
	t.Helper()
	r, err := newTrainer(c, 1, pairs, pairs, Options{Kernels: k})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// BenchmarkStep trains on one batch of 100 pairs. Only in wasm do the emitted
// kernels' figures mean something.
func BenchmarkStep(b *testing.B) {
	for _, k := range sets.All(b) {
		for _, kind := range model.Kinds {
			b.Run(k.Name()+"/"+string(kind), func(b *testing.B) {
				r := newTestTrainer(b, paper(kind), noise(100, 1), k)
				b.ReportAllocs()
				for b.Loop() {
					r.step(0, 100)
				}
				b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "pairs/s")
			})
		}
	}
}

// eachAllocationSet runs a test for the sets that must not allocate: natively
// portable alone, as the host that emitted kernels are tested on copies their
// slices.
func eachAllocationSet(t *testing.T, test func(t *testing.T, k kernel.Set[float32])) {
	all := sets.All(t)
	if runtime.GOOS != "js" {
		all = all[:1]
	}
	for _, k := range all {
		t.Run(k.Name(), func(t *testing.T) { test(t, k) })
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	eachAllocationSet(t, func(t *testing.T, k kernel.Set[float32]) {
		for _, kind := range model.Kinds {
			for _, optimizer := range []optim.Config{
				{Kind: optim.SGDKind, Rate: 0.1},
				{Kind: optim.SGDKind, Rate: 0.1, Momentum: 0.9},
				{Kind: optim.AdamKind, Rate: 1e-3},
			} {
				c := paper(kind)
				c.Optim = optimizer
				for _, c := range []Config{c, practised(c)} {
					r := newTestTrainer(t, c, noise(20, 1), k)
					if n := testing.AllocsPerRun(3, func() {
						r.train.start(1)
						r.step(0, 20)
						r.evaluate(r.test)
					}); n != 0 {
						t.Errorf("%s with %+v: %v allocations in a step and an evaluation, want 0", kind, c, n)
					}
				}
			}
		}
	})
}

// TestMemoryIsFlatOverEpochs compares what a run holds after 20 and after 200
// epochs: the memory that the program has asked for, for its heap and stacks
// (the runtime's own books are taken in pieces of 256 KiB whenever one is full),
// and the live heap, where Result has room for all epochs' figures from the
// start.
func TestMemoryIsFlatOverEpochs(t *testing.T) {
	eachAllocationSet(t, func(t *testing.T, k kernel.Set[float32]) {
		c := quick(model.Siamese10)
		c.Batch, c.Epochs = 10, 200
		var before, after runtime.MemStats
		measure := map[int]*runtime.MemStats{20: &before, 200: &after}
		pairs := noise(20, 1)
		_, _, err := Run(c, 1, pairs, pairs, Options{Kernels: k, Hooks: Hooks{Epoch: func(number int, _ Epoch) error {
			if m := measure[number]; m != nil {
				runtime.GC()
				runtime.ReadMemStats(m)
			}
			return nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		const slack = 16 << 10 // of the runtime's own
		asked := func(m runtime.MemStats) int { return int(m.HeapSys + m.StackSys) }
		// The collector borrows from the heap, 32 KiB at a time.
		returned := max(0, int(before.GCSys)-int(after.GCSys))
		if after.HeapAlloc > before.HeapAlloc+slack || asked(after) > asked(before)+returned+slack {
			t.Errorf("heap %d → %d bytes, from the system %d → %d (%d from the collector): want no growth from epoch 20 to 200",
				before.HeapAlloc, after.HeapAlloc, asked(before), asked(after), returned)
		}
	})
}
