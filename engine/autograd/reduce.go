package autograd

import (
	"slices"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// wholeSize is the longest parameter vector that each rank finishes the whole
// gradient of: adding a few numbers more takes less time than the meeting in
// which ranks tell each other what each has made of its slice (Thakur,
// Rabenseifner and Gropp 2005 choose between the two likewise).
const wholeSize = 1 << 16

func isShort(n int) bool { return n <= wholeSize }

// Gathered is the most values that ranks gather at once to combine the gradients
// of n parameters, and then the parameters.
func Gathered(n int) int {
	if isShort(n) {
		return parallel.Chunks * n
	}
	return n
}

// reducer combines the chunks' gradients in the tree's order. Each rank
// combines what its own chunks allow, sends each other rank the slice of the
// parameter vector that is that rank's to finish, and finishes its own: no
// rank does all the adding. A short vector is every rank's slice as a whole.
type reducer[T tensor.Float] struct {
	params *Params[T]
	group  parallel.Group[T]
	e      kernel.Elementwise[T]

	bounds []int              // the ranks' slices of the parameter vector
	trees  []*treeGradient[T] // gradients that are formed by subtrees, in the vector's order
	spans  []span[T]          // of the vector without those
	rooms  [][]T              // for subtrees' sums of other ranks

	unwritten [parallel.Chunks][][]T // gradients that no consumer writes for a chunk, but for others

	plan[T]
}

// plan is who adds up what when the chunks are dealt in one way.
type plan[T tensor.Float] struct {
	lo, hi int             // the rank's chunks
	nodes  []parallel.Node // the rank's subtrees

	// Exchanges are as many as the most subtrees that a rank has: in the
	// i-th, each rank sends its i-th subtree's sum.
	exchanges []exchange[T]
	gathers   []parallel.Part[T] // instead, for a short vector: the subtrees' sums, each its rank's
	entries   [][]T              // all subtrees' sums of the own slice, in order
	additions []parallel.Addition
}

type exchange[T tensor.Float] struct{ send, receive [][]T }

// span is a part of the vector, for each chunk.
type span[T tensor.Float] = [parallel.Chunks][]T

func newReducer[T tensor.Float](p *Params[T], g parallel.Group[T], e kernel.Elementwise[T]) *reducer[T] {
	return &reducer[T]{
		params: p, group: g, e: e,
		bounds: parallel.LineBounds(len(p.Data), g.Size()),
	}
}

// deal makes the plan for chunks that are dealt so: rank q has
// [chunks[q], chunks[q+1]). Where each rank finishes the whole, news are gathered
// with the gradients.
func (r *reducer[T]) deal(chunks []int, news []parallel.Part[T]) {
	size, rank := r.group.Size(), r.group.Rank()
	r.plan = plan[T]{lo: chunks[rank], hi: chunks[rank+1]}
	r.nodes = parallel.Nodes(r.lo, r.hi)
	var all []parallel.Node
	from, to := r.slice()
	for q := range size {
		nodes := parallel.Nodes(chunks[q], chunks[q+1])
		all = append(all, nodes...)
		for i, n := range nodes {
			if r.whole() {
				r.gather(q, n)
				continue
			}
			if i == len(r.exchanges) {
				r.exchanges = append(r.exchanges, exchange[T]{make([][]T, size), make([][]T, size)})
			}
			x := r.exchanges[i]
			if q == rank {
				sum := r.params.partial[n.Lo]
				r.entries = append(r.entries, sum[from:to])
				for peer := range size {
					x.send[peer] = sum[r.bounds[peer]:r.bounds[peer+1]]
				}
				continue
			}
			x.receive[q] = r.room()
			r.entries = append(r.entries, x.receive[q])
		}
	}
	if r.whole() {
		r.gathers = append(r.gathers, news...)
	}
	r.additions = parallel.Additions(all)
}

// whole says whether each rank finishes the whole vector.
func (r *reducer[T]) whole() bool { return r.group.Size() > 1 && isShort(len(r.params.Data)) }

// slice is what this rank finishes of the vector.
func (r *reducer[T]) slice() (lo, hi int) {
	if r.whole() {
		return 0, len(r.params.Data)
	}
	rank := r.group.Rank()
	return r.bounds[rank], r.bounds[rank+1]
}

// gather makes a part of the sum of rank q's subtree n.
func (r *reducer[T]) gather(q int, n parallel.Node) {
	length := len(r.params.Data)
	sum := r.params.partial[n.Lo]
	if q != r.group.Rank() {
		sum = r.room()
	}
	bounds := make([]int, r.group.Size()+1)
	for i := q + 1; i < len(bounds); i++ {
		bounds[i] = length
	}
	r.gathers = append(r.gathers, parallel.Part[T]{X: sum, Bounds: bounds})
	r.entries = append(r.entries, sum)
}

// room is for the next entry, of another rank: the first is where the slice's
// gradients are to be.
func (r *reducer[T]) room() []T {
	lo, hi := r.slice()
	i := len(r.entries)
	if i == 0 {
		return r.params.Grad[lo:hi]
	}
	for len(r.rooms) <= i {
		r.rooms = append(r.rooms, nil)
	}
	if r.rooms[i] == nil {
		r.rooms[i] = make([]T, hi-lo)
	}
	return r.rooms[i]
}

// finish is called when all trees are there, with the first dealing.
func (r *reducer[T]) finish(chunks []int, news []parallel.Part[T]) {
	for _, p := range r.params.List {
		for i, written := range p.written {
			if !written && p.consumers > 0 {
				r.unwritten[i] = append(r.unwritten[i], p.partial[i])
			}
		}
	}
	r.deal(chunks, news)
	at := 0
	for i := range len(r.trees) + 1 {
		end, next := len(r.params.Grad), 0
		if i < len(r.trees) {
			end, next = r.trees[i].lo, r.trees[i].hi
		}
		var s span[T]
		for c := range s {
			s[c] = r.params.partial[c][at:end]
		}
		if at < end {
			r.spans = append(r.spans, s)
		}
		at = next
	}
}

// begin is called before the chunks' gradients are written: those that are not
// are zero, all of an empty chunk among them.
func (r *reducer[T]) begin(cuts []*cut) {
	for i := r.lo; i < r.hi; i++ {
		if slices.ContainsFunc(cuts, func(c *cut) bool { return c.has(i) && c.grid[i].Len() == 0 }) {
			clear(r.params.partial[i])
		}
		for _, g := range r.unwritten[i] {
			clear(g)
		}
	}
}

// grow writes a tree gradient of the rank's subtrees, whose chunks are through.
func (r *reducer[T]) grow(g *treeGradient[T]) {
	for _, n := range r.nodes {
		g.sum(r.params.partial[n.Lo], n)
	}
}

// reduce leaves the gradients of the rank's slice in the parameters.
func (r *reducer[T]) reduce() {
	if r.group.Size() == 1 {
		for i := range r.spans {
			r.e.Sum8(r.spans[i][0], &r.spans[i])
		}
		return
	}
	for _, n := range r.nodes {
		r.combine(n)
	}
	if r.whole() {
		parallel.AllGather(r.group, r.gathers...)
	}
	for _, x := range r.exchanges {
		parallel.AllToAll(r.group, x.send, x.receive)
	}
	for _, a := range r.additions {
		r.e.Add(r.entries[a.Dst], r.entries[a.Src])
	}
}

// combine adds up a subtree in the partial gradient of its first chunk.
func (r *reducer[T]) combine(n parallel.Node) {
	for i := range r.spans {
		partial := &r.spans[i]
		for step := 1; step < n.Size; step *= 2 {
			for c := n.Lo; c < n.Lo+n.Size; c += 2 * step {
				r.e.Add(partial[c], partial[c+step])
			}
		}
	}
}
