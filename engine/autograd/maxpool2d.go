package autograd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// maxPool2d is
//
//	y[n,i,j,c] = max_{u,v} x[n, i·s+u, j·s+v, c]
//
// and gives each gradient to the first maximum in row-major order.
type maxPool2d[T tensor.Float] struct {
	t      *Tape[T]
	kernel kernel.MaxPool2D[T]
	x, y   *Value[T]
	argmax []uint16
	dx     *slot[T]
}

// MaxPool2D records max pooling of x [H, W, C] with a square window k and the
// given stride, without padding. The result is [OH, OW, C].
func (t *Tape[T]) MaxPool2D(x *Value[T], k, stride int) *Value[T] {
	p := poolShape(x, k, stride)
	y := t.newValue(x.cut, x.wantsGrad, p.OH(), p.OW(), p.C)
	t.record(x.cut, &maxPool2d[T]{
		t: t, kernel: t.kernels.MaxPool2D(p), x: x, y: y,
		argmax: make([]uint16, len(y.Data)),
	})
	return y
}

// poolShape checks that x can be pooled and returns the pooling's shape.
func poolShape[T tensor.Float](x *Value[T], k, stride int) kernel.Pool {
	if len(x.Shape) != 3 {
		panic(fmt.Sprintf("autograd: pooling: input %v: want [H, W, C]", x.Shape))
	}
	p := kernel.Pool{H: x.Shape[0], W: x.Shape[1], C: x.Shape[2], K: k, Stride: stride}
	if err := p.Check(); err != nil {
		panic(fmt.Errorf("autograd: %w", err))
	}
	return p
}

func (o *maxPool2d[T]) wanted() bool { return o.y.wanted() }

func (o *maxPool2d[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *maxPool2d[T]) args(c parallel.Chunk) []uint16 {
	return o.argmax[c.Lo*o.y.size : c.Hi*o.y.size]
}

func (o *maxPool2d[T]) forward(c parallel.Chunk) {
	o.kernel.Forward(o.y.rows(c), o.args(c), o.x.rows(c), c.Len())
}

func (o *maxPool2d[T]) backward(c parallel.Chunk) {
	o.kernel.Backward(o.dx.rows(c), o.t.collect(o.y, c), o.args(c), c.Len())
}
