package parallel

import (
	"math"
	"testing"
)

func TestCutCoversEveryRowOnce(t *testing.T) {
	for n := range 300 {
		next := 0
		for i, c := range Cut(n) {
			if c.Index != i || c.Lo != next || c.Len() < n/Chunks || c.Len() > n/Chunks+1 {
				t.Fatalf("n=%d: chunk %d is %+v, want %d..%d rows from %d", n, i, c, n/Chunks, n/Chunks+1, next)
			}
			next = c.Hi
		}
		if next != n {
			t.Fatalf("n=%d: chunks end at %d", n, next)
		}
	}
}

func TestMergeMomentsEqualsTwoPasses(t *testing.T) {
	// Values near 1e4 with spread 1: a difference of squares in float32 would
	// keep no digit of the variance.
	const n = 83
	x := make([]float32, n)
	for i := range x {
		x[i] = 10000 + float32(i*37%n)/n
	}
	var parts [Chunks]Moments[float32]
	for i, c := range Cut(n) {
		if i == 3 {
			continue // as if empty
		}
		parts[i] = direct(x[c.Lo:c.Hi])
	}
	skipped := Cut(n)[3]
	rest := append(append([]float32{}, x[:skipped.Lo]...), x[skipped.Hi:]...)
	got, want := MergeMoments(&parts), direct(rest)
	if got.Count != want.Count || math.Abs(float64(got.Mean-want.Mean)) > 2e-3 || math.Abs(float64(got.M2/want.M2-1)) > 1e-3 {
		t.Errorf("merged %+v, want %+v", got, want)
	}
}

func direct(x []float32) Moments[float32] {
	var mean, m2 float64
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for _, v := range x {
		m2 += (float64(v) - mean) * (float64(v) - mean)
	}
	return Moments[float32]{Count: float32(len(x)), Mean: float32(mean), M2: float32(m2)}
}
