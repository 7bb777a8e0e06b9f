package autograd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// treeSize is the number of weights from which on their chunks' gradients do
// not all fit the cache.
const treeSize = 1 << 16

// treeGradient is the gradient of a large weight tensor, which is formed for
// whole subtrees of chunks, after they have all gone through the backward
// pass, instead of for each chunk.
type treeGradient[T tensor.Float] struct {
	kernel kernel.TreeWeights[T]
	lo, hi int // the weights in the parameter vector
	cut    *cut
	dy, x  [parallel.Chunks][]T
	n      [parallel.Chunks]int
}

// planter is an op that may form a gradient by subtrees, or nil; plant is
// called when all ops are connected.
type planter[T tensor.Float] interface{ plant() *treeGradient[T] }

// treeGradient is that of the weights w of k, if k can form it, it is large,
// and nothing else has a part in it; else nil.
func (t *Tape[T]) treeGradient(k kernel.Conv2D[T], w *Param[T], c *cut) *treeGradient[T] {
	able, ok := k.(kernel.TreeConv2D[T])
	if !ok || len(w.Data) < treeSize || w.consumers != 1 {
		return nil
	}
	weights := able.TreeWeights()
	if weights == nil {
		return nil
	}
	g := &treeGradient[T]{kernel: weights, lo: w.at, hi: w.at + len(w.Data), cut: c}
	t.reducer.trees = append(t.reducer.trees, g)
	for i := len(t.reducer.trees) - 1; i > 0 && t.reducer.trees[i-1].lo > g.lo; i-- {
		t.reducer.trees[i-1], t.reducer.trees[i] = g, t.reducer.trees[i-1]
	}
	return g
}

// take is given what a chunk's gradient is formed of.
func (g *treeGradient[T]) take(c parallel.Chunk, dy, x []T) {
	g.dy[c.Index], g.x[c.Index] = dy, x
}

// sum writes a subtree's gradient into its place in the vector.
func (g *treeGradient[T]) sum(vector []T, n parallel.Node) {
	from, to := n.Lo, n.Lo+n.Size
	for i, c := range g.cut.grid[from:to] {
		g.n[from+i] = c.Len()
	}
	g.kernel.Backward(vector[g.lo:g.hi], g.dy[from:to], g.x[from:to], g.n[from:to])
}
