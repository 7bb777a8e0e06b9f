package autograd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// avgPool2d is
//
//	y[n,i,j,c] = Σ_{u,v} x[n, i·s+u, j·s+v, c] / k²
//	dx[n,p,q,c] = Σ over the windows (i,j) that hold (p,q) of dy[n,i,j,c] / k²
//
// It brings 28x28 images to 14x14 and is in no model, so it is a plain loop.
type avgPool2d[T tensor.Float] struct {
	t    *Tape[T]
	p    kernel.Pool
	x, y *Value[T]
	dx   *slot[T]
}

// AvgPool2D records average pooling of x [H, W, C] with a square window k and
// the given stride, without padding. The result is [OH, OW, C].
func (t *Tape[T]) AvgPool2D(x *Value[T], k, stride int) *Value[T] {
	p := poolShape(x, k, stride)
	y := t.newValue(x.cut, x.wantsGrad, p.OH(), p.OW(), p.C)
	t.record(x.cut, &avgPool2d[T]{t: t, p: p, x: x, y: y})
	return y
}

func (o *avgPool2d[T]) wanted() bool { return o.y.wanted() }

func (o *avgPool2d[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *avgPool2d[T]) forward(c parallel.Chunk) {
	y, x := o.y.rows(c), o.x.rows(c)
	clear(y)
	o.each(c.Len(), func(in, out int) { y[out] += x[in] })
	share := 1 / T(o.p.K*o.p.K)
	for i := range y {
		y[i] *= share
	}
}

func (o *avgPool2d[T]) backward(c parallel.Chunk) {
	dx, g := o.dx.rows(c), o.t.collect(o.y, c)
	clear(dx)
	share := 1 / T(o.p.K*o.p.K)
	o.each(c.Len(), func(in, out int) { dx[in] += g[out] * share })
}

// each calls f for every pair of an input and the output that it goes into.
func (o *avgPool2d[T]) each(n int, f func(in, out int)) {
	p := o.p
	out := 0
	for s := range n {
		for i := range p.OH() {
			for j := range p.OW() {
				for u := range p.K {
					for v := range p.K {
						in := ((s*p.H+i*p.Stride+u)*p.W + j*p.Stride + v) * p.C
						for c := range p.C {
							f(in+c, out+c)
						}
					}
				}
				out += p.C
			}
		}
	}
}
