// Package optim updates a model's parameters from their gradients: stochastic
// gradient descent, with momentum if wanted, and Adam. The loops themselves
// are kernels.
package optim

import (
	"math"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Adam's constants, PyTorch's defaults.
const (
	beta1 = 0.9
	beta2 = 0.999
	eps   = 1e-8
)

// Optimizer is an optimiser with its state for one model.
type Optimizer[T tensor.Float] struct {
	config  Config
	params  *autograd.Params[T]
	kernels kernel.Elementwise[T]
	moments [2][]T // momentum's velocity, or Adam's two; nil where not needed
	steps   int
}

// New returns the optimiser that c chooses; c must pass its Check.
func New[T tensor.Float](c Config, p *autograd.Params[T], k kernel.Elementwise[T]) *Optimizer[T] {
	o := &Optimizer[T]{config: c, params: p, kernels: k}
	if c.Kind == AdamKind || c.Momentum > 0 {
		o.moments[0] = make([]T, len(p.Data))
	}
	if c.Kind == AdamKind {
		o.moments[1] = make([]T, len(p.Data))
	}
	return o
}

// Step moves the parameters along the gradients of the last backward pass.
func (o *Optimizer[T]) Step() {
	c, p := o.config, o.params
	o.steps++
	if c.Kind == AdamKind {
		t := float64(o.steps)
		o.kernels.Adam(p.Data, p.Grad, o.moments[0], o.moments[1], kernel.AdamStep[T]{
			Rate: T(c.Rate), Beta1: beta1, Beta2: beta2, Eps: eps, Decay: T(c.WeightDecay),
			C1: T(1 - math.Pow(beta1, t)), C2: T(1 - math.Pow(beta2, t)),
		})
	} else {
		o.kernels.SGD(p.Data, p.Grad, o.moments[0], T(c.Rate), T(c.Momentum), T(c.WeightDecay))
	}
	p.Changed()
}
