package wasmsimd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

// TestMaxPool2DMatchesPortable has few distinct values, so that ties are many,
// and NaN and infinities among them.
func TestMaxPool2DMatchesPortable(t *testing.T) {
	values := []float32{-1, 0, 1, 2, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for _, p := range []kernel.Pool{
			{H: 1, W: 1, C: 1, K: 1, Stride: 1},
			{H: 11, W: 11, C: 64, K: 4, Stride: 1, ReLU: true},
			{H: 12, W: 12, C: 64, K: 2, Stride: 2},
			{H: 7, W: 9, C: 13, K: 3, Stride: 1},
			{H: 9, W: 7, C: 3, K: 3, Stride: 2, ReLU: true},
			{H: 5, W: 30, C: 6, K: 5, Stride: 1},
			{H: 30, W: 3, C: 7, K: 2, Stride: 1},
			{H: 10, W: 10, C: 10, K: 2, Stride: 5},
			{H: 8, W: 8, C: 9, K: 8, Stride: 3},
		} {
			t.Run(fmt.Sprintf("%+v", p), func(t *testing.T) {
				const n = 3
				r := rand.New(rand.NewPCG(3, 4))
				xs, ys := n*p.H*p.W*p.C, n*p.OH()*p.OW()*p.C
				x, dy := make([]float32, xs), normal(r, ys)
				for i := range x {
					x[i] = values[r.IntN(4)]
					if r.IntN(50) == 0 {
						x[i] = values[r.IntN(len(values))]
					}
				}
				want, got := portable.New[float32]().MaxPool2D(p), s.MaxPool2D(p)
				y1, a1, dx1 := make([]float32, ys), make([]uint16, ys), make([]float32, xs)
				y2, checkY := guarded(t, "y", ys)
				dx2, checkX := guarded(t, "dx", xs)
				a2 := make([]uint16, ys)
				want.Forward(y1, a1, x, n)
				got.Forward(y2, a2, x, n)
				checkY()
				near(t, "y", y2, y1, 0)
				for i := range a1 {
					if a1[i] != a2[i] {
						t.Fatalf("argmax[%d] = %d, want %d", i, a2[i], a1[i])
					}
				}
				want.Backward(dx1, dy, a1, n)
				got.Backward(dx2, dy, a1, n)
				checkX()
				near(t, "dx", dx2, dx1, 0)
			})
		}
	})
}
