package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/sets"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// firstStep is the loss and the gradient of a batch of real pairs.
func firstStep[T tensor.Float](t *testing.T, k kernel.Set[T], c model.Config, pairs model.Pairs) (loss float64, gradient []float64) {
	t.Helper()
	// Initial parameters are drawn in float64 whatever T is, so these are
	// the same but for the rounding.
	m, err := model.New[T](c, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range m.Params.Data {
		m.Params.Data[i] = T(float32(v))
	}
	m.Params.Changed()
	net := m.Record(k, parallel.Solo[T]{}, pairs.N)
	rows := make([]int32, pairs.N)
	for i := range rows {
		rows[i] = int32(i)
	}
	net.Load(pairs, rows)
	net.Tape.Forward(pairs.N, true)
	net.Tape.Backward()
	gradient = make([]float64, len(m.Params.Grad))
	for i, g := range m.Params.Grad {
		gradient[i] = float64(g)
	}
	return float64(net.Tape.Total()), gradient
}

// TestSetsAreNearFloat64 compares every set's first step on real digits with
// float64's. The gradients of float32 sums are off by about 1e-6 of their
// length, and Winograd's filtering doubles that.
func TestSetsAreNearFloat64(t *testing.T) {
	pairs := realPairs(t, 100)
	for _, kind := range model.Kinds {
		c := model.Paper(kind)
		wantLoss, want := firstStep(t, portable.New[float64](), c, pairs)
		for _, s := range sets.All(t) {
			loss, got := firstStep(t, s, c, pairs)
			var e, size float64
			for i, w := range want {
				e += (got[i] - w) * (got[i] - w)
				size += w * w
			}
			lossError, gradientError := math.Abs(loss-wantLoss)/wantLoss, math.Sqrt(e/size)
			t.Logf("%s %s: loss off by %.2g, gradient by %.2g of its length", kind, s.Name(), lossError, gradientError)
			if !(lossError < 1e-6) || !(gradientError < 1e-5) {
				t.Errorf("%s %s: want the loss within 1e-6 and the gradient within 1e-5", kind, s.Name())
			}
		}
	}
}
