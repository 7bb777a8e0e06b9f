package portable

import (
	"math"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/tensor"
)

type elementwise[T tensor.Float] struct{}

// ReLU implements [kernel.Elementwise].
func (elementwise[T]) ReLU(y, x []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = max(v, 0)
	}
}

// ReLUBackward implements [kernel.Elementwise].
func (elementwise[T]) ReLUBackward(dx, dy, y []T) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	for i, v := range y {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}

// Add implements [kernel.Elementwise].
func (elementwise[T]) Add(y, x []T) { addTo(y, x) }

// Sum8 implements [kernel.Elementwise].
func (elementwise[T]) Sum8(y []T, parts *[8][]T) {
	n := len(y)
	p0, p1, p2, p3 := parts[0][:n], parts[1][:n], parts[2][:n], parts[3][:n]
	p4, p5, p6, p7 := parts[4][:n], parts[5][:n], parts[6][:n], parts[7][:n]
	for i := range y {
		y[i] = ((p0[i] + p1[i]) + (p2[i] + p3[i])) + ((p4[i] + p5[i]) + (p6[i] + p7[i]))
	}
}

// Scale implements [kernel.Elementwise].
func (elementwise[T]) Scale(y []T, a T, x []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = a * v
	}
}

// SGD implements [kernel.Elementwise].
func (elementwise[T]) SGD(p, g, v []T, rate, momentum, decay T) {
	g = g[:len(p)]
	if momentum == 0 {
		for i, w := range p {
			p[i] = w - rate*(g[i]+decay*w)
		}
		return
	}
	v = v[:len(p)]
	for i, w := range p {
		step := momentum*v[i] + (g[i] + decay*w)
		v[i] = step
		p[i] = w - rate*step
	}
}

// Adam implements [kernel.Elementwise].
func (elementwise[T]) Adam(p, g, m, v []T, a kernel.AdamStep[T]) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, w := range p {
		d := g[i] + a.Decay*w
		mi := a.Beta1*m[i] + (1-a.Beta1)*d
		vi := a.Beta2*v[i] + (1-a.Beta2)*d*d
		m[i], v[i] = mi, vi
		root := T(math.Sqrt(float64(vi / a.C2)))
		p[i] = w - a.Rate*(mi/a.C1)/(root+a.Eps)
	}
}

// addTo computes y += x.
func addTo[T tensor.Float](y, x []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += v
	}
}

// axpy computes y += a·x.
func axpy[T tensor.Float](y []T, a T, x []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}
