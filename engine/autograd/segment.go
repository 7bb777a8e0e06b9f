package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// op is one record: it runs on the rows of one chunk.
type op[T tensor.Float] interface {
	// wanted says whether a gradient arrives at the op's outputs.
	wanted() bool
	// connect asks inputs and parameters for places to put gradients; it is
	// called in backward order, for wanted ops only.
	connect()
	forward(c parallel.Chunk)
	backward(c parallel.Chunk)
}

// forwardJoiner is an op after whose forward pass the chunks of a batch meet:
// meetForward tells the other ranks of this one's, joinForward waits for theirs.
type forwardJoiner interface {
	meetForward()
	joinForward()
}

// backwardJoiner is an op after whose backward pass they do.
type backwardJoiner interface {
	meetBackward()
	joinBackward()
}

// meetsOnly is what an op is of that runs on no rows: its chunks only meet.
type meetsOnly struct{}

func (meetsOnly) connect() {}

func (meetsOnly) forward(parallel.Chunk) {}

func (meetsOnly) backward(parallel.Chunk) {}

// packer is an op whose kernel packs its weights before it can use them.
type packer[T tensor.Float] interface{ weights() weights[T] }

// lateOp is an op with a part of its backward pass that no other op waits for.
type lateOp interface{ backwardLate(c parallel.Chunk) }

// cutOp is an op with the cut of the rows that it runs on.
type cutOp[T tensor.Float] struct {
	op  op[T]
	cut *cut
}

// cutLateOp is an op's late part likewise.
type cutLateOp struct {
	op  lateOp
	cut *cut
}

// segment is a run of ops that one chunk goes through before the next chunk
// starts, and then the meeting of the chunks. What can be computed while the
// ranks' news travel is done between meet and join.
type segment[T tensor.Float] struct {
	packs []weights[T] // of its ops
	ops   []cutOp[T]
	reach reach
	meet  func()             // or nil
	late  []cutLateOp        // of its ops
	trees []*treeGradient[T] // of its ops, formed when all chunks are through
	join  func()
}

// plant gives a segment its trees, when all ops are connected.
func (t *Tape[T]) plant(s *segment[T]) {
	for _, o := range s.ops {
		if p, ok := o.op.(planter[T]); ok {
			if g := p.plant(); g != nil {
				s.trees = append(s.trees, g)
			}
		}
	}
}

// begin begins the meeting, if the pass goes on after it.
func (s *segment[T]) begin() {
	if s.meet != nil {
		s.meet()
	}
}

func (s *segment[T]) forward(chunk int) {
	for _, o := range s.ops {
		if c := o.cut.grid[chunk]; c.Len() > 0 {
			o.op.forward(c)
		}
	}
}

func (s *segment[T]) backward(chunk int) {
	for _, o := range s.ops {
		if c := o.cut.grid[chunk]; c.Len() > 0 {
			o.op.backward(c)
		}
	}
}

// backwardLate follows the chunk's way through the ops, while its maps are in
// the cache: the last chunk's is what hides the meeting.
func (s *segment[T]) backwardLate(chunk int) {
	for _, o := range s.late {
		if c := o.cut.grid[chunk]; c.Len() > 0 {
			o.op.backwardLate(c)
		}
	}
}
