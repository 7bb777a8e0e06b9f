package autograd

import (
	"math"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// softmax is, per row with m = max x,
//
//	p_i = exp(x_i - m) / Σ_k exp(x_k - m)       dx_i = p_i · (g_i - Σ_k g_k·p_k)
//
// or its logarithm
//
//	y_i = x_i - m - log Σ_k exp(x_k - m)        dx_i = g_i - p_i · Σ_k g_k
//
// Cross-entropy has its own; these are for what reads probabilities: a
// person, or a model's next layer.
type softmax[T tensor.Float] struct {
	t    *Tape[T]
	log  bool
	x, y *Value[T]
	dx   *slot[T]
}

// Softmax records the probabilities of the logits x [classes].
func (t *Tape[T]) Softmax(x *Value[T]) *Value[T] { return t.softmax(x, false) }

// LogSoftmax records the logarithms of the probabilities of x [classes].
func (t *Tape[T]) LogSoftmax(x *Value[T]) *Value[T] { return t.softmax(x, true) }

func (t *Tape[T]) softmax(x *Value[T], log bool) *Value[T] {
	y := t.newValue(x.cut, x.wantsGrad, x.Shape...)
	t.record(x.cut, &softmax[T]{t: t, log: log, x: x, y: y})
	return y
}

func (o *softmax[T]) wanted() bool { return o.y.wanted() }

func (o *softmax[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *softmax[T]) forward(c parallel.Chunk) {
	n := o.x.size
	xs, ys := o.x.rows(c), o.y.rows(c)
	for r := range c.Len() {
		x, y := xs[r*n:(r+1)*n], ys[r*n:(r+1)*n]
		top := x[0]
		for _, v := range x[1:] {
			top = max(top, v)
		}
		var sum T
		for i, v := range x {
			y[i] = T(math.Exp(float64(v - top)))
			sum += y[i]
		}
		logSum := T(math.Log(float64(sum)))
		for i, v := range x {
			if o.log {
				y[i] = v - top - logSum
			} else {
				y[i] /= sum
			}
		}
	}
}

func (o *softmax[T]) backward(c parallel.Chunk) {
	n := o.x.size
	ys, gs, ds := o.y.rows(c), o.t.collect(o.y, c), o.dx.rows(c)
	for r := range c.Len() {
		y, g, dx := ys[r*n:(r+1)*n], gs[r*n:(r+1)*n], ds[r*n:(r+1)*n]
		var sum T
		for i := range g {
			if o.log {
				sum += g[i]
			} else {
				sum += g[i] * y[i]
			}
		}
		for i := range g {
			if o.log {
				dx[i] = g[i] - T(math.Exp(float64(y[i])))*sum
			} else {
				dx[i] = y[i] * (g[i] - sum)
			}
		}
	}
}
