// Package tensor has the element types and the shaped, contiguous storage
// that every other package of the engine works on. It imports nothing.
package tensor

// Float is what a tensor can hold: float32 in training, float64 where
// gradients are checked.
type Float interface {
	~float32 | ~float64
}

// Tensor is a shape over contiguous row-major storage.
type Tensor[T Float] struct {
	Shape []int
	Data  []T
}

// New returns a zero tensor of the given shape.
func New[T Float](shape ...int) Tensor[T] {
	return Tensor[T]{Shape: shape, Data: make([]T, Size(shape))}
}

// Size is the number of elements of a shape: the product of its dimensions,
// 1 for a scalar.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
