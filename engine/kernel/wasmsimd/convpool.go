package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
)

// convPool is a convolution with its map pooled at once, 8 channels at a time.
type convPool struct {
	set   *Set
	conv  *conv // for one sample
	pool  *maxPool
	at    sparse
	first int
	frame Frame

	fmap []float32 // scratch: the map of 8 channels
	rows []float32 // scratch of the pooling
	grad []float32 // the map's gradient, one sample: for the dense gradients
	dw   []float32 // one sample's dense weight gradient
	db   []float32
	acc  []float32 // the sparse weight gradient, [O][KH][row]
	x    []float32 // a sample and a vector past it
	perm []int32
}

const (
	fnConvPool = iota
	fnSparse
)

// ConvPool2D implements [kernel.Set]. It panics on shapes that Check rejects
// or that do not fit each other.
func (s *Set) ConvPool2D(c kernel.Conv, p kernel.Pool, maxN int) kernel.ConvPool2D[float32] {
	for _, err := range []error{c.Check(), p.Check()} {
		if err != nil {
			panic(err)
		}
	}
	if p.H != c.OH() || p.W != c.OW() || p.C != c.O || c.ReLU {
		panic(fmt.Errorf("wasmsimd: pooling %+v of convolution %+v: want its output's shape, and the ReLU after pooling", p, c))
	}
	v := &convPool{set: s, conv: s.direct(c, 1), pool: s.maxPool(p), at: sparse{c, p}}
	functions := []string{"convPool"}
	if v.sparse() {
		functions = append(functions, "sparse")
		v.acc = aligned(c.O * v.at.padded())
		v.x = aligned(c.H*c.W*c.I + 4)
		v.perm = v.at.permutation()
	}
	v.first = s.mustLoad("convpool-"+convName(&c)+"-"+poolName(&p), v, functions...)
	v.fmap, v.rows = aligned(8*c.OH()*c.OW()), aligned(poolScratch(&p))
	v.grad = aligned(c.OH() * c.OW() * c.O)
	v.dw, v.db = aligned(c.O*c.K()), aligned(c.O)
	return v
}

func (v *convPool) emit(k *kern, fn int) {
	if fn == fnConvPool {
		v.convPool(k)
	} else {
		v.at.backwardWeights(k)
	}
}

// sparse says whether the weight gradient is taken at the maxima only.
func (v *convPool) sparse() bool { return v.set.mode != Direct && v.at.fits() }

// Frame of convPool: pointers y, argmax, x, B, bias, map, rows (scratch);
// numbers n.
//
//	for each sample, panel of 8 channels:
//	    map[i][j] = bias + Σ_k x[i,j patch]·B[k];  y, argmax = pool(map)
func (v *convPool) convPool(k *kern) {
	y, arg, x, fmap, rows := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(5), k.ptr(6)
	c, pool := &v.conv.s, &poolShape{p: v.pool.p, at: 8 * word}
	withNaN := *pool
	withNaN.nans = true
	nan := k.Var()
	p := &product{
		k: k, patch: v.conv.patch, xStep: word * c.I, yStep: 8 * word, biased: true, nan: nan, rows: c.OW(),
		x: k.NewInt(x), y: k.NewInt(fmap), b: k.NewInt(x), bias: k.NewInt(x), tab: x,
	}
	size := pool.p.OH() * pool.p.OW() * c.O
	k.Times(k.num(0), func() {
		p.b.Set(k.frame.Int(8 * 3))
		p.bias.Set(k.frame.Int(8 * 4))
		yAt, argAt := k.NewInt(y), k.NewInt(arg)
		k.panels(c.O, func(cols int) {
			nan.Set(k.Zero())
			p.x.Set(x)
			p.y.Set(fmap)
			k.Repeat(c.OH(), func() {
				p.emit(8)
				p.x.Inc(word * c.I * c.W)
				p.y.Inc(8 * word * c.OW())
			})
			k.IfElse(nan.AnyTrue(),
				func() { withNaN.emit(k, fmap, yAt, argAt, rows, cols) },
				func() { pool.emit(k, fmap, yAt, argAt, rows, cols) })
		}, func() {
			p.b.Inc(8 * word * c.K())
			p.bias.Inc(8 * word)
			yAt.Inc(8 * word)
			argAt.Inc(8 * word / 2)
		})
		y.Inc(word * size)
		arg.Inc(word / 2 * size)
		x.Inc(word * c.H * c.W * c.I)
	})
}

func (v *convPool) sizes() (x, y int) {
	x, _, _ = v.conv.sizes(1)
	_, y = v.pool.sizes()
	return x, y
}

// Pack implements [kernel.ConvPool2D].
func (v *convPool) Pack(w, b []float32) { v.conv.Pack(w, b) }

// Forward implements [kernel.ConvPool2D].
func (v *convPool) Forward(y []float32, argmax []uint16, x []float32, n int) {
	xs, ys := v.sizes()
	f := &v.frame
	f.out(0, y, n*ys)
	f.places(1, argmax, n*ys, true)
	f.in(2, x, n*xs)
	f.packed(3, v.conv.b)
	f.packed(4, v.conv.bias)
	f.scratch(5, v.fmap)
	f.scratch(6, v.rows)
	f.int(0, n)
	v.set.host.Call(v.first+fnConvPool, f)
}

// unpool writes the gradient of sample i's map to v.grad.
func (v *convPool) unpool(dy []float32, argmax []uint16, i int) {
	_, ys := v.sizes()
	v.pool.Backward(v.grad, dy[i*ys:], argmax[i*ys:], 1)
}

// BackwardInput implements [kernel.ConvPool2D].
func (v *convPool) BackwardInput(dx, dy []float32, argmax []uint16, n int) {
	xs, _ := v.sizes()
	for i := range n {
		v.unpool(dy, argmax, i)
		v.conv.BackwardInput(dx[i*xs:], v.grad, 1)
	}
}

// BackwardWeights implements [kernel.ConvPool2D].
func (v *convPool) BackwardWeights(dw, db, dy []float32, argmax []uint16, x []float32, n int) {
	xs, ys := v.sizes()
	size := v.conv.s.O * v.conv.s.K()
	dw, db = dw[:size], db[:v.conv.s.O]
	if v.sparse() {
		f := &v.frame
		f.out(0, dw, size)
		f.in(1, dy, n*ys)
		f.places(2, argmax, n*ys, false)
		f.in(3, x, n*xs)
		f.scratch(4, v.acc)
		f.scratch(5, v.x)
		f.table(6, v.perm)
		f.table(7, v.conv.tab)
		f.int(0, n)
		v.set.host.Call(v.first+fnSparse, f)
		v.conv.columnSums(db, dy, n*ys/v.conv.s.O)
		return
	}
	clear(dw)
	clear(db)
	for i := range n {
		v.unpool(dy, argmax, i)
		v.conv.BackwardWeights(v.dw, v.db, v.grad, x[i*xs:], 1)
		v.set.elem.Add(dw, v.dw)
		v.set.elem.Add(db, v.db)
	}
}
