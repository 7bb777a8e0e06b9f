package autograd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// convPool2d is y = act(maxpool(conv(x))) without the map between kept: the
// gradient goes to each window's first maximum and from there on as in
// conv2d and maxPool2d.
type convPool2d[T tensor.Float] struct {
	t      *Tape[T]
	kernel kernel.ConvPool2D[T]
	x, y   *Value[T]
	argmax []uint16
	w, b   *Param[T]
	cut    *cut
	dx     *slot[T]
	dw, db *paramSlot[T]
}

// ConvPool2D records a convolution as [Tape.Conv2D] does, followed by max
// pooling with a square window k and the given stride, and a ReLU after
// pooling if relu is set. The result is [PH, PW, O].
func (t *Tape[T]) ConvPool2D(x *Value[T], w, b *Param[T], k, stride int, relu bool) *Value[T] {
	s := convShape(x, w, b)
	p := kernel.Pool{H: s.OH(), W: s.OW(), C: s.O, K: k, Stride: stride, ReLU: relu}
	if err := p.Check(); err != nil {
		panic(fmt.Errorf("autograd: %w", err))
	}
	y := t.newValue(x.cut, true, p.OH(), p.OW(), p.C)
	y.relu = relu
	t.record(x.cut, &convPool2d[T]{
		t: t, kernel: t.kernels.ConvPool2D(s, p, t.maxChunk(x.cut)),
		x: x, y: y, argmax: make([]uint16, len(y.Data)), w: w, b: b, cut: x.cut,
	})
	return y
}

func (o *convPool2d[T]) wanted() bool { return o.y.wanted() }

func (o *convPool2d[T]) connect() {
	o.dx = o.x.newSlot(false)
	o.dw, o.db = newParamSlot(o.w, o.cut), newParamSlot(o.b, o.cut)
}

func (o *convPool2d[T]) weights() weights[T] { return weights[T]{o.w, o.b, o.kernel} }

func (o *convPool2d[T]) args(c parallel.Chunk) []uint16 {
	return o.argmax[c.Lo*o.y.size : c.Hi*o.y.size]
}

func (o *convPool2d[T]) forward(c parallel.Chunk) {
	o.kernel.Forward(o.y.rows(c), o.args(c), o.x.rows(c), c.Len())
}

func (o *convPool2d[T]) backward(c parallel.Chunk) {
	g := o.t.collect(o.y, c)
	if o.dx != nil {
		o.kernel.BackwardInput(o.dx.rows(c), g, o.args(c), c.Len())
	}
}

func (o *convPool2d[T]) backwardLate(c parallel.Chunk) {
	g := o.y.collected(c)
	o.kernel.BackwardWeights(o.dw.dst(c), o.db.dst(c), g, o.args(c), o.x.rows(c), c.Len())
	o.dw.add(c, o.t.elementwise)
	o.db.add(c, o.t.elementwise)
}
