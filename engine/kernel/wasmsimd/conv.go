package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
)

// conv is the direct convolution.
type conv struct {
	set   *Set
	s     kernel.Conv
	patch patchShape
	first int
	frame Frame

	b, bt, bias []float32 // packed by Pack
	t           []float32 // scratch of the weight gradient
	perm        []int32
	tab         []int32 // offset of each patch in x, in bytes
}

// The functions of a conv, in order.
const (
	fnPack = iota
	fnPackTransposed
	fnForward
	fnBackwardInput
	fnBackwardWeights
	fnColumnSums
)

// Conv2D implements [kernel.Set]. It panics on a shape that Check rejects.
func (s *Set) Conv2D(c kernel.Conv, maxN int) kernel.Conv2D[float32] {
	if err := c.Check(); err != nil {
		panic(err)
	}
	if s.mode != Direct && fitsWinograd(c) {
		return s.winograd(c, maxN)
	}
	return s.direct(c, maxN)
}

func (s *Set) direct(c kernel.Conv, maxN int) *conv {
	v := &conv{set: s, s: c, patch: patchOf(&c)}
	scratch := 8 * c.K()
	if v.linear() {
		scratch = stripWidth * (8 + maxN)
	}
	v.b, v.bias = aligned(packPanels(c.K(), c.O)), aligned(8*panelsOf(c.O))
	v.bt, v.t = aligned(v.patch.transposed(c.O)), aligned(scratch)
	v.perm, v.tab = permutation(&c), patches(&c, maxN)
	v.first = s.mustLoad("conv-"+convName(&c), v,
		"pack", "packTransposed", "forward", "backwardInput", "backwardWeights", "columnSums")
	return v
}

func (v *conv) emit(k *kern, fn int) {
	switch fn {
	case fnPack:
		v.pack(k)
	case fnPackTransposed:
		v.packTransposed(k)
	case fnForward:
		v.forward(k)
	case fnBackwardInput:
		v.backwardInput(k)
	case fnBackwardWeights:
		if v.linear() {
			v.linearWeights(k)
		} else {
			v.backwardWeights(k)
		}
	case fnColumnSums:
		k.columnSums(v.s.O)
	}
}

// linear says whether a sample is one pixel.
func (v *conv) linear() bool { return v.s.H*v.s.W == 1 }

// whole says whether the only patch is the whole sample.
func (v *conv) whole() bool { return v.s.OH()*v.s.OW() == 1 }

// convName tells shapes apart.
func convName(c *kernel.Conv) string {
	name := fmt.Sprintf("%dx%dx%d-%dx%dx%d", c.H, c.W, c.I, c.KH, c.KW, c.O)
	if c.ReLU {
		name += "-relu"
	}
	return name
}

// patches is the offset in bytes of each patch of n samples.
func patches(s *kernel.Conv, n int) []int32 {
	tab := make([]int32, 0, n*s.OH()*s.OW())
	for m := range n {
		for i := range s.OH() {
			for j := range s.OW() {
				tab = append(tab, int32(word*s.I*((m*s.H+i)*s.W+j)))
			}
		}
	}
	return tab
}

func (v *conv) call(fn int) { v.set.host.Call(v.first+fn, &v.frame) }

// sizes are the floats of x and of y, and the rows, for n samples.
func (v *conv) sizes(n int) (x, y, rows int) {
	rows = n * v.s.OH() * v.s.OW()
	if rows > len(v.tab) {
		panic(fmt.Errorf("wasmsimd: convolution %+v of %d samples: made for at most %d", v.s, n, len(v.tab)/(v.s.OH()*v.s.OW())))
	}
	return n * v.s.H * v.s.W * v.s.I, rows * v.s.O, rows
}

// Pack implements [kernel.Conv2D].
func (v *conv) Pack(w, b []float32) {
	f := &v.frame
	f.scratch(0, v.b)
	f.in(1, w, v.s.O*v.s.K())
	f.table(2, v.perm)
	f.in(3, b, v.s.O)
	f.scratch(4, v.bias)
	v.call(fnPack)
	f.scratch(0, v.bt)
	f.packed(1, v.b)
	v.call(fnPackTransposed)
}

// Forward implements [kernel.Conv2D].
func (v *conv) Forward(y, x []float32, n int) {
	xs, ys, rows := v.sizes(n)
	f := &v.frame
	f.out(0, y, ys)
	f.in(1, x, xs)
	f.packed(2, v.b)
	f.packed(3, v.bias)
	f.table(4, v.tab)
	v.set.rows(f, rows)
	v.call(fnForward)
}

// BackwardInput implements [kernel.Conv2D].
func (v *conv) BackwardInput(dx, dy []float32, n int) {
	xs, ys, rows := v.sizes(n)
	f := &v.frame
	f.out(0, dx, xs)
	f.in(1, dy, ys)
	f.packed(2, v.bt)
	f.table(3, v.tab)
	v.set.rows(f, rows)
	f.int(1, xs)
	v.call(fnBackwardInput)
}

// BackwardWeights implements [kernel.Conv2D].
func (v *conv) BackwardWeights(dw, db, dy, x []float32, n int) {
	xs, ys, rows := v.sizes(n)
	f := &v.frame
	f.out(0, dw, v.s.O*v.s.K())
	f.in(1, dy, ys)
	f.in(2, x, xs)
	f.table(3, v.tab)
	f.scratch(4, v.t)
	f.table(5, v.perm)
	f.int(0, rows)
	v.call(fnBackwardWeights)
	v.columnSums(db, dy, rows)
}

// columnSums writes db[o] = Σ_m dy[m][o].
func (v *conv) columnSums(db, dy []float32, rows int) {
	v.frame.in(0, dy, rows*v.s.O)
	v.frame.out(1, db, v.s.O)
	v.frame.int(0, rows)
	v.call(fnColumnSums)
}
