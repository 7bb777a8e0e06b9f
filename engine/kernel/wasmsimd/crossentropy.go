package wasmsimd

import (
	"math"

	"github.com/pairlab/pairlab/engine/kernel"
)

// crossEntropy is in Go: a step takes a few thousand exponentials, well under
// a hundredth of its time, and Go's are the same on every machine.
type crossEntropy struct{ classes int }

// CrossEntropy implements [kernel.Set].
func (s *Set) CrossEntropy(classes int) kernel.CrossEntropy[float32] { return crossEntropy{classes} }

// Forward implements [kernel.CrossEntropy].
func (e crossEntropy) Forward(d, x []float32, label []int32, n int) float32 {
	var loss float32
	for i := range n {
		row, out := x[i*e.classes:(i+1)*e.classes], d[i*e.classes:(i+1)*e.classes]
		top := row[0]
		for _, v := range row[1:] {
			top = max(top, v)
		}
		var sum float32
		for j, v := range row {
			p := float32(math.Exp(float64(v - top)))
			out[j] = p
			sum += p
		}
		for j := range out {
			out[j] /= sum
		}
		out[label[i]]--
		loss += float32(math.Log(float64(sum))) - (row[label[i]] - top)
	}
	return loss
}
