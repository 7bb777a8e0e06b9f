// Package parallel says how a batch is cut and how what belongs to the whole
// batch is put together again, so that the result is the same bits whoever
// works on which part.
//
// Chunks, not workers, define the arithmetic: a batch is always cut into the
// same [Chunks] chunks, or each of its parts into the same of them, whatever is
// summed over the batch is computed per chunk, and the chunks' results are
// combined in one fixed binary tree. It imports package tensor alone.
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
func Cut(n int) Grid { return CutPart(n, 0, 1) }

// CutPart cuts the n rows of one of several parts of a batch, as a siamese's
// branches, which have as many of the chunks each: all others are empty.
func CutPart(n, part, parts int) Grid {
	lo, hi := PartOf(part, parts)
	bound := func(i int) int { return min(max(i-lo, 0), hi-lo) * n / (hi - lo) }
	var g Grid
	for i := range g {
		g[i] = Chunk{Index: i, Lo: bound(i), Hi: bound(i + 1)}
	}
	return g
}

// PartOf are the chunks [lo, hi) of one of several parts of a batch; parts is at
// most [Chunks].
func PartOf(part, parts int) (lo, hi int) {
	return part * Chunks / parts, (part + 1) * Chunks / parts
}

// Sum combines one value per chunk in the tree's order.
func Sum[T tensor.Float](p *[Chunks]T) T {
	return ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7]))
}
