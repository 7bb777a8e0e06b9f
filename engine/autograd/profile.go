package autograd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Phase is when in a step an op's time is spent.
type Phase string

// The phases.
const (
	PackPhase     Phase = "pack"     // weights into a kernel's order
	ForwardPhase  Phase = "forward"  // a chunk's rows
	BackwardPhase Phase = "backward" // a chunk's rows
	MergePhase    Phase = "merge"    // where chunks meet, and ranks wait for each other
)

// Cost is the time spent in one phase of the ops of one name, as those of both
// branches of a siamese.
type Cost struct {
	Op    string // "conv1", "bn2", "concat", …; "gradients" for their sum over the chunks
	Phase Phase
	Nanos int64 // since Profile
}

// Profile has a finished tape measure from now on what each of its ops costs,
// by a clock that counts nanoseconds. It exchanges the ops for ones that look
// at the clock before and after: a tape that is not profiled has nothing for
// it in its loops. The costs that it returns, in the order in which they first
// arise in a step, are written by Forward and Backward.
//
// It is not a method, so that programs which do not call it do not contain it.
func Profile[T tensor.Float](t *Tape[T], now func() int64) []*Cost {
	p := &profile[T]{now: now}
	p.wrap(t.forward, ForwardPhase, "losses")
	p.wrap(t.backward, BackwardPhase, "gradients")
	return p.costs
}

type profile[T tensor.Float] struct {
	now   func() int64
	costs []*Cost
}

// timer adds to one cost.
type timer struct {
	now  func() int64
	cost *Cost
}

func (t timer) add(start int64) { t.cost.Nanos += t.now() - start }

// timed is f, which may be nil, between two looks at the clock.
func (t timer) timed(f func()) func() {
	if f == nil {
		return nil
	}
	return func() {
		start := t.now()
		f()
		t.add(start)
	}
}

func (p *profile[T]) timer(op string, phase Phase) timer {
	at := slices.IndexFunc(p.costs, func(c *Cost) bool { return c.Op == op && c.Phase == phase })
	if at < 0 {
		at = len(p.costs)
		p.costs = append(p.costs, &Cost{Op: op, Phase: phase})
	}
	return timer{p.now, p.costs[at]}
}

// wrap exchanges what a pass runs. A segment's end merges what its last op
// brings; that of the last segment has a name of its own.
func (p *profile[T]) wrap(pass []segment[T], phase Phase, end string) {
	for i := range pass {
		s := &pass[i]
		for j, w := range s.packs {
			s.packs[j].kernel = timedPacker[T]{p.timer(baseName(w.w.Name), PackPhase), w.kernel}
		}
		merged := end
		if i < len(pass)-1 {
			merged = opName[T](s.ops[len(s.ops)-1].op)
		}
		ops := make([]cutOp[T], len(s.ops))
		for j, o := range s.ops {
			timer := p.timer(opName[T](o.op), phase)
			ops[j] = cutOp[T]{timedOp[T]{o.op, timer}, o.cut}
			if c, ok := o.op.(*conv2d[T]); ok && c.tree != nil && phase == BackwardPhase {
				c.tree.kernel = timedTree[T]{c.tree.kernel, timer}
			}
		}
		late := make([]cutLateOp, len(s.late))
		for j, o := range s.late {
			late[j] = cutLateOp{timedLate{o.op, p.timer(opName[T](o.op.(op[T])), phase)}, o.cut}
		}
		merge := p.timer(merged, MergePhase)
		s.ops, s.late, s.meet, s.join = ops, late, merge.timed(s.meet), merge.timed(s.join)
	}
}

// timedOp is an op of one pass, forward or backward.
type timedOp[T tensor.Float] struct {
	op[T]
	timer timer
}

func (o timedOp[T]) forward(c parallel.Chunk) {
	start := o.timer.now()
	o.op.forward(c)
	o.timer.add(start)
}

func (o timedOp[T]) backward(c parallel.Chunk) {
	start := o.timer.now()
	o.op.backward(c)
	o.timer.add(start)
}

// timedLate is what an op does late.
type timedLate struct {
	lateOp
	timer timer
}

func (o timedLate) backwardLate(c parallel.Chunk) {
	start := o.timer.now()
	o.lateOp.backwardLate(c)
	o.timer.add(start)
}

// timedTree forms an op's gradient once its chunks are through.
type timedTree[T tensor.Float] struct {
	kernel.TreeWeights[T]
	timer timer
}

func (k timedTree[T]) Backward(dw []T, dy, x [][]T, n []int) {
	start := k.timer.now()
	k.TreeWeights.Backward(dw, dy, x, n)
	k.timer.add(start)
}

type timedPacker[T tensor.Float] struct {
	timer  timer
	kernel interface{ Pack(w, b []T) }
}

func (k timedPacker[T]) Pack(w, b []T) {
	start := k.timer.now()
	k.kernel.Pack(w, b)
	k.timer.add(start)
}

// opName is the name of an op's layer, where it has parameters, or of its kind.
func opName[T tensor.Float](o op[T]) string {
	switch o := o.(type) {
	case *conv2d[T]:
		return baseName(o.w.Name)
	case *convPool2d[T]:
		return baseName(o.w.Name)
	case batchStats[T]:
		return baseName(o.s.Gamma.Name)
	case batchApply[T]:
		return baseName(o.s.Gamma.Name)
	case *batchMeeting[T]:
		return baseName(o.norms[0].s.Gamma.Name)
	case *crossEntropy[T]:
		return "cross-entropy"
	case *accuracy[T]:
		return "accuracy"
	}
	// The type's own name: "*autograd.relu[float32]" is relu.
	name, _, _ := strings.Cut(fmt.Sprintf("%T", o), "[")
	return name[strings.LastIndex(name, ".")+1:]
}

// baseName is the layer that a parameter belongs to.
func baseName(param string) string {
	if i := strings.LastIndex(param, "."); i >= 0 {
		return param[:i]
	}
	return param
}
