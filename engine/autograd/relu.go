package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// relu is y = max(x, 0) and dx = dy where y > 0, else 0.
type relu[T tensor.Float] struct {
	t    *Tape[T]
	x, y *Value[T]
	dx   *slot[T]
}

// ReLU records y = max(x, 0). Ops that can apply it to their own output do
// so without another pass: see their relu argument.
func (t *Tape[T]) ReLU(x *Value[T]) *Value[T] {
	y := t.newValue(x.cut, x.wantsGrad, x.Shape...)
	y.relu = true
	t.record(x.cut, &relu[T]{t: t, x: x, y: y})
	return y
}

func (o *relu[T]) wanted() bool { return o.y.wanted() }

func (o *relu[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *relu[T]) forward(c parallel.Chunk) { o.t.elementwise.ReLU(o.y.rows(c), o.x.rows(c)) }

func (o *relu[T]) backward(c parallel.Chunk) { copy(o.dx.rows(c), o.t.collect(o.y, c)) }
