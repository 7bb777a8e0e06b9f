package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel"

// batchNorm has the passes over x [rows, c], of batchnorm.k.
type batchNorm struct {
	*module
	c int
}

// The functions of a batchNorm, in order.
const (
	fnMoments = iota
	fnNormalize
	fnGradientSums
	fnBNBackward
	fnBNBackwardReLU
)

const batchNormFunctions = "moments normalize gradientSums backwardInput backwardInputReLU"

// BatchNorm implements [kernel.Set].
func (s *Set) BatchNorm(c int) kernel.BatchNorm[float32] {
	return &batchNorm{s.mustLoad("batchnorm", "c", []int{c}, batchNormFunctions), c}
}

// Moments implements [kernel.BatchNorm].
func (b *batchNorm) Moments(mean, m2, x []float32, rows int) {
	b.call(fnMoments, rows, 2|4, x[:rows*b.c], mean[:b.c], m2[:b.c])
}

// Normalize implements [kernel.BatchNorm].
func (b *batchNorm) Normalize(y, x, mean, scale, shift []float32, rows int) {
	n := rows * b.c
	b.call(fnNormalize, rows, 1, y[:n], x[:n], mean[:b.c], scale[:b.c], shift[:b.c])
}

// GradientSums implements [kernel.BatchNorm].
func (b *batchNorm) GradientSums(sumDy, sumDyX, dy, x, mean []float32, rows int) {
	n := rows * b.c
	b.call(fnGradientSums, rows, 8|16, dy[:n], x[:n], mean[:b.c], sumDy[:b.c], sumDyX[:b.c])
}

// BackwardInput implements [kernel.BatchNorm].
func (b *batchNorm) BackwardInput(dx, dy, x, mean, a, bx, k []float32, rows int, relu bool) {
	fn, n := fnBNBackward, rows*b.c
	if relu {
		fn = fnBNBackwardReLU
	}
	b.call(fn, rows, 1, dx[:n], dy[:n], x[:n], mean[:b.c], a[:b.c], bx[:b.c], k[:b.c])
}
