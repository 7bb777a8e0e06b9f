package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
)

// cut is how the rows that some ops run on are cut into chunks: a batch's into
// all, or those of one of several branches into the branch's part of them. Ranks
// then have a branch each, if they can, and compute its batch norms alone.
type cut struct {
	part, parts int
	grid        parallel.Grid // of the current batch
}

// noRows is the cut of ops that only meet.
var noRows = new(cut)

// chunks are those [lo, hi) that the cut's rows may be in.
func (c *cut) chunks() (lo, hi int) { return parallel.PartOf(c.part, c.parts) }

// has says whether chunk i is one of them.
func (c *cut) has(i int) bool {
	lo, hi := c.chunks()
	return i >= lo && i < hi
}

// cut is that of a part of the chunks.
func (t *Tape[T]) cut(part, parts int) *cut {
	for _, c := range t.cuts {
		if c.part == part && c.parts == parts {
			return c
		}
	}
	c := &cut{part: part, parts: parts}
	t.cuts = append(t.cuts, c)
	return c
}

// maxChunk is the largest number of rows that a chunk can have.
func (t *Tape[T]) maxChunk(c *cut) int {
	lo, hi := c.chunks()
	return (t.maxBatch + hi - lo - 1) / (hi - lo)
}
