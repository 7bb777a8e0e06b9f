package wasmsimd

import (
	"math"

	"github.com/pairlab/pairlab/engine/kernel"
)

// elementwise has the loops over plain vectors, of elementwise.k.
type elementwise struct{ *module }

// The functions of an elementwise, in order.
const (
	fnReLU = iota
	fnReLUBackward
	fnAdd
	fnSum8
	fnScale
	fnSGD
	fnMomentum
	fnAdam
)

const elementwiseFunctions = "relu reluBackward add sum8 scale sgd momentum adam"

// floats sets the frame's numbers from 1 on.
func (e *elementwise) floats(x ...float32) {
	for i, v := range x {
		e.frame.num[1+i] = math.Float32bits(v)
	}
}

// ReLU implements [kernel.Elementwise].
func (e *elementwise) ReLU(y, x []float32) { e.call(fnReLU, len(x), 1, y[:len(x)], x) }

// ReLUBackward implements [kernel.Elementwise].
func (e *elementwise) ReLUBackward(dx, dy, y []float32) {
	n := len(y)
	e.call(fnReLUBackward, n, 1, dx[:n], dy[:n], y)
}

// Add implements [kernel.Elementwise].
func (e *elementwise) Add(y, x []float32) { e.call(fnAdd, len(x), 1, y[:len(x)], x) }

// Sum8 implements [kernel.Elementwise].
func (e *elementwise) Sum8(y []float32, parts *[8][]float32) {
	args := [9][]float32{y}
	for i, p := range parts {
		args[1+i] = p[:len(y)]
	}
	e.call(fnSum8, len(y), 1, args[:]...)
}

// Scale implements [kernel.Elementwise].
func (e *elementwise) Scale(y []float32, a float32, x []float32) {
	e.floats(a)
	e.call(fnScale, len(x), 1, y[:len(x)], x)
}

// SGD implements [kernel.Elementwise].
func (e *elementwise) SGD(p, g, v []float32, rate, momentum, decay float32) {
	e.floats(rate, momentum, decay)
	n := len(p)
	if momentum == 0 {
		e.call(fnSGD, n, 1, p, g[:n])
	} else {
		e.call(fnMomentum, n, 1|4, p, g[:n], v[:n])
	}
}

// Adam implements [kernel.Elementwise].
func (e *elementwise) Adam(p, g, m, v []float32, a kernel.AdamStep[float32]) {
	e.floats(a.Rate, a.Decay, a.Eps, a.Beta1, 1-a.Beta1, a.Beta2, 1-a.Beta2, a.C1, a.C2)
	n := len(p)
	e.call(fnAdam, n, 1|4|8, p, g[:n], m[:n], v[:n])
}
