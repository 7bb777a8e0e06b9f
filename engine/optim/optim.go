// Package optim updates a model's parameters from their gradients: stochastic
// gradient descent, with momentum if wanted, and Adam, at a learning rate that
// may follow a schedule. The loops themselves are kernels.
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
	total   int
}

// New returns the optimiser that c chooses for a run of total steps, which
// the schedule is stretched over; c must pass its Check.
func New[T tensor.Float](c Config, p *autograd.Params[T], k kernel.Elementwise[T], total int) *Optimizer[T] {
	o := &Optimizer[T]{config: c, params: p, kernels: k, total: total}
	if c.Kind == AdamKind || c.Momentum > 0 {
		o.moments[0] = make([]T, len(p.Data))
	}
	if c.Kind == AdamKind {
		o.moments[1] = make([]T, len(p.Data))
	}
	return o
}

// Step moves the parameters [lo, hi) of the vector along their gradients of
// the last backward pass. The caller shares them with other ranks, if any,
// and then calls Params.Changed.
func (o *Optimizer[T]) Step(lo, hi int) {
	c, w, g := o.config, o.params.Data[lo:hi], o.params.Grad[lo:hi]
	var m, v []T
	if o.moments[0] != nil {
		m = o.moments[0][lo:hi]
	}
	if o.moments[1] != nil {
		v = o.moments[1][lo:hi]
	}
	rate, decay := c.RateAt(o.steps, o.total), c.WeightDecay
	if c.Decoupled && decay > 0 {
		o.kernels.Scale(w, T(1-rate*decay), w)
		decay = 0
	}
	o.steps++
	if c.Kind == AdamKind {
		t := float64(o.steps)
		o.kernels.Adam(w, g, m, v, kernel.AdamStep[T]{
			Rate: T(rate), Beta1: beta1, Beta2: beta2, Eps: eps, Decay: T(decay),
			C1: T(1 - math.Pow(beta1, t)), C2: T(1 - math.Pow(beta2, t)),
		})
	} else {
		o.kernels.SGD(w, g, m, T(rate), T(c.Momentum), T(decay))
	}
}

// Moments are the vectors, as long as the parameters, that the optimiser
// keeps between steps: none, one or two.
func (o *Optimizer[T]) Moments() [][]T {
	n := 0
	for n < len(o.moments) && o.moments[n] != nil {
		n++
	}
	return o.moments[:n]
}

// Steps is the number of steps taken, which Adam's corrections and the
// schedule depend on.
func (o *Optimizer[T]) Steps() int { return o.steps }

// SetSteps restores the number of steps of a run that is resumed.
func (o *Optimizer[T]) SetSteps(n int) { o.steps = n }
