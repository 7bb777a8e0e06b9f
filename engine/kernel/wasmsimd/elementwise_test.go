package wasmsimd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

// lengths has every tail of the loops over 16, 4 and 1 values, and 0.
var lengths = []int{0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 100, 1031}

// special puts NaN, infinities and zeros among the values.
func special(r *rand.Rand, n int) []float32 {
	x := normal(r, n)
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0}
	for i := range x {
		if r.IntN(5) == 0 {
			x[i] = odd[r.IntN(len(odd))]
		}
	}
	return x
}

// TestElementwiseMatchesPortable wants portable's very numbers: the loops
// have the same operations in the same order.
func TestElementwiseMatchesPortable(t *testing.T) {
	adam := kernel.AdamStep[float32]{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Decay: 0.1, C1: 0.1, C2: 0.001}
	loops := map[string]func(e kernel.Elementwise[float32], v [4][]float32){
		"relu":         func(e kernel.Elementwise[float32], v [4][]float32) { e.ReLU(v[0], v[1]) },
		"reluBackward": func(e kernel.Elementwise[float32], v [4][]float32) { e.ReLUBackward(v[0], v[1], v[2]) },
		"inPlace":      func(e kernel.Elementwise[float32], v [4][]float32) { e.ReLUBackward(v[0], v[0], v[2]) },
		"add":          func(e kernel.Elementwise[float32], v [4][]float32) { e.Add(v[0], v[1]) },
		"scale":        func(e kernel.Elementwise[float32], v [4][]float32) { e.Scale(v[0], 1.7, v[1]) },
		"scaleInPlace": func(e kernel.Elementwise[float32], v [4][]float32) { e.Scale(v[0], 1.7, v[0]) },
		"sgd":          func(e kernel.Elementwise[float32], v [4][]float32) { e.SGD(v[0], v[1], nil, 0.1, 0, 0.01) },
		"momentum":     func(e kernel.Elementwise[float32], v [4][]float32) { e.SGD(v[0], v[1], v[2], 0.1, 0.9, 0.01) },
		"adam":         func(e kernel.Elementwise[float32], v [4][]float32) { e.Adam(v[0], v[1], v[2], v[3], adam) },
		"sum8": func(e kernel.Elementwise[float32], v [4][]float32) {
			e.Sum8(v[0], &[8][]float32{v[1], v[2], v[3], v[1], v[3], v[3], v[2], v[1]})
		},
	}
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for name, loop := range loops {
			for _, n := range lengths {
				var want, got [4][]float32
				var checks [4]func()
				r := rand.New(rand.NewPCG(7, uint64(n)))
				for i := range want {
					want[i] = special(r, n)
					if i == 3 { // Adam's second moment
						for j, x := range want[i] {
							want[i][j] = x * x
						}
					}
					got[i], checks[i] = guarded(t, name, n)
					copy(got[i], want[i])
				}
				loop(portable.New[float32]().Elementwise(), want)
				loop(s.Elementwise(), got)
				for i := range want {
					checks[i]()
					near(t, name, got[i], want[i], 0)
				}
			}
		}
	})
}

func TestBatchNormMatchesPortable(t *testing.T) {
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for _, c := range []int{1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 64, 70} {
			for _, rows := range []int{1, 2, 13, 100} {
				checkBatchNorm(t, s, c, rows)
			}
		}
	})
}

func checkBatchNorm(t *testing.T, s *wasmsimd.Set, c, rows int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(c), uint64(rows)))
	want, got := portable.New[float32]().BatchNorm(c), s.BatchNorm(c)
	x, dy := normal(r, rows*c), normal(r, rows*c)
	for i := range x {
		x[i] += 100 // a mean that is large beside the deviation
	}
	var v [6][]float32
	for i := range v {
		v[i] = normal(r, c)
	}
	mean := make([]float32, c)
	pair := func(name string, size int, tol float64, run func(k kernel.BatchNorm[float32], a, b []float32)) {
		t.Helper()
		a1, b1 := make([]float32, size), make([]float32, size)
		a2, checkA := guarded(t, name, size)
		b2, checkB := guarded(t, name, size)
		copy(b2, b1)
		run(want, a1, b1)
		run(got, a2, b2)
		checkA()
		checkB()
		near(t, name, a2, a1, tol)
		near(t, name, b2, b1, tol)
	}
	pair("moments", c, 100*tolerance(rows), func(k kernel.BatchNorm[float32], m, m2 []float32) { k.Moments(m, m2, x, rows) })
	want.Moments(mean, v[5], x, rows)
	pair("normalize", rows*c, 1e-5, func(k kernel.BatchNorm[float32], y, _ []float32) {
		k.Normalize(y, x, mean, v[0], v[1], rows)
	})
	pair("gradientSums", c, 4*tolerance(rows), func(k kernel.BatchNorm[float32], a, b []float32) {
		k.GradientSums(a, b, dy, x, mean, rows)
	})
	for _, relu := range []bool{false, true} {
		pair("backwardInput", rows*c, 1e-5, func(k kernel.BatchNorm[float32], dx, _ []float32) {
			k.BackwardInput(dx, dy, dy, v[4], v[1], v[2], v[3], rows, relu)
		})
	}
}

func TestCrossEntropyMatchesPortable(t *testing.T) {
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		x := []float32{1, -1, 1e4, -1e4, -1e4, 1e4, 0, 0, float32(math.NaN()), 0}
		label := []int32{0, 0, 0, 1, 1}
		want, got := make([]float32, len(x)), make([]float32, len(x))
		a := portable.New[float32]().CrossEntropy(2).Forward(want, x, label, 4)
		b := s.CrossEntropy(2).Forward(got, x, label, 4)
		if a != b || math.IsNaN(float64(b)) {
			t.Errorf("loss %v, want %v", b, a)
		}
		near(t, "d", got, want, 0)
		if b := s.CrossEntropy(2).Forward(got, x, label, 5); !math.IsNaN(float64(b)) {
			t.Errorf("loss with a NaN logit = %v, want NaN", b)
		}
	})
}
