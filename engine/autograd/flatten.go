package autograd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// flatten is y[n, (c·H + i)·W + j] = x[n,i,j,c]: PyTorch's order of a
// flattened map, so that the weights behind it are PyTorch's too.
type flatten[T tensor.Float] struct {
	t    *Tape[T]
	x, y *Value[T]
	dx   *slot[T]
}

// Flatten records the map x [H, W, C] as a vector [C·H·W].
func (t *Tape[T]) Flatten(x *Value[T]) *Value[T] {
	if len(x.Shape) != 3 {
		panic(fmt.Sprintf("autograd: flatten: input %v: want [H, W, C]", x.Shape))
	}
	y := t.newValue(x.cut, x.wantsGrad, x.size)
	t.record(x.cut, &flatten[T]{t: t, x: x, y: y})
	return y
}

func (o *flatten[T]) wanted() bool { return o.y.wanted() }

func (o *flatten[T]) connect() { o.dx = o.x.newSlot(false) }

func (o *flatten[T]) forward(c parallel.Chunk) {
	area, channels := o.x.Shape[0]*o.x.Shape[1], o.x.Shape[2]
	transposeRows(o.y.rows(c), o.x.rows(c), c.Len(), area, channels)
}

func (o *flatten[T]) backward(c parallel.Chunk) {
	area, channels := o.x.Shape[0]*o.x.Shape[1], o.x.Shape[2]
	transposeRows(o.dx.rows(c), o.t.collect(o.y, c), c.Len(), channels, area)
}

// transposeRows writes each of n rows a [r, c] of x as [c, r] into y.
func transposeRows[T tensor.Float](y, x []T, n, r, c int) {
	for s := range n {
		from, to := x[s*r*c:(s+1)*r*c], y[s*r*c:(s+1)*r*c]
		for i := range r {
			for j, v := range from[i*c : (i+1)*c] {
				to[j*r+i] = v
			}
		}
	}
}
