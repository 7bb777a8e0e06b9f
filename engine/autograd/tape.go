package autograd

import (
	"fmt"
	"slices"
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Tape records a model once and runs it forward and backward.
type Tape[T tensor.Float] struct {
	kernels     kernel.Set[T]
	elementwise kernel.Elementwise[T]
	params      *Params[T]
	maxBatch    int
	group       parallel.Group[T]
	dealing     *dealing[T]
	reducer     *reducer[T]

	ops               []cutOp[T]
	values            []*Value[T]
	forward, backward []segment[T] // what runs, in order; made by Finish
	packed            int          // the version of the parameters that the kernels hold
	scalars           []*Scalar[T]
	scalarSums        parallel.Part[T]   // [Chunks, len(scalars)]
	news              []parallel.Part[T] // of a step: what goes with the gradients or the parameters
	newsDue           bool
	gathered          []parallel.Part[T] // what goes at once

	n     int // rows of the current batch
	batch *cut
	cuts  []*cut // batch and its branches
	train bool

	branches[T]

	between func() (idle time.Duration, err error)
	err     error // what between returned
}

// NewTape returns an empty tape for batches of at most maxBatch rows over
// sealed parameters, for one rank of a group. Every rank records the same.
func NewTape[T tensor.Float](kernels kernel.Set[T], params *Params[T], group parallel.Group[T], maxBatch int) *Tape[T] {
	if maxBatch < 1 {
		panic(fmt.Sprintf("autograd: batches of at most %d rows: want 1 or more", maxBatch))
	}
	e := kernels.Elementwise()
	t := &Tape[T]{
		kernels: kernels, elementwise: e,
		params: params, maxBatch: maxBatch,
		group: group, dealing: newDealing(group),
		reducer: newReducer(params, group, e),
	}
	t.batch = t.cut(0, 1)
	return t
}

// Input records an input of the given shape per row, filled by the caller
// before each forward pass. wantsGrad makes its gradient available.
func (t *Tape[T]) Input(wantsGrad bool, shape ...int) *Value[T] {
	return t.newValue(t.batch, wantsGrad, shape...)
}

// BranchInput records the input of one of several branches: ops that do not look
// at each other's rows before a [Tape.Join], of which ranks may compute some alone.
// There are at most [parallel.Chunks] branches, numbered from 0.
func (t *Tape[T]) BranchInput(branch, branches int, wantsGrad bool, shape ...int) *Value[T] {
	if branch < 0 || branch >= branches || branches > parallel.Chunks {
		panic(fmt.Sprintf("autograd: branch %d of %d: want one of at most %d", branch, branches, parallel.Chunks))
	}
	return t.newValue(t.cut(branch, branches), wantsGrad, shape...)
}

// Values are all that the tape computes, in the order of their recording.
func (t *Tape[T]) Values() []*Value[T] { return t.values }

// MaxBatch is the largest number of rows a batch may have.
func (t *Tape[T]) MaxBatch() int { return t.maxBatch }

func (t *Tape[T]) record(c *cut, o op[T]) { t.ops = append(t.ops, cutOp[T]{o, c}) }

// Finish ends the recording: what the minimised losses reach gets its
// gradient buffers, and the ops are cut into segments.
func (t *Tape[T]) Finish() {
	var run segment[T]
	for i, o := range t.ops {
		run.ops, run.reach = append(run.ops, o), t.reachOf(i)
		if p, ok := o.op.(packer[T]); ok {
			run.packs = append(run.packs, p.weights())
		}
		if j, ok := o.op.(forwardJoiner); ok {
			run.meet, run.join = j.meetForward, j.joinForward
			t.forward = append(t.forward, run)
			run = segment[T]{}
		}
		if o.op == op[T](t.ends) {
			t.afterEnds = len(t.forward)
		}
	}
	run.join = t.endForward
	t.forward = append(t.forward, run)
	t.scalarSums = parallel.Part[T]{
		X:      make([]T, parallel.Chunks*len(t.scalars)),
		Bounds: t.dealing.bounds(len(t.scalars)),
	}

	run = segment[T]{}
	for i, o := range slices.Backward(t.ops) {
		if !o.op.wanted() {
			continue
		}
		o.op.connect()
		// Where a segment goes back over the gather, others' rows are of no more use.
		run.ops, run.reach = append(run.ops, o), t.reachOf(i)
		if l, ok := o.op.(lateOp); ok {
			run.late = append(run.late, cutLateOp{l, o.cut})
		}
		if j, ok := o.op.(backwardJoiner); ok {
			run.meet, run.join = j.meetBackward, j.joinBackward
			t.backward = append(t.backward, run)
			run = segment[T]{}
		}
	}
	run.join = t.reduce
	t.backward = append(t.backward, run)
	for i := range t.backward {
		t.plant(&t.backward[i])
	}
	t.canBeLate = t.ends != nil && !t.join.live && t.reducer.whole()
	t.listNews()
	t.reducer.finish(t.dealing.chunks, t.news)
}

// listNews lists what goes with the gradients or the parameters, as the chunks are dealt.
func (t *Tape[T]) listNews() {
	t.news = append(t.news[:0], t.dealing.times)
	if !t.gathers() { // else every rank has all chunks' scalars
		t.news = append(t.news, t.scalarSums)
	}
	if t.canBeLate && t.areApart() {
		t.news = append(t.news, t.ends.parts...)
	}
}

// SetBetween has fn called again and again during Forward and Backward, each
// time one chunk is through a segment: a fraction of a batch's time. Once it
// returns an error, both return at once and Err tells it. A rank's goroutine
// may wait in fn, which returns for how long it did.
func (t *Tape[T]) SetBetween(fn func() (idle time.Duration, err error)) { t.between = fn }

// goesOn calls the hook between two chunks.
func (t *Tape[T]) goesOn() bool {
	if t.between != nil && t.err == nil {
		var idle time.Duration
		idle, t.err = t.between()
		t.dealing.idle += idle
	}
	return t.err == nil
}

// SetClock has the chunks dealt by how fast each rank is, by a clock that tells the
// time since some moment. All ranks have a clock, or none has: then their numbers
// of chunks differ by one at most.
func (t *Tape[T]) SetClock(now func() time.Duration) { t.dealing.now = now }

// Forward runs the record on the n rows that the inputs hold; train chooses
// batch statistics over running ones. Scalars are complete after it, or, in
// training by several ranks, after [Tape.Backward] and [Tape.Share].
func (t *Tape[T]) Forward(n int, train bool) {
	if t.forward == nil || n < 1 || n > t.maxBatch {
		panic(fmt.Sprintf("autograd: forward pass of %d rows: want a finished tape and 1..%d", n, t.maxBatch))
	}
	t.n, t.train = n, train
	for _, c := range t.cuts {
		c.grid = parallel.CutPart(n, c.part, c.parts)
	}
	for _, s := range t.scalars {
		clear(s.partial[:])
	}
	t.apart = t.ends != nil && !train || t.areApart() // running statistics concern nobody else
	t.pack(0)
	t.forwardFrom(0)
}

// forwardFrom runs the segments from the first on.
func (t *Tape[T]) forwardFrom(first int) {
	for k := first; k < len(t.forward); k++ {
		s := &t.forward[k]
		begun := t.dealing.clock()
		lo, hi := t.chunksOf(s)
		for i := lo; i < hi; i++ {
			s.forward(i)
			if !t.goesOn() {
				return
			}
		}
		t.worked(s, begun)
		s.begin()
		t.pack(k + 1)
		s.join()
		if k+1 == t.afterEnds && t.isLate() {
			t.newsDue = true
			return
		}
	}
	t.packed = t.params.version
}

// pack packs the weights of a forward segment, if there is one, when the
// parameters have changed.
func (t *Tape[T]) pack(segment int) {
	if segment == len(t.forward) || t.packed == t.params.version {
		return
	}
	for _, w := range t.forward[segment].packs {
		w.kernel.Pack(w.w.Data, w.b.Data)
	}
}

// own are the chunks [lo, hi) that are this rank's.
func (t *Tape[T]) own() (lo, hi int) { return t.dealing.of(t.group.Rank()) }

// chunksOf are the chunks [lo, hi) that this rank runs a segment on.
func (t *Tape[T]) chunksOf(s *segment[T]) (lo, hi int) {
	if t.isEveryones(s) {
		return 0, parallel.Chunks
	}
	return t.own()
}

// worked counts the time since begun for the chunks of a segment that a rank runs
// on its own ones alone.
func (t *Tape[T]) worked(s *segment[T], begun time.Duration) {
	if t.train && !t.isEveryones(s) {
		t.dealing.busy += t.dealing.clock() - begun
	}
}

// isOwn says whether a chunk is this rank's.
func (t *Tape[T]) isOwn(chunk int) bool {
	lo, hi := t.own()
	return chunk >= lo && chunk < hi
}

// Labelled are the rows [lo, hi) of a batch of n that this rank needs labels
// for: those that it computes, or after a gather all.
func (t *Tape[T]) Labelled(n int) (lo, hi int) {
	if t.gathers() {
		return 0, n
	}
	return t.rows(t.batch, n)
}

// Rows are the rows [lo, hi) of a batch of n for which this rank needs the input
// x. After a step they may be others.
func (t *Tape[T]) Rows(x *Value[T], n int) (lo, hi int) { return t.rows(x.cut, n) }

func (t *Tape[T]) rows(c *cut, n int) (lo, hi int) {
	first, end := t.own()
	if first == end {
		return 0, 0
	}
	grid := parallel.CutPart(n, c.part, c.parts)
	return grid[first].Lo, grid[end-1].Hi
}

// Backward runs the record backwards over the rows of the last forward pass
// and leaves the gradients in the parameters: those of the rank's [Tape.Slice].
func (t *Tape[T]) Backward() {
	t.reducer.begin(t.cuts)
	for _, s := range t.backward {
		begun := t.dealing.clock()
		lo, hi := t.chunksOf(&s)
		for i := lo; i < hi; i++ {
			s.backward(i)
			if i == hi-1 {
				s.begin()
			}
			if t.isOwn(i) {
				s.backwardLate(i)
			}
			if !t.goesOn() {
				return
			}
		}
		if lo == hi {
			s.begin()
		}
		for _, g := range s.trees {
			t.reducer.grow(g)
		}
		t.worked(&s, begun)
		s.join()
	}
}

// endForward has the scalars gathered, or in training go with what is gathered
// last: nothing on the way back asks for them, and a meeting takes time.
func (t *Tape[T]) endForward() {
	width := len(t.scalars)
	last := &t.forward[len(t.forward)-1]
	lo, hi := t.chunksOf(last)
	for c := lo; c < hi; c++ {
		for i, s := range t.scalars {
			t.scalarSums.X[c*width+i] = s.partial[c]
		}
	}
	t.newsDue = t.train && t.group.Size() > 1
	if t.newsDue && !t.isEveryones(last) {
		return
	}
	if !t.isEveryones(last) {
		t.gathered = append(t.gathered[:0], t.scalarSums)
		parallel.AllGather(t.group, t.gathered...)
	}
	t.joinScalars()
}

func (t *Tape[T]) joinScalars() {
	width := len(t.scalars)
	for i, s := range t.scalars {
		for c := range s.partial {
			s.partial[c] = t.scalarSums.X[c*width+i]
		}
		s.Value = parallel.Sum(&s.partial) / T(t.n)
	}
}

// joinNews is called when all ranks have the step's news. The next step's chunks
// may be dealt otherwise.
func (t *Tape[T]) joinNews() {
	if t.isLate() {
		t.ends.brought()
		t.forwardFrom(t.afterEnds)
	}
	t.joinScalars()
	t.newsDue = false
	if t.dealing.learn() {
		t.listNews()
		t.reducer.deal(t.dealing.chunks, t.news)
	}
}

func (t *Tape[T]) reduce() {
	t.dealing.tell(t.group.Rank())
	t.reducer.reduce()
	if t.reducer.whole() && t.newsDue {
		t.joinNews()
	}
}

// Slice is the part [lo, hi) of the parameter vector whose gradients this
// rank has after Backward, and which it is to update.
func (t *Tape[T]) Slice() (lo, hi int) { return t.reducer.slice() }

// Meet returns when all ranks that have chunks have called it.
func (t *Tape[T]) Meet() { parallel.AllGather(t.group, t.scalarSums) }

// Share makes x, as long as the parameter vector and up to date in each
// rank's own slice, the same on every rank.
func (t *Tape[T]) Share(x []T) {
	if t.reducer.whole() {
		return
	}
	t.gathered = append(t.gathered[:0], parallel.Part[T]{X: x, Bounds: t.reducer.bounds})
	if t.newsDue {
		t.gathered = append(t.gathered, t.news...)
	}
	parallel.AllGather(t.group, t.gathered...)
	if t.newsDue {
		t.joinNews()
	}
}

// Err is why the group failed or what the hook between chunks returned, or
// nil; after a failure the results of Forward and Backward are worthless.
func (t *Tape[T]) Err() error {
	if t.err != nil {
		return t.err
	}
	return t.group.Err()
}
