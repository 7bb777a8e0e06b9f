package wasmsimd

import (
	"fmt"
	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel"
)

// conv is the direct convolution, of product.k, pack.k and weights.k.
type conv struct {
	*module
	s     kernel.Conv
	patch patchShape

	in, k, pixels int // floats of a sample of x, rows of B, pixels of a sample of y

	b, bt, bias []float32 // packed by Pack
	t           []float32 // scratch of the weight gradient
	tab         []float32 // offset of each patch in x, in bytes
}

// The functions of a conv, in order.
const (
	fnPack = iota
	fnPackTransposed
	fnForward
	fnBackwardInput
	fnBackwardWeights
	fnColumnSums
	fnPanelWeights
	fnUnpackPanel
)

// Conv2D implements [kernel.Set]. It panics on a shape that Check rejects.
func (s *Set) Conv2D(c kernel.Conv, maxN int) kernel.Conv2D[float32] {
	must(c.Check())
	if s.mode != Direct && fitsWinograd(c) {
		return s.winograd(c, maxN)
	}
	return s.direct(c, maxN)
}

// stripWidth is the number of columns of x that the weight gradient of a fully
// connected layer takes at once.
const stripWidth = 16

func (s *Set) direct(c kernel.Conv, maxN int) *conv {
	p, k := patchOf(&c), c.K()
	scratch := 8 * k
	if c.H*c.W == 1 {
		scratch = stripWidth * (8 + maxN)
	}
	return &conv{
		module: s.mustLoad("conv", convNames, convValues(&c, p), convFunctions),
		s:      c, patch: p, in: c.H * c.W * c.I, k: k, pixels: c.OH() * c.OW(),
		b: aligned(packPanels(k, c.O)), bias: aligned(8 * panelsOf(c.O)),
		bt: aligned(p.transposed(c.O)), t: aligned(scratch), tab: patches(&c, maxN),
	}
}

const (
	convFunctions = "pack packTransposed forward backwardInput backwardWeights columnSums panelWeights unpackPanel"
	convNames     = "H W I O KH KW K relu c runs run stride" // c is O, for columnSums
)

func convValues(c *kernel.Conv, p patchShape) []int {
	return []int{c.H, c.W, c.I, c.O, c.KH, c.KW, c.K(), number(c.ReLU), c.O, p.runs, p.run, p.stride}
}

// number is 1 for true, else 0.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// patches is the offset in bytes of each patch of n samples.
func patches(s *kernel.Conv, n int) []float32 {
	oh, ow := s.OH(), s.OW()
	tab := make([]int32, n*oh*ow)
	for i := range tab {
		m, row, column := i/(oh*ow), i/ow%oh, i%ow
		tab[i] = int32(word * s.I * ((m*s.H+row)*s.W + column))
	}
	return offsets(tab)
}

// offsets are the bytes of s as a kernel is given them.
func offsets(s []int32) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// sizes are the floats of x and of y, and the rows, which it sets, for n
// samples.
func (v *conv) sizes(n int) (x, y, rows int) {
	rows = n * v.pixels
	if rows > len(v.tab) {
		panic(fmt.Errorf("wasmsimd: convolution %+v of %d samples: made for at most %d", v.s, n, len(v.tab)/v.pixels))
	}
	v.rows(rows)
	return n * v.in, rows * v.s.O, rows
}

// Pack implements [kernel.Conv2D].
func (v *conv) Pack(w, b []float32) {
	v.call(fnPack, 0, 1|8, v.b, w[:v.s.O*v.k], b[:v.s.O], v.bias)
	v.call(fnPackTransposed, 0, 1, v.bt, v.b)
}

// Forward implements [kernel.Conv2D].
func (v *conv) Forward(y, x []float32, n int) {
	xs, ys, rows := v.sizes(n)
	v.call(fnForward, rows, 1, y[:ys], x[:xs], v.b, v.bias, v.tab)
}

// BackwardInput implements [kernel.Conv2D].
func (v *conv) BackwardInput(dx, dy []float32, n int) {
	xs, ys, rows := v.sizes(n)
	v.frame.num[1] = uint32(xs)
	v.call(fnBackwardInput, rows, 1, dx[:xs], dy[:ys], v.bt, v.tab)
}

// BackwardWeights implements [kernel.Conv2D].
func (v *conv) BackwardWeights(dw, db, dy, x []float32, n int) {
	xs, ys, rows := v.sizes(n)
	v.call(fnBackwardWeights, rows, 1|16, dw[:v.s.O*v.k], dy[:ys], x[:xs], v.tab, v.t)
	v.columnSums(db, dy, rows)
}

// columnSums writes db[o] = Σ_m dy[m][o].
func (v *conv) columnSums(db, dy []float32, rows int) {
	v.call(fnColumnSums, rows, 2, dy[:rows*v.s.O], db[:v.s.O])
}
