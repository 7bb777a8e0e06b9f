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
	t    *Tape[T]
	x    []*Value[T]
	cuts []*cut
	last bool // at the branches' ends

	// The values; at the branches' ends their scalars, too, and what the ranks have
	// not told each other of the batch norms, where they have a branch each.
	parts []parallel.Part[T]
	sums  []T // [Chunks, the scalars]
}

func (t *Tape[T]) newGather(x []*Value[T], last bool) *gather[T] {
	o := &gather[T]{t: t, x: slices.Clone(x), last: last}
	for _, v := range x {
		o.cuts = append(o.cuts, v.cut)
		o.parts = append(o.parts, parallel.Part[T]{X: v.Data, Bounds: make([]int, t.group.Size()+1)})
	}
	if last {
		scalars := len(t.scalars)
		o.sums = make([]T, parallel.Chunks*scalars)
		o.parts = append(o.parts, parallel.Part[T]{X: o.sums, Bounds: t.dealing.bounds(scalars)})
		for _, m := range t.meetings {
			o.parts = append(o.parts, m.stats...)
		}
	}
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

// bringsStatistics says whether what the ranks have not told each other of the
// batch norms goes with the rows.
func (o *gather[T]) bringsStatistics() bool { return o.last && o.t.trainsApart() }

// place says whose the current batch's rows are, and lays out the scalars.
func (o *gather[T]) place() {
	for i, v := range o.x {
		for rank, chunk := range o.t.dealing.chunks {
			rows := o.t.n
			if chunk < parallel.Chunks {
				rows = o.cuts[i].grid[chunk].Lo
			}
			o.parts[i].Bounds[rank] = rows * v.size
		}
	}
	for i, s := range o.scalars() {
		for c, sum := range s.partial {
			o.sums[c*len(o.scalars())+i] = sum
		}
	}
}

// scalars are those of the branches.
func (o *gather[T]) scalars() []*Scalar[T] { return o.t.scalars[:len(o.sums)/parallel.Chunks] }

// brought is called when all is there.
func (o *gather[T]) brought() {
	for i, s := range o.scalars() {
		for c := range s.partial {
			s.partial[c] = o.sums[c*len(o.scalars())+i]
		}
	}
	if !o.bringsStatistics() {
		return
	}
	for _, m := range o.t.meetings {
		m.settle()
	}
}

func (o *gather[T]) meetForward() {
	if !o.brings() {
		return
	}
	o.place()
	if o.t.isLate() {
		return
	}
	parts := o.parts
	if o.last && !o.bringsStatistics() {
		parts = parts[:len(o.x)+1]
	}
	o.t.group.StartAllGather(parts...)
}

func (o *gather[T]) joinForward() {
	if o.brings() && !o.t.isLate() {
		o.t.group.Wait()
		o.brought()
	}
}
