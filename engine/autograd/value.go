package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Value is what an op computes for each row of a batch. Maps are
// channels-last: Shape is [H, W, C], or [C] for a vector.
type Value[T tensor.Float] struct {
	Shape []int // of one row
	Data  []T   // [maxBatch, Shape...]; the rows of the current batch come first

	size      int
	cut       *cut // of the rows, for the ops that are recorded next
	relu      bool // the output of a ReLU: its gradient is 0 where Data is not above 0
	wantsGrad bool // depends on a parameter, or on an input whose gradient is wanted
	slots     []*slot[T]
}

// slot is the gradient that one consumer sends to a value.
type slot[T tensor.Float] struct {
	data  []T  // [maxBatch, Shape...]
	masks bool // the consumer has applied the ReLU's gradient already
	size  int
}

func (t *Tape[T]) newValue(c *cut, wantsGrad bool, shape ...int) *Value[T] {
	size := tensor.Size(shape)
	v := &Value[T]{Shape: shape, Data: make([]T, t.maxBatch*size), size: size, cut: c, wantsGrad: wantsGrad}
	t.values = append(t.values, v)
	return v
}

// Size is the number of elements of one row.
func (v *Value[T]) Size() int { return v.size }

// Grad is the gradient of the minimised loss [maxBatch, Shape...], complete
// after Backward; nil if no loss reaches the value.
func (v *Value[T]) Grad() []T {
	if len(v.slots) == 0 {
		return nil
	}
	return v.slots[0].data
}

// newSlot makes room for one more consumer's gradient, or returns nil where
// no gradient is wanted. Consumers ask in backward order.
func (v *Value[T]) newSlot(masks bool) *slot[T] {
	if !v.wantsGrad {
		return nil
	}
	s := &slot[T]{data: make([]T, len(v.Data)), masks: masks, size: v.size}
	v.slots = append(v.slots, s)
	return s
}

// wanted says whether a consumer sends v a gradient.
func (v *Value[T]) wanted() bool { return len(v.slots) > 0 }

func (v *Value[T]) rows(c parallel.Chunk) []T { return v.Data[c.Lo*v.size : c.Hi*v.size] }

// collected is the gradient of a chunk after collect.
func (v *Value[T]) collected(c parallel.Chunk) []T { return v.slots[0].rows(c) }

func (s *slot[T]) rows(c parallel.Chunk) []T { return s.data[c.Lo*s.size : c.Hi*s.size] }

// collect adds up the consumers' gradients for a chunk, in the order in which
// they ran, applies the ReLU's gradient if that is still to do, and returns
// the sum.
func (t *Tape[T]) collect(v *Value[T], c parallel.Chunk) []T {
	grad := v.slots[0].rows(c)
	for _, s := range v.slots[1:] {
		t.elementwise.Add(grad, s.rows(c))
	}
	if v.relu && !(len(v.slots) == 1 && v.slots[0].masks) {
		t.elementwise.ReLUBackward(grad, grad, v.rows(c))
	}
	return grad
}
