package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
)

// maxPool is a max pooling on its own, of pool.k.
type maxPool struct {
	*module
	p       kernel.Pool
	scratch []float32
}

const (
	fnPool = iota
	fnScatter
)

// MaxPool2D implements [kernel.Set]. It panics on a shape that Check rejects.
func (s *Set) MaxPool2D(p kernel.Pool) kernel.MaxPool2D[float32] {
	if err := p.Check(); err != nil {
		panic(err)
	}
	return s.maxPool(p)
}

// poolName tells shapes apart.
func poolName(p *kernel.Pool) string {
	name := fmt.Sprintf("%dx%dx%d-%d-stride%d", p.H, p.W, p.C, p.K, p.Stride)
	if p.ReLU {
		name += "-relu"
	}
	return name
}

// poolNames are the names of a poolShape.
var poolNames = []string{"mh", "mw", "mc", "window", "skip", "prelu", "oh", "ow"}

func poolShape(p *kernel.Pool) *shape {
	return &shape{poolNames, []int{p.H, p.W, p.C, p.K, p.Stride, number(p.ReLU), p.OH(), p.OW()}}
}

func (s *Set) maxPool(p kernel.Pool) *maxPool {
	const bestFloats = 12 // of the best of 8 channels
	return &maxPool{
		module: s.mustLoad("maxpool-"+poolName(&p), poolShape(&p), "", "pool", "scatter"),
		p:      p, scratch: aligned(p.H * p.OW() * bestFloats),
	}
}

func (m *maxPool) sizes() (x, y int) {
	return m.p.H * m.p.W * m.p.C, m.p.OH() * m.p.OW() * m.p.C
}

// Forward implements [kernel.MaxPool2D].
func (m *maxPool) Forward(y []float32, argmax []uint16, x []float32, n int) {
	xs, ys := m.sizes()
	m.frame.places(1, argmax[:n*ys], true)
	m.call(fnPool, n, 1|8, y[:n*ys], nil, x[:n*xs], m.scratch)
}

// Backward implements [kernel.MaxPool2D].
func (m *maxPool) Backward(dx, dy []float32, argmax []uint16, n int) {
	xs, ys := m.sizes()
	m.frame.places(2, argmax[:n*ys], false)
	m.call(fnScatter, n, 1, dx[:n*xs], dy[:n*ys])
}
