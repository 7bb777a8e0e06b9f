package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Scalar is a mean over the rows of a batch: a loss, or the fraction of rows
// that something holds for.
type Scalar[T tensor.Float] struct {
	Value T // after Forward

	weight  T // in the minimised sum
	partial [parallel.Chunks]T
}

func (t *Tape[T]) newScalar() *Scalar[T] {
	s := &Scalar[T]{}
	t.scalars = append(t.scalars, s)
	return s
}

// Term is a loss and its weight in a sum.
type Term[T tensor.Float] struct {
	Loss   *Scalar[T]
	Weight T
}

// Minimize says that Backward is to compute the gradient of
// Σ weight·loss. A loss of weight 0 costs no backward pass.
func (t *Tape[T]) Minimize(terms ...Term[T]) {
	for _, term := range terms {
		term.Loss.weight += term.Weight
	}
}

// Total is the minimised sum of the last forward pass.
func (t *Tape[T]) Total() T {
	var sum T
	for _, s := range t.scalars {
		if s.weight != 0 {
			sum += s.weight * s.Value
		}
	}
	return sum
}
