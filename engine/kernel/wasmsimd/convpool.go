package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
)

// convPool is a convolution with its map pooled at once, 8 channels at a time,
// of convpool.k.
type convPool struct {
	*module
	conv *conv // for one sample
	pool *maxPool

	fmap []float32 // scratch: the map of 8 channels
	grad []float32 // the map's gradient, one sample: for the dense gradients
	dw   []float32 // one sample's dense weight gradient
	db   []float32
	acc  []float32 // the sparse weight gradient, [O][padded]; nil if it is not used
	x    []float32 // a sample and a vector past it
}

const (
	fnConvPool = iota
	fnSparse
)

const convPoolNames = convNames + " " + poolNames

// ConvPool2D implements [kernel.Set]. It panics on shapes that Check rejects
// or that do not fit each other.
func (s *Set) ConvPool2D(c kernel.Conv, p kernel.Pool, maxN int) kernel.ConvPool2D[float32] {
	must(c.Check())
	must(p.Check())
	if p.H != c.OH() || p.W != c.OW() || p.C != c.O || c.ReLU {
		panic(fmt.Errorf("wasmsimd: pooling %+v of convolution %+v: want its output's shape, and the ReLU after pooling", p, c))
	}
	v := &convPool{conv: s.direct(c, 1), pool: s.maxPool(p)}
	v.fmap, v.grad = aligned(8*p.H*p.W), aligned(v.pool.in)
	v.dw, v.db = aligned(c.O*v.conv.k), aligned(c.O)
	functions := "convPool"
	vecs := vecsOf(c.KW * c.I)                               // that a window row of a patch takes
	if rows := c.KH * vecs; s.mode != Direct && rows <= 12 { // a patch's gradient stays in registers
		functions = "convPool sparse"
		v.acc, v.x = aligned(c.O*rows*4), aligned(v.conv.in+4)
	}
	v.module = s.mustLoad("convpool", convPoolNames, append(convValues(&c, v.conv.patch), poolValues(&p)...), functions)
	return v
}

// Pack implements [kernel.ConvPool2D].
func (v *convPool) Pack(w, b []float32) { v.conv.Pack(w, b) }

// Forward implements [kernel.ConvPool2D].
func (v *convPool) Forward(y []float32, argmax []uint16, x []float32, n int) {
	xs, ys := v.conv.in, v.pool.out
	v.frame.places(1, argmax[:n*ys], true)
	v.call(fnConvPool, n, 1|32|64, y[:n*ys], nil, x[:n*xs], v.conv.b, v.conv.bias, v.fmap, v.pool.scratch)
}

// BackwardInput implements [kernel.ConvPool2D].
func (v *convPool) BackwardInput(dx, dy []float32, argmax []uint16, n int) {
	xs, ys := v.conv.in, v.pool.out
	for i := range n {
		v.pool.Backward(v.grad, dy[i*ys:], argmax[i*ys:], 1)
		v.conv.BackwardInput(dx[i*xs:], v.grad, 1)
	}
}

// BackwardWeights implements [kernel.ConvPool2D].
func (v *convPool) BackwardWeights(dw, db, dy []float32, argmax []uint16, x []float32, n int) {
	xs, ys := v.conv.in, v.pool.out
	dw, db = dw[:len(v.dw)], db[:len(v.db)]
	if v.acc != nil {
		v.frame.places(2, argmax[:n*ys], false)
		v.call(fnSparse, n, 1|16|32, dw, dy[:n*ys], nil, x[:n*xs], v.acc, v.x, v.conv.tab)
		v.conv.columnSums(db, dy, n*ys/len(db))
		return
	}
	clear(dw)
	clear(db)
	for i := range n {
		v.pool.Backward(v.grad, dy[i*ys:], argmax[i*ys:], 1)
		v.conv.BackwardWeights(v.dw, v.db, v.grad, x[i*xs:], 1)
		v.set.elem.Add(dw, v.dw)
		v.set.elem.Add(db, v.db)
	}
}
