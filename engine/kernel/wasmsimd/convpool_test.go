package wasmsimd_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

var convPoolShapes = []struct {
	c         kernel.Conv
	k, stride int
}{
	{kernel.Conv{H: 14, W: 14, I: 2, O: 64, KH: 4, KW: 4}, 4, 1},
	{kernel.Conv{H: 14, W: 14, I: 1, O: 64, KH: 3, KW: 3}, 2, 2},
	{kernel.Conv{H: 14, W: 14, I: 1, O: 13, KH: 3, KW: 3}, 2, 2},
	{kernel.Conv{H: 14, W: 14, I: 2, O: 3, KH: 4, KW: 4}, 4, 1},
	{kernel.Conv{H: 9, W: 12, I: 5, O: 9, KH: 2, KW: 3}, 3, 1},
	{kernel.Conv{H: 9, W: 12, I: 40, O: 6, KH: 3, KW: 3}, 3, 2},
	{kernel.Conv{H: 5, W: 5, I: 3, O: 17, KH: 1, KW: 1}, 5, 3},
	{kernel.Conv{H: 4, W: 40, I: 1, O: 8, KH: 2, KW: 2}, 2, 1},
	{kernel.Conv{H: 40, W: 4, I: 1, O: 8, KH: 2, KW: 2}, 3, 1},
	{kernel.Conv{H: 4, W: 4, I: 1, O: 1, KH: 4, KW: 4}, 1, 1},
	{kernel.Conv{H: 11, W: 11, I: 1, O: 5, KH: 2, KW: 2}, 7, 1},
}

func TestConvPool2DMatchesPortable(t *testing.T) {
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for i, shape := range convPoolShapes {
			for _, relu := range []bool{false, true} {
				c := shape.c
				p := kernel.Pool{H: c.OH(), W: c.OW(), C: c.O, K: shape.k, Stride: shape.stride, ReLU: relu}
				t.Run(fmt.Sprintf("%+v %+v", c, p), func(t *testing.T) {
					checkConvPool(t, s, c, p, 3, rand.New(rand.NewPCG(uint64(i), 5)))
				})
			}
		}
	})
}

// checkConvPool uses small integers, so that every sum is exact and ties are
// many: the maxima's places must be portable's.
func checkConvPool(t testing.TB, s *wasmsimd.Set, c kernel.Conv, p kernel.Pool, n int, r *rand.Rand) {
	t.Helper()
	want, got := portable.New[float32]().ConvPool2D(c, p, n), s.ConvPool2D(c, p, n)
	ints := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.IntN(5) - 2)
		}
		return x
	}
	xs, ys, ws := n*c.H*c.W*c.I, n*p.OH()*p.OW()*c.O, c.O*c.K()
	w, b, x, dy := ints(ws), ints(c.O), ints(xs), ints(ys)
	want.Pack(w, b)
	got.Pack(w, b)
	y1 := make([]float32, ys)
	y2, check := guarded(t, "y", ys)
	a1, a2 := make([]uint16, ys), make([]uint16, ys+8)
	for i := range a2 {
		a2[i] = 0xabcd
	}
	want.Forward(y1, a1, x, n)
	got.Forward(y2, a2, x, n)
	check()
	near(t, "y", y2, y1, 0)
	for i := range a1 {
		if a1[i] != a2[i] {
			t.Fatalf("argmax[%d] = %d, want %d", i, a2[i], a1[i])
		}
	}
	for _, a := range a2[ys:] {
		if a != 0xabcd {
			t.Fatal("argmax: wrote outside the output")
		}
	}
	dx1 := make([]float32, xs)
	dx2, checkX := guarded(t, "dx", xs)
	want.BackwardInput(dx1, dy, a1, n)
	for range 2 { // scratch must not carry over
		got.BackwardInput(dx2, dy, a1, n)
	}
	checkX()
	near(t, "dx", dx2, dx1, 0)
	dw1, db1 := make([]float32, ws), make([]float32, c.O)
	dw2, checkW := guarded(t, "dw", ws)
	db2, checkB := guarded(t, "db", c.O)
	want.BackwardWeights(dw1, db1, dy, a1, x, n)
	for range 2 {
		got.BackwardWeights(dw2, db2, dy, a1, x, n)
	}
	checkW()
	checkB()
	near(t, "dw", dw2, dw1, 0)
	near(t, "db", db2, db1, 0)
}
