package train

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
)

// FuzzRanksSameBits draws a run and has it made by one rank and by several, whose
// speeds change while they train, so that chunks are dealt in ways that nobody
// thought of.
func FuzzRanksSameBits(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 0))
		c, pairs := drawnRun(seed, rng, digits(t))
		one := runGroup(t, c, pairs, 1)[0]
		size := 2 // which may have a branch each
		if rng.IntN(2) == 0 {
			size += rng.IntN(parallel.Chunks)
		}
		var clocks []func() time.Duration
		for range size {
			clocks = append(clocks, restlessClock(rng.Uint64()))
		}
		for rank, r := range runGroup(t, c, pairs, size, clocks...) {
			if !sameRun(r, one) {
				t.Errorf("%+v of %d pairs, rank %d of %d: digest %.8s after %v, want %.8s after %v",
					c, pairs.N, rank, size, r.Digest, r.Epochs, one.Digest, one.Epochs)
			}
		}
	})
}

// drawnRun draws settings, and some of the pairs. Seeds that follow each other have
// every network, small and large, with shared weights and without.
func drawnRun(seed uint64, rng *rand.Rand, all model.Pairs) (Config, model.Pairs) {
	yes := func() bool { return rng.IntN(2) == 0 }
	kinds := uint64(len(model.Kinds))
	c := paper(model.Kinds[seed%kinds])
	large, sharing := seed/kinds%3 == 0, seed/kinds/3%2 == 0
	width := func() int { return []int{1, 3, 8, 12}[rng.IntN(4)] }
	c.Model.Ch1, c.Model.Ch2, c.Model.FC = width(), width(), width()
	if large { // no rank finishes the gradients of so many parameters
		c.Model.Ch1, c.Model.Ch2, c.Model.FC = 32, 64, 64
	}
	c.Model.BatchNorm, c.Model.Sharing = yes(), sharing
	c.Model.LogitReLU, c.Model.Soft = yes(), yes()
	c.Model.PairLoss, c.Model.AuxLoss = float64(rng.IntN(3)), float64(rng.IntN(3))
	if c.Model.AuxLoss == 0 || !c.Model.Siamese() {
		c.Model.PairLoss = 1
	}
	c.Optim = []optim.Config{
		{Kind: optim.SGDKind, Rate: 0.1},
		{Kind: optim.SGDKind, Rate: 0.05, Momentum: 0.9, WeightDecay: 0.01},
		{Kind: optim.AdamKind, Rate: 1e-3},
	}[rng.IntN(3)]
	c.Shuffle, c.Recombine, c.Swap = yes(), yes(), yes()
	if yes() {
		c.Augment = Augment{Shift: 1, Shear: 0.2, Noise: 0.3}
	}
	c.Epochs, c.Batch = 1+rng.IntN(3), 2+rng.IntN(30)

	n := c.Batch + rng.IntN(all.N-c.Batch+1)
	if n%c.Batch == 1 { // which batch norm cannot normalise
		n--
	}
	const pair = 2 * model.Side * model.Side
	return c, model.Pairs{N: n, X: all.X[:n*pair], Target: all.Target[:n], Digits: all.Digits[:2*n]}
}

// restlessClock finds it later at each look, by a time that is drawn from a range
// that changes now and then.
func restlessClock(seed uint64) func() time.Duration {
	rng := rand.New(rand.NewPCG(seed, 0))
	now, slow := time.Duration(0), 1
	return func() time.Duration {
		if rng.IntN(40) == 0 {
			slow = 1 + rng.IntN(30)
		}
		now += time.Duration(1+rng.IntN(slow)) * time.Millisecond
		return now
	}
}
