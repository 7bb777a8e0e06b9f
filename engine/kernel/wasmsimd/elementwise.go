package wasmsimd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// elementwise has the loops over plain vectors. They wait for memory, not for
// arithmetic, so they are never fused: every mode gives portable's bits.
type elementwise struct {
	set   *Set
	first int
	frame Frame
}

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

// each is a loop over some vectors, the frame's first pointers, of number(0)
// floats each. The frame's numbers from 1 on are floats.
type each struct {
	k          *kern
	ptrs       []asm.Int
	nums       []asm.Vec
	off, lanes int
	tmp        []asm.Vec
}

// get is the current values of vector i.
//
//go:noinline
func (e *each) get(i int) asm.Vec { return e.k.load(e.ptrs[i], e.off, e.lanes) }

// put stores x, an expression, as the current values of vector i.
//
//go:noinline
func (e *each) put(i int, x asm.Vec) {
	if e.lanes == 4 {
		e.ptrs[i].StoreVec(e.off, x)
		return
	}
	e.tmp[0].Set(x)
	e.k.store(e.ptrs[i], e.off, e.lanes, e.tmp[0])
}

// vectors and floats are what the frames of the functions have.
var (
	vectors = [...]int{fnReLU: 2, fnReLUBackward: 3, fnAdd: 2, fnSum8: 9, fnScale: 2, fnSGD: 2, fnMomentum: 3, fnAdam: 4}
	floats  = [...]int{fnScale: 1, fnSGD: 3, fnMomentum: 3, fnAdam: 9}
)

// emit is a loop over 16, 4 and at last 1 value at a time.
func (*elementwise) emit(k *kern, fn int) {
	e := &each{k: k, tmp: k.vars(4)}
	for i := range vectors[fn] {
		e.ptrs = append(e.ptrs, k.ptr(i))
	}
	for i := range floats[fn] {
		e.nums = append(e.nums, k.splat(1+i))
	}
	n := k.num(0)
	e.run(fn, n.Div(16), 4, 4)
	e.run(fn, n.Rem(16).Div(4), 1, 4)
	e.run(fn, n.Rem(4), 1, 1)
}

// run emits count times the function's body for vecs vectors of lanes values.
func (e *each) run(fn int, count asm.Int, vecs, lanes int) {
	e.lanes = lanes
	e.k.Times(count, func() {
		for v := range vecs {
			e.off = vec * v
			e.body(fn)
		}
		for _, p := range e.ptrs {
			p.Inc(word * lanes * vecs)
		}
	})
}

func (e *each) body(fn int) {
	switch fn {
	case fnReLU:
		e.put(0, e.k.relu(e.get(1)))
	case fnReLUBackward:
		e.put(0, e.get(1).And(e.get(2).Gt(e.k.Zero())))
	case fnAdd:
		e.put(0, e.get(0).Add(e.get(1)))
	case fnSum8:
		e.put(0, e.four(1).Add(e.four(5)))
	case fnScale:
		e.put(0, e.nums[0].Mul(e.get(1)))
	case fnSGD:
		e.sgd()
	case fnMomentum:
		e.momentum()
	case fnAdam:
		e.adam()
	}
}

// four is the sum of vectors i … i+3.
func (e *each) four(i int) asm.Vec {
	return e.get(i).Add(e.get(i + 1)).Add(e.get(i + 2).Add(e.get(i + 3)))
}

// sgd is p -= rate·(g + decay·p).
func (e *each) sgd() {
	rate, decay := e.nums[0], e.nums[2]
	e.put(0, e.get(0).Sub(rate.Mul(e.get(1).Add(decay.Mul(e.get(0))))))
}

// momentum is v = momentum·v + (g + decay·p); p -= rate·v.
func (e *each) momentum() {
	rate, momentum, decay, v := e.nums[0], e.nums[1], e.nums[2], e.tmp[1]
	v.Set(momentum.Mul(e.get(2)).Add(e.get(1).Add(decay.Mul(e.get(0)))))
	e.put(2, v)
	e.put(0, e.get(0).Sub(rate.Mul(v)))
}

// adam is the loop
//
//	d = g + decay·p; m = β1·m + (1-β1)·d; v = β2·v + (1-β2)·d·d
//	p -= rate·(m/c1) / (sqrt(v/c2) + eps)
func (e *each) adam() {
	n, d, m, v := e.nums, e.tmp[1], e.tmp[2], e.tmp[3]
	rate, decay, eps, c1, c2 := n[0], n[1], n[2], n[7], n[8]
	d.Set(e.get(1).Add(decay.Mul(e.get(0))))
	m.Set(n[3].Mul(e.get(2)).Add(n[4].Mul(d)))
	v.Set(n[5].Mul(e.get(3)).Add(n[6].Mul(d).Mul(d)))
	e.put(2, m)
	e.put(3, v)
	e.put(0, e.get(0).Sub(rate.Mul(m.Div(c1)).Div(v.Div(c2).Sqrt().Add(eps))))
}

func (e *elementwise) call(fn, n int) {
	e.frame.int(0, n)
	e.set.host.Call(e.first+fn, &e.frame)
}

// ReLU implements [kernel.Elementwise].
func (e *elementwise) ReLU(y, x []float32) {
	e.frame.out(0, y, len(x))
	e.frame.in(1, x, len(x))
	e.call(fnReLU, len(x))
}

// ReLUBackward implements [kernel.Elementwise].
func (e *elementwise) ReLUBackward(dx, dy, y []float32) {
	e.frame.out(0, dx, len(y))
	e.frame.in(1, dy, len(y))
	e.frame.in(2, y, len(y))
	e.call(fnReLUBackward, len(y))
}

// Add implements [kernel.Elementwise].
func (e *elementwise) Add(y, x []float32) {
	e.frame.out(0, y, len(x))
	e.frame.in(1, x, len(x))
	e.call(fnAdd, len(x))
}

// Sum8 implements [kernel.Elementwise].
func (e *elementwise) Sum8(y []float32, parts *[8][]float32) {
	e.frame.out(0, y, len(y))
	for i, p := range parts {
		e.frame.in(i+1, p, len(y))
	}
	e.call(fnSum8, len(y))
}

// Scale implements [kernel.Elementwise].
func (e *elementwise) Scale(y []float32, a float32, x []float32) {
	e.frame.out(0, y, len(x))
	e.frame.in(1, x, len(x))
	e.frame.float(1, a)
	e.call(fnScale, len(x))
}

// SGD implements [kernel.Elementwise].
func (e *elementwise) SGD(p, g, v []float32, rate, momentum, decay float32) {
	e.frame.out(0, p, len(p))
	e.frame.in(1, g, len(p))
	e.frame.float(1, rate)
	e.frame.float(2, momentum)
	e.frame.float(3, decay)
	fn := fnSGD
	if momentum != 0 {
		fn = fnMomentum
		e.frame.out(2, v, len(p))
	}
	e.call(fn, len(p))
}

// Adam implements [kernel.Elementwise].
func (e *elementwise) Adam(p, g, m, v []float32, a kernel.AdamStep[float32]) {
	e.frame.out(0, p, len(p))
	e.frame.in(1, g, len(p))
	e.frame.out(2, m, len(p))
	e.frame.out(3, v, len(p))
	for i, x := range [...]float32{
		a.Rate, a.Decay, a.Eps, a.Beta1, 1 - a.Beta1, a.Beta2, 1 - a.Beta2, a.C1, a.C2,
	} {
		e.frame.float(1+i, x)
	}
	e.call(fnAdam, len(p))
}
