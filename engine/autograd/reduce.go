package autograd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// reducer combines the chunks' gradients in the tree's order. Each rank
// combines what its own chunks allow, sends each other rank the slice of the
// parameter vector that is that rank's to finish, and finishes its own: no
// rank does all the adding.
type reducer[T tensor.Float] struct {
	params *Params[T]
	group  parallel.Group[T]
	e      kernel.Elementwise[T]

	bounds []int              // the ranks' slices of the parameter vector
	lo, hi int                // the rank's chunks
	nodes  []parallel.Node    // the rank's subtrees
	trees  []*treeGradient[T] // gradients that are formed by subtrees, in the vector's order
	spans  []span[T]          // of the vector without those

	// Exchanges are as many as the most subtrees that a rank has: in the
	// i-th, each rank sends its i-th subtree's sum.
	exchanges []exchange[T]
	entries   [][]T // all subtrees' sums of the own slice, in order
	additions []parallel.Addition
}

type exchange[T tensor.Float] struct{ send, receive [][]T }

// span is a part of the gradients and of each chunk's.
type span[T tensor.Float] struct {
	grad    []T
	partial [parallel.Chunks][]T
}

func newReducer[T tensor.Float](p *Params[T], g parallel.Group[T], e kernel.Elementwise[T]) *reducer[T] {
	size, rank := g.Size(), g.Rank()
	chunks := parallel.Bounds(parallel.Chunks, size)
	r := &reducer[T]{
		params: p, group: g, e: e,
		bounds: parallel.Bounds(len(p.Data), size),
		lo:     chunks[rank], hi: chunks[rank+1],
	}
	r.nodes = parallel.Nodes(r.lo, r.hi)
	var all []parallel.Node
	from, to := r.bounds[rank], r.bounds[rank+1]
	for q := range size {
		nodes := parallel.Nodes(chunks[q], chunks[q+1])
		all = append(all, nodes...)
		for i, n := range nodes {
			if i == len(r.exchanges) {
				r.exchanges = append(r.exchanges, exchange[T]{make([][]T, size), make([][]T, size)})
			}
			x := r.exchanges[i]
			if q == rank {
				sum := p.partial[n.Lo]
				r.entries = append(r.entries, sum[from:to])
				for peer := range size {
					x.send[peer] = sum[r.bounds[peer]:r.bounds[peer+1]]
				}
				continue
			}
			x.receive[q] = make([]T, to-from)
			r.entries = append(r.entries, x.receive[q])
		}
	}
	r.additions = parallel.Additions(all)
	return r
}

// finish is called when all trees are there.
func (r *reducer[T]) finish() {
	at := 0
	for i := range len(r.trees) + 1 {
		end, next := len(r.params.Grad), 0
		if i < len(r.trees) {
			end, next = r.trees[i].lo, r.trees[i].hi
		}
		s := span[T]{grad: r.params.Grad[at:end]}
		for c := range s.partial {
			s.partial[c] = r.params.partial[c][at:end]
		}
		if at < end {
			r.spans = append(r.spans, s)
		}
		at = next
	}
}

// reduce leaves the gradients of the rank's slice in the parameters.
func (r *reducer[T]) reduce(grid *parallel.Grid) {
	for _, c := range grid[r.lo:r.hi] {
		if c.Len() == 0 {
			clear(r.params.partial[c.Index])
		}
	}
	if r.group.Size() == 1 {
		for i := range r.spans {
			r.e.Sum8(r.spans[i].grad, &r.spans[i].partial)
		}
		for _, t := range r.trees {
			t.sum(r.params.Grad, grid, parallel.Node{Lo: 0, Size: parallel.Chunks})
		}
		return
	}
	for _, n := range r.nodes {
		r.combine(n)
		for _, t := range r.trees {
			t.sum(r.params.partial[n.Lo], grid, n)
		}
	}
	for _, x := range r.exchanges {
		r.group.AllToAll(x.send, x.receive)
	}
	for _, a := range r.additions {
		r.e.Add(r.entries[a.Dst], r.entries[a.Src])
	}
	rank := r.group.Rank()
	copy(r.params.Grad[r.bounds[rank]:r.bounds[rank+1]], r.entries[0])
}

// combine adds up a subtree in the partial gradient of its first chunk.
func (r *reducer[T]) combine(n parallel.Node) {
	for i := range r.spans {
		partial := &r.spans[i].partial
		for step := 1; step < n.Size; step *= 2 {
			for c := n.Lo; c < n.Lo+n.Size; c += 2 * step {
				r.e.Add(partial[c], partial[c+step])
			}
		}
	}
}
