package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// dot is Σ_i x[n,i]·g[n,i] with a given g: its gradient for x is g.
type dot[T tensor.Float] struct {
	t      *Tape[T]
	x      *Value[T]
	g      []T
	scalar *Scalar[T]
	dx     *slot[T]
}

// Dot records the mean over rows of x · g, where the caller fills g, which
// Dot returns, [maxBatch, x.Shape...]. Minimised with weight N, the rows of
// the batch, it makes g the gradient that arrives at x: this is how a
// gradient given from outside enters the tape.
func (t *Tape[T]) Dot(x *Value[T]) (scalar *Scalar[T], g []T) {
	o := &dot[T]{t: t, x: x, g: make([]T, len(x.Data)), scalar: t.newScalar()}
	t.record(x.cut, o)
	return o.scalar, o.g
}

func (o *dot[T]) wanted() bool { return o.scalar.weight != 0 }

func (o *dot[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *dot[T]) rows(c parallel.Chunk) []T { return o.g[c.Lo*o.x.size : c.Hi*o.x.size] }

func (o *dot[T]) forward(c parallel.Chunk) {
	var sum T
	g := o.rows(c)
	for i, v := range o.x.rows(c) {
		sum += v * g[i]
	}
	o.scalar.partial[c.Index] = sum
}

func (o *dot[T]) backward(c parallel.Chunk) {
	if o.dx != nil {
		o.t.elementwise.Scale(o.dx.rows(c), o.scalar.weight/T(o.t.n), o.rows(c))
	}
}
