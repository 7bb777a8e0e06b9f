package portable

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

func normal(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// near fails if a float64 result differs by more than rounding of a sum of
// depth products of standard normals.
func near(t *testing.T, name string, got, want []float64, depth int) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-15*float64(depth+10)*4 {
			t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], want[i])
		}
	}
}

func TestProductMatchesGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range []int{1, 2, 3, 4, 7, 13} {
		for _, n := range []int{1, 2, 3, 4, 5, 8, 10, 17} {
			for _, depth := range []int{1, 3, 4, 5, 31, 64} {
				a, b, c := normal(rng, m*depth), normal(rng, depth*n), normal(rng, m*n)
				want := append([]float64{}, c...)
				blas64.Gemm(blas.NoTrans, blas.NoTrans, 1,
					blas64.General{Rows: m, Cols: depth, Stride: depth, Data: a},
					blas64.General{Rows: depth, Cols: n, Stride: n, Data: b}, 1,
					blas64.General{Rows: m, Cols: n, Stride: n, Data: want})
				p := newPanels[float64](depth, n)
				p.pack(b)
				product(c, a, m, p, nil, false)
				near(t, fmt.Sprintf("%dx%dx%d", m, depth, n), c, want, depth)
			}
		}
	}
}

var convShapes = []kernel.Conv{
	{H: 14, W: 14, I: 2, O: 6, KH: 4, KW: 4},
	{H: 6, W: 5, I: 3, O: 5, KH: 2, KW: 3, ReLU: true},
	{H: 6, W: 6, I: 4, O: 8, KH: 6, KW: 6, ReLU: true}, // one pixel
	{H: 1, W: 1, I: 37, O: 10, KH: 1, KW: 1},           // fully connected
	{H: 5, W: 7, I: 3, O: 1, KH: 1, KW: 1},
	{H: 3, W: 9, I: 1, O: 7, KH: 3, KW: 1},
}

// at is x[n,i,j,c] of a map [n, h, w, c].
func at(x []float64, h, w, c, n, i, j, k int) *float64 { return &x[((n*h+i)*w+j)*c+k] }

// TestConvIsItsDefinition compares all passes with the sums in the doc
// comment of [kernel.Conv2D], written out.
func TestConvIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, s := range convShapes {
		for _, n := range []int{1, 3, 4} {
			oh, ow := s.OH(), s.OW()
			x, w, b := normal(rng, n*s.H*s.W*s.I), normal(rng, s.O*s.K()), normal(rng, s.O)
			dy := normal(rng, n*oh*ow*s.O)
			y := make([]float64, len(dy))
			dx, dw, db := make([]float64, len(x)), make([]float64, len(w)), make([]float64, len(b))
			for q := range n {
				for i := range oh {
					for j := range ow {
						for o := range s.O {
							out := at(y, oh, ow, s.O, q, i, j, o)
							g := *at(dy, oh, ow, s.O, q, i, j, o)
							*out = b[o]
							db[o] += g
							for c := range s.I {
								for u := range s.KH {
									for v := range s.KW {
										k := ((o*s.I+c)*s.KH+u)*s.KW + v
										in := *at(x, s.H, s.W, s.I, q, i+u, j+v, c)
										*out += in * w[k]
										dw[k] += g * in
										*at(dx, s.H, s.W, s.I, q, i+u, j+v, c) += g * w[k]
									}
								}
							}
							if s.ReLU {
								*out = max(*out, 0)
							}
						}
					}
				}
			}
			k := New[float64]().Conv2D(s, 4)
			k.Pack(w, b)
			gotY, gotDx, gotDw, gotDb := normal(rng, len(y)), normal(rng, len(dx)), normal(rng, len(dw)), normal(rng, len(db))
			k.Forward(gotY, x, n)
			k.BackwardInput(gotDx, dy, n)
			k.BackwardWeights(gotDw, gotDb, dy, x, n)
			name := fmt.Sprintf("%+v n=%d ", s, n)
			near(t, name+"y", gotY, y, s.K())
			near(t, name+"dx", gotDx, dx, s.O*s.KH*s.KW)
			near(t, name+"dw", gotDw, dw, n*oh*ow)
			near(t, name+"db", gotDb, db, n*oh*ow)
		}
	}
}

// TestMaxPoolIsItsDefinition compares with a scan of each window, on values
// of which many are equal.
func TestMaxPoolIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, p := range []kernel.Pool{
		{H: 11, W: 11, C: 5, K: 4, Stride: 1},
		{H: 12, W: 12, C: 4, K: 2, Stride: 2, ReLU: true},
		{H: 7, W: 6, C: 3, K: 3, Stride: 2},
		{H: 4, W: 4, C: 1, K: 1, Stride: 1},
	} {
		const n = 3
		x := make([]float64, n*p.H*p.W*p.C)
		for i := range x {
			x[i] = float64(rng.IntN(4) - 2)
		}
		out := p.OH() * p.OW() * p.C
		y, arg := make([]float64, n*out), make([]uint16, n*out)
		dy, dx := normal(rng, n*out), make([]float64, len(x))
		want := make([]float64, len(x))
		k := New[float64]().MaxPool2D(p)
		k.Forward(y, arg, x, n)
		for q := range n {
			for i := range p.OH() {
				for j := range p.OW() {
					for c := range p.C {
						best, where := math.Inf(-1), 0
						for u := range p.K {
							for v := range p.K {
								in := (i*p.Stride+u)*p.W + j*p.Stride + v
								if value := x[(q*p.H*p.W+in)*p.C+c]; value > best {
									best, where = value, in
								}
							}
						}
						if p.ReLU {
							best = max(best, 0)
						}
						o := ((q*p.OH()+i)*p.OW()+j)*p.C + c
						if y[o] != best || int(arg[o]) != where {
							t.Fatalf("%+v: output %d is %v at %d, want %v at %d", p, o, y[o], arg[o], best, where)
						}
						want[(q*p.H*p.W+where)*p.C+c] += dy[o]
					}
				}
			}
		}
		k.Backward(dx, dy, arg, n)
		near(t, "dx", dx, want, p.K*p.K)
	}
}

func TestConvPoolIsConvThenPool(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	set := New[float64]()
	for _, c := range []struct {
		s    kernel.Conv
		k, d int
	}{
		{kernel.Conv{H: 14, W: 14, I: 2, O: 6, KH: 4, KW: 4}, 4, 1},
		{kernel.Conv{H: 14, W: 14, I: 1, O: 5, KH: 3, KW: 3}, 2, 2},
		{kernel.Conv{H: 4, W: 4, I: 3, O: 5, KH: 4, KW: 4}, 1, 1},
	} {
		const n = 3
		p := kernel.Pool{H: c.s.OH(), W: c.s.OW(), C: c.s.O, K: c.k, Stride: c.d, ReLU: true}
		x, w, b := normal(rng, n*c.s.H*c.s.W*c.s.I), normal(rng, c.s.O*c.s.K()), normal(rng, c.s.O)
		out := n * p.OH() * p.OW() * p.C
		dy := normal(rng, out)

		conv, pool := set.Conv2D(c.s, n), set.MaxPool2D(p)
		m, y, arg := make([]float64, n*p.H*p.W*p.C), make([]float64, out), make([]uint16, out)
		dm, dx, dw, db := make([]float64, len(m)), make([]float64, len(x)), make([]float64, len(w)), make([]float64, len(b))
		conv.Pack(w, b)
		conv.Forward(m, x, n)
		pool.Forward(y, arg, m, n)
		pool.Backward(dm, dy, arg, n)
		conv.BackwardInput(dx, dm, n)
		conv.BackwardWeights(dw, db, dm, x, n)

		both := set.ConvPool2D(c.s, p, n)
		y2, arg2 := make([]float64, out), make([]uint16, out)
		dx2, dw2, db2 := make([]float64, len(x)), make([]float64, len(w)), make([]float64, len(b))
		both.Pack(w, b)
		both.Forward(y2, arg2, x, n)
		both.BackwardInput(dx2, dy, arg2, n)
		both.BackwardWeights(dw2, db2, dy, arg2, x, n)
		near(t, "y", y2, y, 1)
		near(t, "dx", dx2, dx, c.s.K()*c.s.O)
		near(t, "dw", dw2, dw, out)
		near(t, "db", db2, db, out)
		if fmt.Sprint(arg) != fmt.Sprint(arg2) {
			t.Error("argmax differs")
		}
	}
}

func TestNaNIsNotHidden(t *testing.T) {
	nan := math.NaN()
	set := New[float64]()
	y, arg := make([]float64, 1), make([]uint16, 1)
	for at := range 4 {
		x := []float64{1, 2, 3, 4}
		x[at] = nan
		set.MaxPool2D(kernel.Pool{H: 2, W: 2, C: 1, K: 2, Stride: 2, ReLU: true}).Forward(y, arg, x, 1)
		if !math.IsNaN(y[0]) || int(arg[0]) != at {
			t.Errorf("NaN at %d: maximum %v at %d", at, y[0], arg[0])
		}
	}
	set.Elementwise().ReLU(y, []float64{nan})
	if !math.IsNaN(y[0]) {
		t.Errorf("ReLU of NaN is %v", y[0])
	}
}

// BenchmarkProduct is the second convolution of Baseline for one sample,
// against gonum's product of the same matrices.
func BenchmarkProduct(b *testing.B) {
	const m, depth, n = 25, 1024, 64
	rng := rand.New(rand.NewPCG(1, 1))
	x, y, c := normal(rng, m*depth), normal(rng, depth*n), normal(rng, m*n)
	rate := func(b *testing.B) {
		b.ReportMetric(2*m*depth*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	}
	b.Run("blocked", func(b *testing.B) {
		p := newPanels[float64](depth, n)
		p.pack(y)
		for b.Loop() {
			product(c, x, m, p, nil, false)
		}
		rate(b)
	})
	b.Run("gonum", func(b *testing.B) {
		for b.Loop() {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1,
				blas64.General{Rows: m, Cols: depth, Stride: depth, Data: x},
				blas64.General{Rows: depth, Cols: n, Stride: n, Data: y}, 1,
				blas64.General{Rows: m, Cols: n, Stride: n, Data: c})
		}
		rate(b)
	})
}
