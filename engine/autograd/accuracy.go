package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Argmax returns the position of the first maximum of x, which is not empty.
func Argmax[T tensor.Float](x []T) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// accuracy counts the rows whose prediction is the label. It has no gradient.
type accuracy[T tensor.Float] struct {
	predict func(row int) int32
	label   *Labels
	scalar  *Scalar[T]
}

// Accuracy records the fraction of rows whose prediction is the label.
// predict is given the row's number in the batch and reads what it needs from
// recorded values.
func (t *Tape[T]) Accuracy(predict func(row int) int32, label *Labels) *Scalar[T] {
	o := &accuracy[T]{predict: predict, label: label, scalar: t.newScalar()}
	t.record(t.batch, o)
	return o.scalar
}

func (o *accuracy[T]) wanted() bool { return false }

func (o *accuracy[T]) connect() {}

func (o *accuracy[T]) forward(c parallel.Chunk) {
	var right T
	for i := c.Lo; i < c.Hi; i++ {
		if o.predict(i) == o.label.Data[i] {
			right++
		}
	}
	o.scalar.partial[c.Index] = right
}

func (o *accuracy[T]) backward(parallel.Chunk) {}
