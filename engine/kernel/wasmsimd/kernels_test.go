package wasmsimd_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
)

// host is the test binary's one host.
var host = sync.OnceValues(hosttest.New)

// sets are the kernel sets that this engine runs.
func sets(t testing.TB) []*wasmsimd.Set {
	t.Helper()
	h, err := host()
	if err != nil {
		t.Fatal(err)
	}
	modes := []wasmsimd.Mode{wasmsimd.SIMD, wasmsimd.Direct}
	if h.Relaxed() {
		modes = append(modes, wasmsimd.Fused)
	}
	var all []*wasmsimd.Set
	for _, m := range modes {
		s, err := wasmsimd.New(h, m)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// eachSet runs a test for every set.
func eachSet(t *testing.T, test func(t *testing.T, s *wasmsimd.Set)) {
	for _, s := range sets(t) {
		t.Run(s.Name(), func(t *testing.T) { test(t, s) })
	}
}

const guard = 37 // floats of a guard band, odd so that vectors are unaligned

// guarded is a slice of n floats between guard bands; check reports a write
// to them.
func guarded(t testing.TB, name string, n int) (s []float32, check func()) {
	t.Helper()
	all := make([]float32, n+2*guard)
	for i := range all {
		all[i] = float32(math.NaN())
	}
	for i := range guard {
		all[i], all[guard+n+i] = float32(i), float32(i)
	}
	return all[guard : guard+n], func() {
		t.Helper()
		for i := range guard {
			if all[i] != float32(i) || all[guard+n+i] != float32(i) {
				t.Fatalf("%s: wrote outside the output", name)
			}
		}
	}
}

func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// near checks got against want: NaN and infinity alike, numbers within tol.
func near(t testing.TB, name string, got, want []float32, tol float64) {
	t.Helper()
	for i, w := range want {
		g := got[i]
		if math.IsNaN(float64(w)) != math.IsNaN(float64(g)) || math.IsInf(float64(w), 0) && g != w ||
			!math.IsInf(float64(w), 0) && math.Abs(float64(g)-float64(w)) > tol {
			t.Fatalf("%s[%d] = %v, want %v within %.2g (%d values)", name, i, g, w, tol, len(want))
		}
	}
}

// tolerance bounds the difference of two float32 sums of n products of
// standard normal values in different orders: each partial sum is about √n,
// each rounding half an ulp of it, and 8 is a margin for the largest of many.
func tolerance(n int) float64 { return 8 * float64(n) * math.Pow(2, -24) * 2 }
