package wasmsimd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

var notFinite = map[string]float32{
	"NaN": float32(math.NaN()), "+Inf": float32(math.Inf(1)), "-Inf": float32(math.Inf(-1)),
}

// TestNonFiniteReachesWhatPortableReaches puts one NaN or infinity into x, w
// or dy. The direct form must agree in every value. Winograd's transforms mix
// a sample's pixels, so there each value that portable makes non-finite must
// be, and other samples must not.
func TestNonFiniteReachesWhatPortableReaches(t *testing.T) {
	const n = 3
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for _, c := range []kernel.Conv{
			{H: 8, W: 8, I: 9, O: 11, KH: 4, KW: 4},
			{H: 5, W: 6, I: 3, O: 10, KH: 2, KW: 3, ReLU: true},
			{H: 1, W: 1, I: 21, O: 9, KH: 1, KW: 1},
		} {
			mixes := c.H == 8 && s.Name() != "direct"
			for name, bad := range notFinite {
				r := rand.New(rand.NewPCG(1, 1))
				w, b := normal(r, c.O*c.K()), normal(r, c.O)
				x, dy := normal(r, n*c.H*c.W*c.I), normal(r, n*c.OH()*c.OW()*c.O)
				x[len(x)/2], dy[len(dy)/2] = bad, bad
				run := func(set kernel.Set[float32]) (y, dx, dw, db []float32) {
					k := set.Conv2D(c, n)
					y, dx = make([]float32, len(dy)), make([]float32, len(x))
					dw, db = make([]float32, len(w)), make([]float32, len(b))
					k.Pack(w, b)
					k.Forward(y, x, n)
					k.BackwardInput(dx, dy, n)
					k.BackwardWeights(dw, db, dy, x, n)
					return y, dx, dw, db
				}
				y1, dx1, dw1, db1 := run(portable.New[float32]())
				y2, dx2, dw2, db2 := run(s)
				if mixes {
					covers(t, name+" y", y2, y1, n)
					covers(t, name+" dx", dx2, dx1, n)
					covers(t, name+" dw", dw2, dw1, 1)
				} else {
					near(t, name+" y", y2, y1, 1e-4)
					near(t, name+" dx", dx2, dx1, 1e-4)
					near(t, name+" dw", dw2, dw1, 1e-4)
				}
				near(t, name+" db", db2, db1, 1e-4)
			}
		}
	})
}

// covers checks that got is non-finite where want is, and finite in samples
// in which want is.
func covers(t *testing.T, name string, got, want []float32, samples int) {
	t.Helper()
	finite := func(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }
	size := len(want) / samples
	for i := range samples {
		clean := true
		for j := i * size; j < (i+1)*size; j++ {
			if !finite(want[j]) {
				clean = false
				if finite(got[j]) {
					t.Fatalf("%s[%d] = %v, want %v or NaN", name, j, got[j], want[j])
				}
			}
		}
		for j := i * size; clean && j < (i+1)*size; j++ {
			if !finite(got[j]) {
				t.Fatalf("%s[%d] = %v, want the finite %v", name, j, got[j], want[j])
			}
		}
	}
}

// TestConvPoolKeepsNaN has a NaN in one sample's input: its windows must give
// NaN and portable's places, and the other samples numbers.
func TestConvPoolKeepsNaN(t *testing.T) {
	const n = 3
	c := kernel.Conv{H: 14, W: 14, I: 2, O: 11, KH: 4, KW: 4}
	p := kernel.Pool{H: 11, W: 11, C: 11, K: 4, Stride: 1, ReLU: true}
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for name, bad := range notFinite {
			r := rand.New(rand.NewPCG(2, 2))
			w, b, x := normal(r, c.O*c.K()), normal(r, c.O), normal(r, n*14*14*2)
			x[14*14*2+150] = bad
			size := n * p.OH() * p.OW() * c.O
			y1, a1, y2, a2 := make([]float32, size), make([]uint16, size), make([]float32, size), make([]uint16, size)
			want, got := portable.New[float32]().ConvPool2D(c, p, n), s.ConvPool2D(c, p, n)
			want.Pack(w, b)
			got.Pack(w, b)
			want.Forward(y1, a1, x, n)
			got.Forward(y2, a2, x, n)
			near(t, name, y2, y1, 1e-4)
			for i := range a1 {
				if y1[i] != y1[i] && a1[i] != a2[i] {
					t.Fatalf("%s: argmax[%d] of a NaN = %d, want %d", name, i, a2[i], a1[i])
				}
			}
		}
	})
}
