package autograd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Labels are an input of class numbers, one a row.
type Labels struct {
	Data    []int32 // [maxBatch]
	classes int
}

// Labels records an input of class numbers 0..classes-1, filled by the caller
// before each forward pass.
func (t *Tape[T]) Labels(classes int) *Labels {
	return &Labels{Data: make([]int32, t.maxBatch), classes: classes}
}

// crossEntropy is, with p the softmax of the logits x,
//
//	loss = Σ_n -log p[n, label_n] / N        dx[n,k] = w · (p[n,k] - [k = label_n]) / N
//
// where N is the rows of the batch and w the loss's weight.
type crossEntropy[T tensor.Float] struct {
	t      *Tape[T]
	kernel kernel.CrossEntropy[T]
	x      *Value[T]
	label  *Labels
	loss   *Scalar[T]
	d      []T // softmax - onehot [maxBatch, classes]
	dx     *slot[T]
}

// CrossEntropy records the mean cross-entropy of the logits x [classes].
func (t *Tape[T]) CrossEntropy(x *Value[T], label *Labels) *Scalar[T] {
	if label.classes != x.size {
		panic(fmt.Sprintf("autograd: cross-entropy: %d logits for labels of %d classes", x.size, label.classes))
	}
	o := &crossEntropy[T]{
		t: t, kernel: t.kernels.CrossEntropy(x.size), x: x, label: label,
		loss: t.newScalar(), d: make([]T, len(x.Data)),
	}
	t.record(x.cut, o)
	return o.loss
}

func (o *crossEntropy[T]) wanted() bool { return o.loss.weight != 0 }

func (o *crossEntropy[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *crossEntropy[T]) forward(c parallel.Chunk) {
	d := o.d[c.Lo*o.x.size : c.Hi*o.x.size]
	o.loss.partial[c.Index] = o.kernel.Forward(d, o.x.rows(c), o.label.Data[c.Lo:c.Hi], c.Len())
}

func (o *crossEntropy[T]) backward(c parallel.Chunk) {
	if o.dx == nil {
		return
	}
	d := o.d[c.Lo*o.x.size : c.Hi*o.x.size]
	o.t.elementwise.Scale(o.dx.rows(c), o.loss.weight/T(o.t.n), d)
}
