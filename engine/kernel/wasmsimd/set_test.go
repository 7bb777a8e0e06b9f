package wasmsimd_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
)

func TestNewRejectsModes(t *testing.T) {
	h, err := host()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wasmsimd.New(h, "quick"); err == nil || !strings.Contains(err.Error(), `"quick"`) {
		t.Errorf("New with an unknown mode: error %v, want one that names it", err)
	}
	if _, err := wasmsimd.New(h, wasmsimd.Fused); (err == nil) != h.Relaxed() {
		t.Errorf("New fused: error %v on a host with relaxed SIMD %v", err, h.Relaxed())
	}
}

func TestStaticModulesAreValid(t *testing.T) {
	module, err := wasmsimd.Trampoline()
	if err != nil || !hosttest.Validate(module) {
		t.Errorf("trampoline: error %v, valid %v", err, hosttest.Validate(module))
	}
	if hosttest.Validate(module[:len(module)-1]) {
		t.Error("a cut module is said to be valid")
	}
}

// TestMoreSamplesThanMadeFor would read past the table of offsets.
func TestMoreSamplesThanMadeFor(t *testing.T) {
	c := kernel.Conv{H: 3, W: 3, I: 1, O: 1, KH: 2, KW: 2}
	k := sets(t)[0].Conv2D(c, 2)
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(error).Error(), "at most 2") {
			t.Errorf("Forward of 3 samples: panic %v, want one that says at most 2", r)
		}
	}()
	k.Forward(make([]float32, 12), make([]float32, 27), 3)
}

// TestWinogradErrorIsSmall measures against float64, with activations and
// weights as in training: the root-mean-square error relative to the values'
// is that of the transforms' points, about 20 times the direct sum's.
func TestWinogradErrorIsSmall(t *testing.T) {
	const n = 4
	c := kernel.Conv{H: 8, W: 8, I: 64, O: 64, KH: 4, KW: 4}
	r := rand.New(rand.NewPCG(1, 9))
	w, b := normal(r, c.O*c.K()), make([]float32, c.O)
	x, dy := normal(r, n*64*c.I), normal(r, n*25*c.O)
	exact := portable.New[float64]().Conv2D(c, n)
	exact.Pack(wide(w), wide(b))
	y, dx, dw, db := make([]float64, len(dy)), make([]float64, len(x)), make([]float64, len(w)), make([]float64, len(b))
	exact.Forward(y, wide(x), n)
	exact.BackwardInput(dx, wide(dy), n)
	exact.BackwardWeights(dw, db, wide(dy), wide(x), n)
	for _, s := range sets(t) {
		limit := 1e-5
		if s.Name() == "direct" {
			limit = 1e-6
		}
		k := s.Conv2D(c, n)
		k.Pack(w, b)
		y32, dx32, dw32, db32 := make([]float32, len(y)), make([]float32, len(x)), make([]float32, len(w)), make([]float32, len(b))
		k.Forward(y32, x, n)
		k.BackwardInput(dx32, dy, n)
		k.BackwardWeights(dw32, db32, dy, x, n)
		for name, e := range map[string]float64{"y": rms(y32, y), "dx": rms(dx32, dx), "dw": rms(dw32, dw)} {
			t.Logf("%s %s: relative root-mean-square error %.2g", s.Name(), name, e)
			if e > limit {
				t.Errorf("%s %s: relative root-mean-square error %.2g, want at most %.2g", s.Name(), name, e, limit)
			}
		}
	}
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func rms(got []float32, want []float64) float64 {
	var e, s float64
	for i, w := range want {
		e += (float64(got[i]) - w) * (float64(got[i]) - w)
		s += w * w
	}
	return math.Sqrt(e / s)
}
