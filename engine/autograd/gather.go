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
	meetsOnly
	t      *Tape[T]
	x      []*Value[T]
	cuts   []*cut
	bounds [][]int            // the ranks' of the values
	parts  []parallel.Part[T] // what is gathered

	last bool             // at the branches' ends
	sums parallel.Part[T] // [Chunks, the scalars so far], if it is the last
}

func (t *Tape[T]) newGather(x []*Value[T], last bool) *gather[T] {
	o := &gather[T]{t: t, x: slices.Clone(x), last: last}
	for _, v := range x {
		o.cuts = append(o.cuts, v.cut)
		o.bounds = append(o.bounds, make([]int, t.group.Size()+1))
	}
	if last {
		o.sums = parallel.Part[T]{X: make([]T, parallel.Chunks*len(t.scalars)), Bounds: t.dealing.bounds(len(t.scalars))}
	}
	o.parts = make([]parallel.Part[T], 0, len(x)+1+len(t.meetings))
	t.record(noRows, o)
	return o
}

// Gather records that from here on every rank computes all rows, of which x are
// all that it needs, until the way back has come to x again. Its chunks' batch
// norms and losses then meet nobody: it pays where all that follows takes less
// time than that. Where ranks have a branch each they gather at its end only (see
// [Tape.Join]).
func (t *Tape[T]) Gather(x ...*Value[T]) {
	if t.group.Size() == 1 {
		return
	}
	if t.gathers() {
		panic("autograd: a second gather")
	}
	t.newGather(x, false)
	t.tail = len(t.ops)
}

func (o *gather[T]) wanted() bool { return false }

// brings says whether the rows are brought in this pass: at the branches' ends
// where they were not before.
func (o *gather[T]) brings() bool {
	if o.last {
		return o.t.apart || o.t.tail == 0
	}
	return !o.t.apart
}

// collect lays out what is brought.
func (o *gather[T]) collect() {
	o.parts = o.parts[:0]
	for i, v := range o.x {
		for rank, chunk := range o.t.dealing.chunks {
			rows := o.t.n
			if chunk < parallel.Chunks {
				rows = o.cuts[i].grid[chunk].Lo
			}
			o.bounds[i][rank] = rows * v.size
		}
		o.parts = append(o.parts, parallel.Part[T]{X: v.Data[:o.t.n*v.size], Bounds: o.bounds[i]})
	}
	if !o.last {
		return
	}
	for i, s := range o.t.scalars[:o.scalars()] {
		for c, sum := range s.partial {
			o.sums.X[c*o.scalars()+i] = sum
		}
	}
	o.parts = append(o.parts, o.sums)
	for _, m := range o.t.meetings {
		if m.apart {
			o.parts = append(o.parts, m.stats...)
		}
	}
}

// scalars are how many the branches have.
func (o *gather[T]) scalars() int { return len(o.sums.X) / parallel.Chunks }

// brought is called when all is there.
func (o *gather[T]) brought() {
	if !o.last {
		return
	}
	for i, s := range o.t.scalars[:o.scalars()] {
		for c := range s.partial {
			s.partial[c] = o.sums.X[c*o.scalars()+i]
		}
	}
	for _, m := range o.t.meetings {
		if m.apart {
			m.settle()
		}
	}
}

// news are what would be brought in a step, for a batch as large as any, by ranks
// that have a branch each.
func (o *gather[T]) news() []parallel.Part[T] {
	var parts []parallel.Part[T]
	for i, v := range o.x {
		parts = append(parts, parallel.Part[T]{X: v.Data, Bounds: o.bounds[i]})
	}
	parts = append(parts, o.sums)
	for _, m := range o.t.meetings {
		parts = append(parts, m.stats...)
	}
	return parts
}

func (o *gather[T]) meetForward() {
	if !o.brings() {
		return
	}
	o.collect()
	if !o.t.isLate() {
		o.t.group.StartAllGather(o.parts...)
	}
}

func (o *gather[T]) joinForward() {
	if o.brings() && !o.t.isLate() {
		o.t.group.Wait()
		o.brought()
	}
}
