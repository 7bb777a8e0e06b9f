package autograd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// weights are a kernel's parameters, packed into it when they have changed.
type weights[T tensor.Float] struct {
	w, b   *Param[T]
	kernel interface{ Pack(w, b []T) }
}

// conv2d is
//
//	y[n,i,j,o] = act(b[o] + Σ_{u,v,c} x[n,i+u,j+v,c] · w[o,c,u,v])
//
// with gradients, where g is y's gradient (0 where a ReLU's output is not
// above 0):
//
//	dx[n,p,q,c] = Σ_{u,v,o} g[n,p-u,q-v,o] · w[o,c,u,v]
//	dw[o,c,u,v] = Σ_{n,i,j} g[n,i,j,o] · x[n,i+u,j+v,c]
//	db[o]       = Σ_{n,i,j} g[n,i,j,o]
type conv2d[T tensor.Float] struct {
	t      *Tape[T]
	kernel kernel.Conv2D[T]
	x, y   *Value[T]
	w, b   *Param[T]
	cut    *cut
	dx     *slot[T]
	dw, db *paramSlot[T]
	tree   *treeGradient[T] // forms dw, or nil
}

// Conv2D records a valid convolution with stride 1 of x [H, W, I] with
// weights w [O, I, KH, KW] and bias b [O], and a ReLU after it if relu is
// set. The result is [OH, OW, O].
func (t *Tape[T]) Conv2D(x *Value[T], w, b *Param[T], relu bool) *Value[T] {
	s := convShape(x, w, b)
	s.ReLU = relu
	return t.linearMap(s, x, w, b, s.OH(), s.OW(), s.O)
}

// Linear records y = act(x · wᵀ + b) for x of any shape with w's number of
// columns, w [O, I] and b [O]: a convolution over a single pixel. The columns
// for a map x [H, W, C] are in the order of [Tape.Flatten], without its copy:
// a convolution with a window as large as the map.
func (t *Tape[T]) Linear(x *Value[T], w, b *Param[T], relu bool) *Value[T] {
	if len(w.Shape) != 2 || w.Shape[1] != x.size || len(b.Data) != w.Shape[0] {
		panic(fmt.Sprintf("autograd: linear: input %v, weights %v, bias %v: want weights [O, %d] and bias [O]", x.Shape, w.Shape, b.Shape, x.size))
	}
	s := kernel.Conv{H: 1, W: 1, I: x.size, O: w.Shape[0], KH: 1, KW: 1, ReLU: relu}
	if len(x.Shape) == 3 {
		s.H, s.W, s.I = x.Shape[0], x.Shape[1], x.Shape[2]
		s.KH, s.KW = s.H, s.W
	}
	return t.linearMap(s, x, w, b, s.O)
}

func (t *Tape[T]) linearMap(s kernel.Conv, x *Value[T], w, b *Param[T], shape ...int) *Value[T] {
	y := t.newValue(x.cut, true, shape...)
	y.relu = s.ReLU
	k := t.kernels.Conv2D(s, t.maxChunk(x.cut))
	t.record(x.cut, &conv2d[T]{t: t, kernel: k, x: x, y: y, w: w, b: b, cut: x.cut})
	return y
}

// convShape checks that x, w and b fit and returns the convolution's shape.
func convShape[T tensor.Float](x *Value[T], w, b *Param[T]) kernel.Conv {
	if len(x.Shape) != 3 || len(w.Shape) != 4 || w.Shape[1] != x.Shape[2] || len(b.Data) != w.Shape[0] {
		panic(fmt.Sprintf("autograd: convolution: input %v, weights %v, bias %v: want [H, W, I], [O, I, KH, KW] and [O]", x.Shape, w.Shape, b.Shape))
	}
	s := kernel.Conv{H: x.Shape[0], W: x.Shape[1], I: x.Shape[2], O: w.Shape[0], KH: w.Shape[2], KW: w.Shape[3]}
	if err := s.Check(); err != nil {
		panic(err)
	}
	return s
}

func (o *conv2d[T]) wanted() bool { return o.y.wanted() }

func (o *conv2d[T]) connect() {
	o.dx = o.x.newSlot(false)
	o.dw, o.db = newParamSlot(o.w, o.cut), newParamSlot(o.b, o.cut)
}

func (o *conv2d[T]) weights() weights[T] { return weights[T]{o.w, o.b, o.kernel} }

func (o *conv2d[T]) plant() *treeGradient[T] {
	o.tree = o.t.treeGradient(o.kernel, o.w, o.cut)
	return o.tree
}

func (o *conv2d[T]) forward(c parallel.Chunk) {
	o.kernel.Forward(o.y.rows(c), o.x.rows(c), c.Len())
}

func (o *conv2d[T]) backward(c parallel.Chunk) {
	g := o.t.collect(o.y, c)
	if o.dx != nil {
		o.kernel.BackwardInput(o.dx.rows(c), g, c.Len())
	}
}

func (o *conv2d[T]) backwardLate(c parallel.Chunk) {
	g := o.y.collected(c)
	if o.tree != nil {
		o.tree.take(c, g, o.x.rows(c))
		o.tree.kernel.BackwardBias(o.db.dst(c), g, c.Len())
	} else {
		o.kernel.BackwardWeights(o.dw.dst(c), o.db.dst(c), g, o.x.rows(c), c.Len())
		o.dw.add(c, o.t.elementwise)
	}
	o.db.add(c, o.t.elementwise)
}
