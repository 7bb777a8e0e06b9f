package portable

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// maxPool takes each window's maximum in two steps, along rows and then along
// columns: for a 4x4 window that is 6 comparisons a value in place of 15.
// Both steps keep the earlier value on a tie, so the first maximum in
// row-major order wins: the topmost row that holds it, leftmost within.
type maxPool[T tensor.Float] struct {
	p kernel.Pool
	// Maxima along rows of one sample [H, OW, C], and where they are.
	rowMax []T
	rowArg []uint16
}

func newMaxPool[T tensor.Float](p kernel.Pool) *maxPool[T] {
	size := p.H * p.OW() * p.C
	return &maxPool[T]{p: p, rowMax: make([]T, size), rowArg: make([]uint16, size)}
}

// Forward implements [kernel.MaxPool2D].
func (m *maxPool[T]) Forward(y []T, argmax []uint16, x []T, n int) {
	p := m.p
	in, out := p.H*p.W*p.C, p.OH()*p.OW()*p.C
	for i := range n {
		m.sample(y[i*out:(i+1)*out], argmax[i*out:(i+1)*out], x[i*in:(i+1)*in])
	}
}

func (m *maxPool[T]) sample(y []T, argmax []uint16, x []T) {
	p := m.p
	oh, ow, c := p.OH(), p.OW(), p.C
	for i := range p.H {
		for j := range ow {
			to := (i*ow + j) * c
			best, arg := m.rowMax[to:to+c], m.rowArg[to:to+c]
			at := i*p.W + j*p.Stride
			copy(best, x[at*c:(at+1)*c])
			for q := range arg {
				arg[q] = uint16(at)
			}
			for d := 1; d < p.K; d++ {
				other := x[(at+d)*c : (at+d+1)*c]
				other = other[:len(best)]
				for q, v := range other {
					if v > best[q] || v != v {
						best[q], arg[q] = v, uint16(at+d)
					}
				}
			}
		}
	}
	for i := range oh {
		for j := range ow {
			to := (i*ow + j) * c
			best, arg := y[to:to+c], argmax[to:to+c]
			from := (i*p.Stride*ow + j) * c
			copy(best, m.rowMax[from:from+c])
			copy(arg, m.rowArg[from:from+c])
			for range p.K - 1 {
				from += ow * c
				other, otherArg := m.rowMax[from:from+c], m.rowArg[from:from+c]
				for q, v := range other {
					if v > best[q] || v != v {
						best[q], arg[q] = v, otherArg[q]
					}
				}
			}
			if p.ReLU {
				for q, v := range best {
					best[q] = max(v, 0)
				}
			}
		}
	}
}

// Backward implements [kernel.MaxPool2D].
func (m *maxPool[T]) Backward(dx, dy []T, argmax []uint16, n int) {
	p := m.p
	in, out := p.H*p.W*p.C, p.OH()*p.OW()*p.C
	clear(dx[:n*in])
	for i := range n {
		m.scatter(dx[i*in:(i+1)*in], dy[i*out:(i+1)*out], argmax[i*out:(i+1)*out])
	}
}

// scatter adds the gradients dy [OH, OW, C] of one sample to the maxima's
// places in dx [H, W, C].
func (m *maxPool[T]) scatter(dx, dy []T, argmax []uint16) {
	c := m.p.C
	for from := 0; from < len(dy); from += c {
		args := argmax[from : from+c]
		for q, g := range dy[from : from+c] {
			dx[int(args[q])*c+q] += g
		}
	}
}
