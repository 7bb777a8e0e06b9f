package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel"

// maxPool is a max pooling on its own, of pool.k.
type maxPool struct {
	*module
	in, out int // floats of a sample of x and of y
	scratch []float32
}

const (
	fnPool = iota
	fnScatter
)

const (
	poolFunctions = "pool scatter"
	poolNames     = "mh mw mc window skip prelu oh ow"
)

func poolValues(p *kernel.Pool) []int {
	return []int{p.H, p.W, p.C, p.K, p.Stride, number(p.ReLU), p.OH(), p.OW()}
}

// MaxPool2D implements [kernel.Set]. It panics on a shape that Check rejects.
func (s *Set) MaxPool2D(p kernel.Pool) kernel.MaxPool2D[float32] {
	must(p.Check())
	return s.maxPool(p)
}

func (s *Set) maxPool(p kernel.Pool) *maxPool {
	const bestFloats = 12 // of the best of 8 channels
	oh, ow := p.OH(), p.OW()
	return &maxPool{
		module: s.mustLoad("maxpool", poolNames, poolValues(&p), poolFunctions),
		in:     p.H * p.W * p.C, out: oh * ow * p.C, scratch: aligned(p.H * ow * bestFloats),
	}
}

// Forward implements [kernel.MaxPool2D].
func (m *maxPool) Forward(y []float32, argmax []uint16, x []float32, n int) {
	m.frame.places(1, argmax[:n*m.out], true)
	m.call(fnPool, n, 1|8, y[:n*m.out], nil, x[:n*m.in], m.scratch)
}

// Backward implements [kernel.MaxPool2D].
func (m *maxPool) Backward(dx, dy []float32, argmax []uint16, n int) {
	m.frame.places(2, argmax[:n*m.out], false)
	m.call(fnScatter, n, 1, dx[:n*m.in], dy[:n*m.out])
}
