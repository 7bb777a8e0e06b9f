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

// The parts of a batch have its chunks between them, all as many, and each has all
// of its rows in them, sizes differing by at most one.
func TestCutPartCoversEveryRowOnce(t *testing.T) {
	for _, parts := range []int{1, 2, 4, 8} {
		for _, n := range []int{1, 3, 37, 100} {
			var owner [Chunks]int
			for part := range parts {
				next, least, most := 0, n, 0
				lo, hi := PartOf(part, parts)
				if hi-lo != Chunks/parts {
					t.Errorf("part %d of %d has chunks %d..%d", part, parts, lo, hi)
				}
				for i, c := range CutPart(n, part, parts) {
					if c.Index != i || c.Lo != next || c.Hi < c.Lo {
						t.Errorf("%d rows, part %d of %d: chunk %d is %+v, want it to begin at %d", n, part, parts, i, c, next)
					}
					next = c.Hi
					if i < lo || i >= hi {
						if c.Len() != 0 {
							t.Errorf("%d rows, part %d of %d: rows in chunk %d of another part", n, part, parts, i)
						}
						continue
					}
					owner[i]++
					least, most = min(least, c.Len()), max(most, c.Len())
				}
				if next != n || most-least > 1 {
					t.Errorf("%d rows, part %d of %d: cut to row %d into %d to %d rows", n, part, parts, next, least, most)
				}
			}
			for i, owners := range owner {
				if owners != 1 {
					t.Errorf("%d parts: chunk %d is in %d of them", parts, i, owners)
				}
			}
		}
	}
}
