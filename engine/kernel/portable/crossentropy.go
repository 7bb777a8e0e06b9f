package portable

import (
	"math"

	"github.com/pairlab/pairlab/engine/tensor"
)

type crossEntropy[T tensor.Float] struct{ classes int }

// Forward implements [kernel.CrossEntropy]. The row's maximum is subtracted
// first, so that no exponential overflows and their sum is at least 1. The
// exponential and the logarithm are float64's: they are few.
func (e crossEntropy[T]) Forward(d, x []T, label []int32, n int) T {
	var loss T
	for i := range n {
		row, out := x[i*e.classes:(i+1)*e.classes], d[i*e.classes:(i+1)*e.classes]
		top := row[0]
		for _, v := range row[1:] {
			top = max(top, v)
		}
		sum := exponentials(out, row, top)
		for j := range out {
			out[j] /= sum
		}
		out[label[i]]--
		loss += T(math.Log(float64(sum))) - (row[label[i]] - top)
	}
	return loss
}

// The parts of ln 2: the product of the first and a small integer is exact
// (Cody and Waite 1980; the figures are those of FreeBSD's exp).
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// leastExponent is where e^x is no longer a normal float64.
const leastExponent = -708

// exponentials writes e^(x-top), which is at most 1, and returns the sum. With
// k the integer nearest to x/ln 2 and r = x - k·ln 2, |r| ≤ ln 2 / 2,
//
//	e^x = 2^k · Σ_i r^i/i!    (i ≤ 12: the rest is less than 2⁻⁵²)
//
// It takes a third of the time of math.Exp in WebAssembly, where that is a
// call to Go code for every value.
func exponentials[T tensor.Float](out, x []T, top T) (sum T) {
	for j, v := range x {
		v := float64(v - top)
		if v < leastExponent {
			out[j] = 0
			continue
		}
		k := math.Floor(v*math.Log2E + 0.5)
		r := v - k*ln2High - k*ln2Low
		r2 := r * r
		r4 := r2 * r2
		// Pairs of terms do not wait for each other, as they would by Horner.
		low := (1 + r) + r2*(1./2+r*(1./6))
		middle := (1./24 + r*(1./120)) + r2*(1./720+r*(1./5040))
		high := (1./40320 + r*(1./362880)) + r2*(1./3628800+r*(1./39916800)+r2*(1./479001600))
		p := T((low + r4*(middle+r4*high)) * math.Float64frombits(uint64(int64(k)+1023)<<52))
		out[j] = p
		sum += p
	}
	return sum
}
