package autograd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Param is a trained tensor, in PyTorch's shape and order.
type Param[T tensor.Float] struct {
	Name  string
	Shape []int
	Data  []T
	Grad  []T // of the last step; zero where no loss reaches the parameter

	at        int                   // where it is in the vector of all
	partial   [parallel.Chunks][]T  // each chunk's gradient
	consumers int                   // that are connected
	written   [parallel.Chunks]bool // by a consumer
}

// Buffer is a tensor of a model's state that is not trained: batch norm's
// running statistics.
type Buffer[T tensor.Float] struct {
	Name  string
	Shape []int
	Data  []T
}

// Params are a model's parameters and buffers in the order of their
// registration. After [Params.Seal] all parameters lie in one vector, which
// optimisers, digests and exchanges between workers work on.
type Params[T tensor.Float] struct {
	List    []*Param[T]
	Buffers []*Buffer[T]
	Data    []T // all parameters, one after the other
	Grad    []T // all gradients, likewise; in a group, only those of the rank's slice

	partial [parallel.Chunks][]T
	version int
}

// Add registers a parameter of zeros; call before Seal.
func (p *Params[T]) Add(name string, shape ...int) *Param[T] {
	if p.Data != nil {
		panic(fmt.Sprintf("autograd: parameter %s added after Seal", name))
	}
	q := &Param[T]{Name: name, Shape: shape, Data: make([]T, tensor.Size(shape))}
	p.List = append(p.List, q)
	return q
}

// AddBuffer registers a buffer, filled with value.
func (p *Params[T]) AddBuffer(name string, value T, shape ...int) *Buffer[T] {
	b := &Buffer[T]{Name: name, Shape: shape, Data: make([]T, tensor.Size(shape))}
	for i := range b.Data {
		b.Data[i] = value
	}
	p.Buffers = append(p.Buffers, b)
	return b
}

// Seal moves all parameters into one vector and makes their gradients.
func (p *Params[T]) Seal() {
	p.Data = make([]T, p.Count())
	p.Grad = make([]T, len(p.Data))
	p.partial[0] = p.Grad // where the chunks' gradients are added up
	for c := 1; c < parallel.Chunks; c++ {
		p.partial[c] = make([]T, len(p.Data))
	}
	at := 0
	for _, q := range p.List {
		end := at + len(q.Data)
		copy(p.Data[at:end], q.Data)
		q.at = at
		q.Data, q.Grad = p.Data[at:end:end], p.Grad[at:end:end]
		for c := range p.partial {
			q.partial[c] = p.partial[c][at:end:end]
		}
		at = end
	}
	p.Changed()
}

// Count is the number of trained values.
func (p *Params[T]) Count() int {
	n := 0
	for _, q := range p.List {
		n += len(q.Data)
	}
	return n
}

// Changed says that parameter values were written: tapes repack them before
// the next forward pass.
func (p *Params[T]) Changed() { p.version++ }

// paramSlot is where one consumer of a parameter puts its gradient. The first
// that runs on a chunk writes the chunk's gradient, later ones add to it.
type paramSlot[T tensor.Float] struct {
	p       *Param[T]
	adds    [parallel.Chunks]bool
	scratch []T // nil for one that never adds
}

func newParamSlot[T tensor.Float](p *Param[T], c *cut) *paramSlot[T] {
	s := &paramSlot[T]{p: p}
	lo, hi := c.chunks()
	for i := lo; i < hi; i++ {
		s.adds[i] = p.written[i]
		p.written[i] = true
		if s.adds[i] && s.scratch == nil {
			s.scratch = make([]T, len(p.Data))
		}
	}
	p.consumers++
	return s
}

// dst is what the consumer's kernel writes for a chunk; add must follow.
func (s *paramSlot[T]) dst(c parallel.Chunk) []T {
	if s.adds[c.Index] {
		return s.scratch
	}
	return s.p.partial[c.Index]
}

func (s *paramSlot[T]) add(c parallel.Chunk, e kernel.Elementwise[T]) {
	if s.adds[c.Index] {
		e.Add(s.p.partial[c.Index], s.scratch)
	}
}
