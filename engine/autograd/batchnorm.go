package autograd

import (
	"fmt"
	"math"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// BatchNormEps is added to the variance, and BatchNormMomentum is the share
// of a batch's statistics in the running ones: PyTorch's defaults.
const (
	BatchNormEps      = 1e-5
	BatchNormMomentum = 0.1
)

// BatchNormState is what one batch normalisation learns and remembers.
type BatchNormState[T tensor.Float] struct {
	Gamma, Beta *Param[T]  // [C]
	Mean, Var   *Buffer[T] // [C], running; Var is of the unbiased variance
}

// batchNorm normalises x [..., C] over all rows of the batch and all pixels,
// m values a channel (Ioffe and Szegedy 2015):
//
//	μ = Σx/m    σ² = Σ(x-μ)²/m    x̂ = (x-μ)/√(σ²+ε)    y = γ·x̂ + β
//
// with gradients
//
//	dβ = Σg    dγ = Σg·x̂    dx = γ/√(σ²+ε) · (g - dβ/m - x̂·dγ/m)
//
// On running statistics μ and σ² are constants: dx = γ/√(σ²+ε) · g.
//
// Each chunk computes its own moments and gradient sums, which are merged;
// so the op is recorded twice, before and after the merge (see batchMeeting).
type batchNorm[T tensor.Float] struct {
	t      *Tape[T]
	kernel kernel.BatchNorm[T]
	x, y   *Value[T]
	s      BatchNormState[T]
	pixels int // values a row has for each channel
	cut    *cut

	stats [parallel.Chunks][]T // per chunk [2, C]: mean and m2, of the meeting's
	sums  [parallel.Chunks][]T // likewise Σg and Σg·(x-μ)

	mean, scale, invStd []T // [C] of the current batch; scale is γ/√(σ²+ε)
	unbiased            []T // [C] variance of the current batch
	a, b, k             []T // [C] coefficients of dx

	dx            *slot[T]
	dGamma, dBeta *paramSlot[T]
}

func (t *Tape[T]) newBatchNorm(x *Value[T], s BatchNormState[T]) *batchNorm[T] {
	c := len(s.Gamma.Data)
	if c == 0 || x.Shape[len(x.Shape)-1] != c || len(s.Beta.Data) != c || len(s.Mean.Data) != c || len(s.Var.Data) != c {
		panic(fmt.Sprintf("autograd: batch norm: input %v for %d channels", x.Shape, c))
	}
	n := &batchNorm[T]{
		t: t, kernel: t.kernels.BatchNorm(c), x: x, s: s, pixels: x.size / c, cut: x.cut,
		y: t.newValue(x.cut, true, x.Shape...),
	}
	for _, v := range []*[]T{&n.mean, &n.scale, &n.invStd, &n.unbiased, &n.a, &n.b, &n.k} {
		*v = make([]T, c)
	}
	return n
}

func (n *batchNorm[T]) moments(c parallel.Chunk) {
	p := n.stats[c.Index]
	half := len(p) / 2
	n.kernel.Moments(p[:half], p[half:], n.x.rows(c), c.Len()*n.pixels)
}

// takeRunning has the batch normalised by the running statistics.
func (n *batchNorm[T]) takeRunning() {
	copy(n.mean, n.s.Mean.Data)
	for i, v := range n.s.Var.Data {
		n.setScale(i, v)
	}
}

// mergeMoments has it normalised by its own.
func (n *batchNorm[T]) mergeMoments() {
	channels := len(n.mean)
	for i := range channels {
		var parts [parallel.Chunks]parallel.Moments[T]
		for j, c := range n.cut.grid {
			if c.Len() > 0 {
				p := n.stats[j]
				parts[j] = parallel.Moments[T]{Count: T(c.Len() * n.pixels), Mean: p[i], M2: p[channels+i]}
			}
		}
		m := parallel.MergeMoments(&parts)
		n.mean[i] = m.Mean
		n.setScale(i, m.M2/m.Count)
		// The variance of a single value is 0 either way.
		n.unbiased[i] = m.M2 / max(m.Count-1, 1)
	}
}

// moveRunning moves the running statistics by the batch's.
func (n *batchNorm[T]) moveRunning() {
	mean, variance := n.s.Mean.Data, n.s.Var.Data
	for i := range mean {
		mean[i] = (1-BatchNormMomentum)*mean[i] + BatchNormMomentum*n.mean[i]
		variance[i] = (1-BatchNormMomentum)*variance[i] + BatchNormMomentum*n.unbiased[i]
	}
}

func (n *batchNorm[T]) setScale(i int, variance T) {
	n.invStd[i] = 1 / T(math.Sqrt(float64(variance+BatchNormEps)))
	n.scale[i] = n.s.Gamma.Data[i] * n.invStd[i]
}

func (n *batchNorm[T]) normalize(c parallel.Chunk) {
	n.kernel.Normalize(n.y.rows(c), n.x.rows(c), n.mean, n.scale, n.s.Beta.Data, c.Len()*n.pixels)
}

func (n *batchNorm[T]) gradientSums(c parallel.Chunk) {
	g := n.t.collect(n.y, c)
	p := n.sums[c.Index]
	channels := len(n.mean)
	n.kernel.GradientSums(p[:channels], p[channels:], g, n.x.rows(c), n.mean, c.Len()*n.pixels)
	dGamma, dBeta := n.dGamma.dst(c), n.dBeta.dst(c)
	for i, inv := range n.invStd {
		dBeta[i] = p[i]
		dGamma[i] = p[channels+i] * inv
	}
	n.dGamma.add(c, n.t.elementwise)
	n.dBeta.add(c, n.t.elementwise)
}

// mergeGradientSums sets the coefficients of dx = a·g + b·(x-μ) + k.
func (n *batchNorm[T]) mergeGradientSums() {
	copy(n.a, n.scale)
	if !n.t.train {
		clear(n.b)
		clear(n.k)
		return
	}
	m := T(n.t.n * n.pixels)
	for i := range n.a {
		var sumG, sumGX [parallel.Chunks]T
		for j, c := range n.cut.grid {
			if c.Len() > 0 {
				sumG[j], sumGX[j] = n.sums[j][i], n.sums[j][len(n.a)+i]
			}
		}
		n.b[i] = -n.scale[i] * n.invStd[i] * n.invStd[i] * parallel.Sum(&sumGX) / m
		n.k[i] = -n.scale[i] * parallel.Sum(&sumG) / m
	}
}

func (n *batchNorm[T]) backwardInput(c parallel.Chunk) {
	if n.dx != nil {
		n.kernel.BackwardInput(n.dx.rows(c), n.y.collected(c), n.x.rows(c), n.mean, n.a, n.b, n.k, c.Len()*n.pixels, n.x.relu)
	}
}
