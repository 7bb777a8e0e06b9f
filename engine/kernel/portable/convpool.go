package portable

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// convPool is conv followed by maxPool, a sample at a time, so that the map
// between them stays in the cache.
type convPool[T tensor.Float] struct {
	conv *conv[T]
	pool *maxPool[T]
	m    []T // the convolution's map [OH, OW, O] of one sample, or its gradient
}

func newConvPool[T tensor.Float](c kernel.Conv, p kernel.Pool) *convPool[T] {
	return &convPool[T]{
		conv: newConv[T](c, 1), pool: newMaxPool[T](p),
		m: make([]T, c.OH()*c.OW()*c.O),
	}
}

func (v *convPool[T]) sizes() (in, out int) {
	s, p := v.conv.s, v.pool.p
	return s.H * s.W * s.I, p.OH() * p.OW() * p.C
}

// Pack implements [kernel.ConvPool2D].
func (v *convPool[T]) Pack(w, b []T) { v.conv.Pack(w, b) }

// Forward implements [kernel.ConvPool2D].
func (v *convPool[T]) Forward(y []T, argmax []uint16, x []T, n int) {
	in, out := v.sizes()
	for i := range n {
		v.conv.Forward(v.m, x[i*in:(i+1)*in], 1)
		v.pool.Forward(y[i*out:(i+1)*out], argmax[i*out:(i+1)*out], v.m, 1)
	}
}

// BackwardInput implements [kernel.ConvPool2D].
func (v *convPool[T]) BackwardInput(dx, dy []T, argmax []uint16, n int) {
	in, out := v.sizes()
	for i := range n {
		v.pool.Backward(v.m, dy[i*out:(i+1)*out], argmax[i*out:(i+1)*out], 1)
		v.conv.BackwardInput(dx[i*in:(i+1)*in], v.m, 1)
	}
}

// BackwardWeights implements [kernel.ConvPool2D]. Only the maxima's patches
// have a gradient:
//
//	dw[o] = Σ over windows q of dy[q,o] · patch(argmax[q,o])
func (v *convPool[T]) BackwardWeights(dw, db, dy []T, argmax []uint16, x []T, n int) {
	in, out := v.sizes()
	s := v.conv.s
	clear(v.conv.dwT)
	clear(db[:s.O])
	for i := range n {
		patches := v.conv.gatherOrWhole(x[i*in : (i+1)*in])
		v.addSparse(db, patches, dy[i*out:(i+1)*out], argmax[i*out:(i+1)*out])
	}
	v.conv.unpack(dw)
}

func (v *convPool[T]) addSparse(db, patches, dy []T, argmax []uint16) {
	s := v.conv.s
	k := s.K()
	for from := 0; from < len(dy); from += s.O {
		args := argmax[from : from+s.O]
		for o, g := range dy[from : from+s.O] {
			if g == 0 {
				continue
			}
			db[o] += g
			at := int(args[o]) * k
			axpy(v.conv.dwT[o*k:(o+1)*k], g, patches[at:at+k])
		}
	}
}
