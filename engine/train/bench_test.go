package train

import (
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/portable"
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

func newTestTrainer(t testing.TB, c Config, pairs model.Pairs) *trainer {
	t.Helper()
	r, err := newTrainer(c, 1, pairs, pairs, Options{Kernels: portable.New[float32]()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// BenchmarkStep trains on one batch of 100 pairs.
func BenchmarkStep(b *testing.B) {
	for _, kind := range model.Kinds {
		b.Run(string(kind), func(b *testing.B) {
			r := newTestTrainer(b, paper(kind), noise(100, 1))
			b.ReportAllocs()
			for b.Loop() {
				r.step(0, 100)
			}
			b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, kind := range model.Kinds {
		for _, optimizer := range []optim.Config{
			{Kind: optim.SGDKind, Rate: 0.1},
			{Kind: optim.SGDKind, Rate: 0.1, Momentum: 0.9},
			{Kind: optim.AdamKind, Rate: 1e-3},
		} {
			c := paper(kind)
			c.Optim = optimizer
			for _, c := range []Config{c, practised(c)} {
				r := newTestTrainer(t, c, noise(20, 1))
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
}
