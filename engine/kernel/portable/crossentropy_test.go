package portable

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestExponentials compares with math.Exp, everywhere and at the ends.
func TestExponentials(t *testing.T) {
	x := []float64{0, -1e-300, -math.Ln2 / 2, -math.Ln2, leastExponent, -708.1, -1e300, math.Inf(-1)}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		x = append(x, -100*r.ExpFloat64())
	}
	out := make([]float64, len(x))
	for _, top := range []float64{0, 2} {
		sum, total := exponentials(out, x, top), 0.0
		for i, v := range x {
			want := math.Exp(v - top)
			if v-top < leastExponent {
				want = 0
			}
			if math.Abs(out[i]-want) > 1e-15*want {
				t.Errorf("e^%v is %v, want %v", v-top, out[i], want)
			}
			total += out[i]
		}
		if sum != total {
			t.Errorf("the sum of %v is %v", total, sum)
		}
	}
	if exponentials(out[:1], []float64{math.NaN()}, 0); !math.IsNaN(out[0]) {
		t.Errorf("e^NaN is %v", out[0])
	}
}
