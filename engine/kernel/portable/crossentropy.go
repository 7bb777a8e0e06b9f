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
		var sum T
		for j, v := range row {
			p := T(math.Exp(float64(v - top)))
			out[j] = p
			sum += p
		}
		for j := range out {
			out[j] /= sum
		}
		out[label[i]]--
		loss += T(math.Log(float64(sum))) - (row[label[i]] - top)
	}
	return loss
}
