// Package nn has the layers that models are made of: parameters with
// PyTorch's default initialisation, in front of the ops of package autograd.
package nn

import (
	"math"
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Conv2d is a valid convolution with stride 1: weights [O, I, K, K], bias [O].
type Conv2d[T tensor.Float] struct{ W, B *autograd.Param[T] }

// NewConv2d registers name.weight and name.bias, drawn uniformly from
// ±1/√(I·K·K).
func NewConv2d[T tensor.Float](p *autograd.Params[T], rng *rand.Rand, name string, in, out, k int) Conv2d[T] {
	c := Conv2d[T]{p.Add(name+".weight", out, in, k, k), p.Add(name+".bias", out)}
	uniform(rng, in*k*k, c.W, c.B)
	return c
}

// Linear is y = x·wᵀ + b: weights [O, I], bias [O].
type Linear[T tensor.Float] struct{ W, B *autograd.Param[T] }

// NewLinear registers name.weight and name.bias, drawn uniformly from ±1/√I.
func NewLinear[T tensor.Float](p *autograd.Params[T], rng *rand.Rand, name string, in, out int) Linear[T] {
	l := Linear[T]{p.Add(name+".weight", out, in), p.Add(name+".bias", out)}
	uniform(rng, in, l.W, l.B)
	return l
}

// NewBatchNorm registers name.weight (1), name.bias (0), name.running_mean
// (0) and name.running_var (1), each [C].
func NewBatchNorm[T tensor.Float](p *autograd.Params[T], name string, c int) autograd.BatchNormState[T] {
	s := autograd.BatchNormState[T]{
		Gamma: p.Add(name+".weight", c), Beta: p.Add(name+".bias", c),
		Mean: p.AddBuffer(name+".running_mean", 0, c),
		Var:  p.AddBuffer(name+".running_var", 1, c),
	}
	for i := range s.Gamma.Data {
		s.Gamma.Data[i] = 1
	}
	return s
}

// uniform fills the parameters from ±1/√fanIn, PyTorch's default for
// convolutions and linear layers.
func uniform[T tensor.Float](rng *rand.Rand, fanIn int, params ...*autograd.Param[T]) {
	bound := 1 / math.Sqrt(float64(fanIn))
	for _, p := range params {
		for i := range p.Data {
			p.Data[i] = T((2*rng.Float64() - 1) * bound)
		}
	}
}
