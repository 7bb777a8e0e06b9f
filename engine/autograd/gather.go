package autograd

import (
	"slices"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// gather brings the ranks' rows of its values to all ranks. The ops that follow
// are common: every rank runs them on all chunks. It has no gradient: each rank
// has its own rows' already.
type gather[T tensor.Float] struct {
	t      *Tape[T]
	x      []*Value[T]
	cuts   []*cut
	parts  []parallel.Part[T]
	places [][]int // the values' bounds
}

// Gather records that from here on every rank computes all rows, of which x are
// all that it needs, until the way back has come to x again. Its chunks' batch
// norms and losses then meet nobody: it pays where all that follows takes less
// time than that.
func (t *Tape[T]) Gather(x ...*Value[T]) {
	if t.group.Size() == 1 {
		return
	}
	if t.common > 0 {
		panic("autograd: a second gather")
	}
	o := &gather[T]{t: t, x: slices.Clone(x)}
	for _, v := range x {
		o.cuts = append(o.cuts, v.cut)
		o.places = append(o.places, make([]int, t.group.Size()+1))
	}
	o.parts = make([]parallel.Part[T], 0, len(x)+len(t.meetings))
	t.record(noRows, o)
	t.common = len(t.ops)
}

func (o *gather[T]) wanted() bool { return false }

func (o *gather[T]) connect() {}

func (o *gather[T]) forward(parallel.Chunk) {}

func (o *gather[T]) backward(parallel.Chunk) {}

// meetForward has the statistics gathered, too, of which the ranks have told each
// other nothing yet.
func (o *gather[T]) meetForward() {
	o.parts = o.parts[:0]
	for i, v := range o.x {
		bounds := o.places[i]
		for rank, chunk := range o.t.dealing.chunks {
			rows := o.t.n
			if chunk < parallel.Chunks {
				rows = o.cuts[i].grid[chunk].Lo
			}
			bounds[rank] = rows * v.size
		}
		o.parts = append(o.parts, parallel.Part[T]{X: v.Data[:o.t.n*v.size], Bounds: bounds})
	}
	for _, m := range o.t.meetings {
		if o.t.train && m.apart {
			o.parts = append(o.parts, m.rows...)
		}
	}
	o.t.group.StartAllGather(o.parts...)
}

func (o *gather[T]) joinForward() {
	o.t.group.Wait()
	for _, m := range o.t.meetings {
		if o.t.train && m.apart {
			m.settle()
		}
	}
}
