package autograd

import (
	"fmt"
	"slices"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// BatchNorm records a batch normalisation of each x by its own batch
// statistics, x[i] with the state s[i]; a state that stands twice is shared,
// its running statistics moved by each in turn. Taking the two branches of a
// siamese together lets their chunks meet once instead of twice.
func (t *Tape[T]) BatchNorm(x []*Value[T], s []BatchNormState[T]) []*Value[T] {
	if len(x) != len(s) {
		panic(fmt.Sprintf("autograd: batch norm: %d inputs for %d states", len(x), len(s)))
	}
	m := &batchMeeting[T]{t: t, reach: t.reachOf(len(t.ops))}
	out := make([]*Value[T], len(x))
	for i := range x {
		n := t.newBatchNorm(x[i], s[i])
		m.norms = append(m.norms, n)
		out[i] = n.y
		t.record(n.cut, batchStats[T]{n})
	}
	m.share()
	t.record(noRows, m)
	for _, n := range m.norms {
		t.record(n.cut, batchApply[T]{n})
	}
	if m.reach != allChunks {
		t.meetings = append(t.meetings, m)
	}
	return out
}

// batchStats is what is done before the chunks meet on the way forward, and
// after they met on the way back.
type batchStats[T tensor.Float] struct{ *batchNorm[T] }

func (o batchStats[T]) wanted() bool { return o.y.wanted() }

func (o batchStats[T]) connect() { o.dx = o.x.newSlot(o.x.relu) }

func (o batchStats[T]) forward(c parallel.Chunk) {
	if o.t.train {
		o.moments(c)
	}
}

func (o batchStats[T]) backward(c parallel.Chunk) { o.backwardInput(c) }

// batchApply is the rest: after the meeting forward, before it backward.
type batchApply[T tensor.Float] struct{ *batchNorm[T] }

func (o batchApply[T]) wanted() bool { return o.y.wanted() }

func (o batchApply[T]) connect() {
	o.dGamma, o.dBeta = newParamSlot(o.s.Gamma, o.cut), newParamSlot(o.s.Beta, o.cut)
}

func (o batchApply[T]) forward(c parallel.Chunk) { o.normalize(c) }

func (o batchApply[T]) backward(c parallel.Chunk) { o.gradientSums(c) }

// batchMeeting is where the chunks of some batch norms meet, each way. Ranks that
// have a branch each need not: what they are to remember of the other's statistics
// goes with what is gathered later (see gather).
type batchMeeting[T tensor.Float] struct {
	meetsOnly
	t     *Tape[T]
	norms []*batchNorm[T]
	reach reach

	// One each, [Chunks, the chunks' norms' 2·C]: a chunk's row is what it brings to
	// the meetings forward and backward.
	stats, sums []parallel.Part[T]
}

// share gives each norm its place in the chunks' rows.
func (m *batchMeeting[T]) share() {
	var ends [parallel.Chunks]int
	places := make([]int, len(m.norms))
	for i, n := range m.norms {
		lo, hi := n.cut.chunks()
		places[i] = slices.Max(ends[lo:hi])
		for c := lo; c < hi; c++ {
			ends[c] = places[i] + 2*len(n.mean)
		}
	}
	width := slices.Max(ends[:])
	bounds := m.t.dealing.bounds(width)
	stats, sums := make([]T, parallel.Chunks*width), make([]T, parallel.Chunks*width)
	m.stats = []parallel.Part[T]{{X: stats, Bounds: bounds}}
	m.sums = []parallel.Part[T]{{X: sums, Bounds: bounds}}
	for i, n := range m.norms {
		lo, hi := n.cut.chunks()
		for c := lo; c < hi; c++ {
			at := c*width + places[i]
			n.stats[c], n.sums[c] = stats[at:at+2*len(n.mean)], sums[at:at+2*len(n.mean)]
		}
	}
}

// isShared says whether a norm's chunks are dealt to several ranks.
func (m *batchMeeting[T]) isShared() bool {
	for _, n := range m.norms {
		lo, hi := n.cut.chunks()
		for _, bound := range m.t.dealing.chunks {
			if bound > lo && bound < hi {
				return true
			}
		}
	}
	return false
}

// isApart says whether ranks have a norm each in this pass.
func (m *batchMeeting[T]) isApart() bool {
	return m.reach != allChunks && m.t.trainsApart()
}

// meets says whether ranks meet in this pass: the batch's own statistics count, and
// they have chunks of their own of them.
func (m *batchMeeting[T]) meets() bool {
	return m.reach == ownChunks && m.t.train && !m.t.apart
}

// begin has the rows gathered.
func (m *batchMeeting[T]) begin(rows []parallel.Part[T]) {
	if m.meets() {
		m.t.group.StartAllGather(rows...)
	}
}

// end returns when they are.
func (m *batchMeeting[T]) end() {
	if m.meets() {
		m.t.group.Wait()
	}
}

// knows says whether this rank has what all of a norm's chunks brought.
func (m *batchMeeting[T]) knows(n *batchNorm[T]) bool {
	lo, _ := n.cut.chunks()
	return !m.isApart() || m.t.isOwn(lo)
}

// settle catches up on the statistics of the other ranks' norms, once they are
// there.
func (m *batchMeeting[T]) settle() {
	for _, n := range m.norms {
		if !m.knows(n) {
			n.mergeMoments()
		}
	}
	m.moveRunning()
}

func (m *batchMeeting[T]) moveRunning() {
	for _, n := range m.norms {
		n.moveRunning()
	}
}

func (m *batchMeeting[T]) wanted() bool {
	return slices.ContainsFunc(m.norms, func(n *batchNorm[T]) bool { return n.y.wanted() })
}

func (m *batchMeeting[T]) meetForward() { m.begin(m.stats) }

func (m *batchMeeting[T]) joinForward() {
	m.end()
	for _, n := range m.norms {
		switch {
		case !m.t.train:
			n.takeRunning()
		case m.knows(n):
			n.mergeMoments()
		}
	}
	if m.t.train && !m.isApart() {
		m.moveRunning()
	}
}

func (m *batchMeeting[T]) meetBackward() { m.begin(m.sums) }

func (m *batchMeeting[T]) joinBackward() {
	m.end()
	for _, n := range m.norms {
		if n.y.wanted() && m.knows(n) {
			n.mergeGradientSums()
		}
	}
}
