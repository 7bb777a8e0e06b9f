package autograd

import (
	"slices"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// gather brings the ranks' rows of its values to all ranks, in training, where
// the ops that follow are common: every rank runs them on all chunks. It has no
// gradient: each rank has its own rows' already.
type gather[T tensor.Float] struct {
	t      *Tape[T]
	x      []*Value[T]
	parts  []parallel.Part[T]
	places [][]int // the parts' bounds
}

// Gather records that from here on every rank computes all rows, of which x are
// all that it needs, until the way back has come to x again. Its chunks' batch
// norms and losses then meet nobody: it pays where all that follows takes less
// time than that. In evaluation nothing is gathered.
func (t *Tape[T]) Gather(x ...*Value[T]) {
	if t.group.Size() == 1 {
		return
	}
	if t.common > 0 {
		panic("autograd: a second gather")
	}
	o := &gather[T]{t: t, x: slices.Clone(x), parts: make([]parallel.Part[T], len(x)), places: make([][]int, len(x))}
	for i := range x {
		o.places[i] = make([]int, t.group.Size()+1)
	}
	t.record(o)
	t.common = len(t.ops)
}

func (o *gather[T]) wanted() bool { return false }

func (o *gather[T]) connect() {}

func (o *gather[T]) forward(parallel.Chunk) {}

func (o *gather[T]) backward(parallel.Chunk) {}

func (o *gather[T]) meetForward() {
	if !o.t.train {
		return
	}
	for i, v := range o.x {
		bounds := o.places[i]
		for rank, chunk := range o.t.dealing.chunks {
			rows := o.t.n
			if chunk < parallel.Chunks {
				rows = o.t.grid[chunk].Lo
			}
			bounds[rank] = rows * v.size
		}
		o.parts[i] = parallel.Part[T]{X: v.Data[:o.t.n*v.size], Bounds: bounds}
	}
	o.t.group.StartAllGather(o.parts...)
}

func (o *gather[T]) joinForward() {
	if o.t.train {
		o.t.group.Wait()
	}
}
