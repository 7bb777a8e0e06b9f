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
	norms := make([]*batchNorm[T], len(x))
	out := make([]*Value[T], len(x))
	for i := range x {
		norms[i] = t.newBatchNorm(x[i], s[i])
		out[i] = norms[i].y
	}
	p := &batchPair[T]{t: t, norms: norms, meets: t.common == 0}
	p.share()
	t.record(batchStats[T]{p})
	t.record(batchApply[T]{p})
	return out
}

// batchPair is the two records of one batch norm.
type batchPair[T tensor.Float] struct {
	t     *Tape[T]
	norms []*batchNorm[T]
	live  []*batchNorm[T] // those that a gradient arrives at
	meets bool            // the ranks have chunks of their own

	rows [1]parallel.Part[T] // [Chunks, all norms' 2·C]: a chunk's row is what it brings to the meeting
}

// share gives each norm its place in the chunks' rows.
func (p *batchPair[T]) share() {
	width := 0
	for _, n := range p.norms {
		width += 2 * len(n.mean)
	}
	rows := make([]T, parallel.Chunks*width)
	p.rows[0] = parallel.Part[T]{X: rows, Bounds: p.t.dealing.bounds(width)}
	at := 0
	for _, n := range p.norms {
		for c := range n.partial {
			n.partial[c] = rows[c*width+at : c*width+at+2*len(n.mean)]
		}
		at += 2 * len(n.mean)
	}
}

// meet has the rows gathered, where the batch's own statistics count.
func (p *batchPair[T]) meet() {
	if p.t.train && p.meets {
		p.t.group.StartAllGather(p.rows[:]...)
	}
}

// join returns when they are.
func (p *batchPair[T]) join() {
	if p.t.train && p.meets {
		p.t.group.Wait()
	}
}

// batchStats is what is done before the chunks meet on the way forward, and
// after they met on the way back.
type batchStats[T tensor.Float] struct{ *batchPair[T] }

func (o batchStats[T]) wanted() bool { return len(o.live) > 0 }

func (o batchStats[T]) connect() {
	for _, n := range o.live {
		n.dx = n.x.newSlot(n.x.relu)
	}
}

func (o batchStats[T]) forward(c parallel.Chunk) {
	if !o.t.train {
		return
	}
	for _, n := range o.norms {
		n.moments(c)
	}
}

func (o batchStats[T]) meetForward() { o.meet() }

func (o batchStats[T]) joinForward() {
	o.join()
	for _, n := range o.norms {
		n.mergeMoments()
	}
}

func (o batchStats[T]) backward(c parallel.Chunk) {
	for _, n := range o.live {
		n.backwardInput(c)
	}
}

// batchApply is the rest: after the meeting forward, before it backward.
type batchApply[T tensor.Float] struct{ *batchPair[T] }

func (o batchApply[T]) wanted() bool {
	return slices.ContainsFunc(o.norms, func(n *batchNorm[T]) bool { return n.y.wanted() })
}

func (o batchApply[T]) connect() {
	for _, n := range o.norms {
		if n.y.wanted() {
			o.live = append(o.live, n)
			n.dGamma, n.dBeta = newParamSlot(n.s.Gamma), newParamSlot(n.s.Beta)
		}
	}
}

func (o batchApply[T]) forward(c parallel.Chunk) {
	for _, n := range o.norms {
		n.normalize(c)
	}
}

func (o batchApply[T]) backward(c parallel.Chunk) {
	for _, n := range o.live {
		n.gradientSums(c)
	}
}

func (o batchApply[T]) meetBackward() { o.meet() }

func (o batchApply[T]) joinBackward() {
	o.join()
	for _, n := range o.live {
		n.mergeGradientSums()
	}
}
