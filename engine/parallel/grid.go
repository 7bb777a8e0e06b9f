// Package parallel says how a batch is cut and how what belongs to the whole
// batch is put together again, so that the result is the same bits whoever
// works on which part.
//
// Chunks, not workers, define the arithmetic: a batch is always cut into the
// same [Chunks] chunks, whatever is summed over the batch is computed per
// chunk, and the chunks' results are combined in one fixed binary tree. It
// imports package tensor alone.
package parallel

import "github.com/pairlab/pairlab/engine/tensor"

// Chunks is the number of chunks of every batch. It is part of the
// arithmetic: another number gives other roundings, hence other digests.
const Chunks = 8

// Chunk is the rows [Lo, Hi) of a batch; it may be empty.
type Chunk struct{ Index, Lo, Hi int }

// Len is the number of rows.
func (c Chunk) Len() int { return c.Hi - c.Lo }

// Grid is a batch cut into chunks, sizes differing by at most one.
type Grid [Chunks]Chunk

// Cut cuts a batch of n rows.
func Cut(n int) Grid {
	var g Grid
	for i := range g {
		g[i] = Chunk{Index: i, Lo: i * n / Chunks, Hi: (i + 1) * n / Chunks}
	}
	return g
}

// Sum combines one value per chunk in the tree's order.
func Sum[T tensor.Float](p *[Chunks]T) T {
	return ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7]))
}
