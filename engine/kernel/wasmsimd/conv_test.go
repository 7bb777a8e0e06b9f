package wasmsimd_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

var convShapes = []kernel.Conv{
	{H: 1, W: 1, I: 1, O: 1, KH: 1, KW: 1},
	{H: 1, W: 1, I: 128, O: 128, KH: 1, KW: 1, ReLU: true},
	{H: 1, W: 1, I: 128, O: 2, KH: 1, KW: 1},
	{H: 1, W: 1, I: 20, O: 2, KH: 1, KW: 1, ReLU: true},
	{H: 1, W: 1, I: 8, O: 64, KH: 1, KW: 1},
	{H: 1, W: 1, I: 64, O: 10, KH: 1, KW: 1, ReLU: true},
	{H: 1, W: 1, I: 7, O: 11, KH: 1, KW: 1},
	{H: 5, W: 5, I: 64, O: 12, KH: 5, KW: 5},
	{H: 6, W: 6, I: 64, O: 8, KH: 6, KW: 6, ReLU: true},
	{H: 6, W: 6, I: 5, O: 16, KH: 6, KW: 6},
	{H: 8, W: 8, I: 64, O: 64, KH: 4, KW: 4, ReLU: true},
	{H: 8, W: 8, I: 3, O: 7, KH: 4, KW: 4},
	{H: 8, W: 8, I: 16, O: 20, KH: 3, KW: 3},
	{H: 8, W: 8, I: 17, O: 18, KH: 5, KW: 5, ReLU: true},
	{H: 8, W: 8, I: 33, O: 9, KH: 2, KW: 2},
	{H: 8, W: 8, I: 12, O: 31, KH: 6, KW: 6},
	{H: 14, W: 14, I: 1, O: 13, KH: 3, KW: 3},
	{H: 14, W: 14, I: 2, O: 64, KH: 4, KW: 4},
	{H: 7, W: 11, I: 3, O: 5, KH: 2, KW: 3, ReLU: true},
	{H: 5, W: 3, I: 9, O: 4, KH: 5, KW: 1},
	{H: 3, W: 9, I: 2, O: 3, KH: 1, KW: 9},
}

func TestConv2DMatchesPortable(t *testing.T) {
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for i, c := range convShapes {
			for _, n := range []int{1, 2, 6, 13} {
				t.Run(fmt.Sprintf("%+v n=%d", c, n), func(t *testing.T) {
					checkConv(t, s, c, n, rand.New(rand.NewPCG(uint64(i), uint64(n))))
				})
			}
		}
	})
}

func checkConv(t testing.TB, s *wasmsimd.Set, c kernel.Conv, n int, r *rand.Rand) {
	t.Helper()
	want, got := portable.New[float32]().Conv2D(c, n), s.Conv2D(c, n)
	xs, ys, ws := n*c.H*c.W*c.I, n*c.OH()*c.OW()*c.O, c.O*c.K()
	w, b, x, dy := normal(r, ws), normal(r, c.O), normal(r, xs), normal(r, ys)
	want.Pack(w, b)
	got.Pack(w, b)
	scale := 1.0
	if s.Name() != "direct" && c.H == 8 && c.W == 8 {
		scale = 30 // Winograd's transforms: 3.7e-6 against 1.7e-7, see the package doc
	}
	try := func(name string, size, sum int, run func(k kernel.Conv2D[float32], to []float32)) {
		t.Helper()
		w := make([]float32, size)
		g, check := guarded(t, name, size)
		run(want, w)
		for range 2 { // scratch must not carry over
			run(got, g)
		}
		check()
		near(t, name, g, w, scale*tolerance(sum))
	}
	try("y", ys, c.K(), func(k kernel.Conv2D[float32], y []float32) { k.Forward(y, x, n) })
	try("dx", xs, c.O*min(c.KH, c.OH())*min(c.KW, c.OW()), func(k kernel.Conv2D[float32], dx []float32) { k.BackwardInput(dx, dy, n) })
	db := make([]float32, c.O)
	try("dw", ws, n*c.OH()*c.OW(), func(k kernel.Conv2D[float32], dw []float32) { k.BackwardWeights(dw, db, dy, x, n) })
	dw := make([]float32, ws)
	try("db", c.O, n*c.OH()*c.OW(), func(k kernel.Conv2D[float32], db []float32) { k.BackwardWeights(dw, db, dy, x, n) })
}
