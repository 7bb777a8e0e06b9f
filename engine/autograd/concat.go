package autograd

import (
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// concat is y[n] = (a[n], b[n]); its gradient is cut at the same place.
type concat[T tensor.Float] struct {
	t       *Tape[T]
	a, b, y *Value[T]
	da, db  *slot[T]
}

// Concat records the vectors a [A] and b [B] as one vector [A+B]. Those of two
// branches are joined before (see [Tape.Join]).
func (t *Tape[T]) Concat(a, b *Value[T]) *Value[T] {
	if a.cut != b.cut {
		panic("autograd: concat of two branches that are not joined")
	}
	y := t.newValue(a.cut, a.wantsGrad || b.wantsGrad, a.size+b.size)
	t.record(a.cut, &concat[T]{t: t, a: a, b: b, y: y})
	return y
}

func (o *concat[T]) wanted() bool { return o.y.wanted() }

func (o *concat[T]) connect() {
	o.da, o.db = o.a.newSlot(false), o.b.newSlot(false)
}

func (o *concat[T]) forward(c parallel.Chunk) {
	y, a, b := o.y.rows(c), o.a.rows(c), o.b.rows(c)
	na, nb := o.a.size, o.b.size
	for i := range c.Len() {
		row := y[i*(na+nb) : (i+1)*(na+nb)]
		copy(row, a[i*na:(i+1)*na])
		copy(row[na:], b[i*nb:(i+1)*nb])
	}
}

func (o *concat[T]) backward(c parallel.Chunk) {
	g := o.t.collect(o.y, c)
	na, nb := o.a.size, o.b.size
	for i := range c.Len() {
		row := g[i*(na+nb) : (i+1)*(na+nb)]
		if o.da != nil {
			copy(o.da.rows(c)[i*na:(i+1)*na], row)
		}
		if o.db != nil {
			copy(o.db.rows(c)[i*nb:(i+1)*nb], row[na:])
		}
	}
}
