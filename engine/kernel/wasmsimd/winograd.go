package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// winograd is the convolution of an 8x8 map by 64 products of frequencies:
//
//	V[f] = (Bᵀ x B)[f]    [n, I]     U[f] = (G w Gᵀ)[f]  [I, O]
//	D[f] = (A dy Aᵀ)[f]   [n, O]
//	y  = Aᵀ (V·U) A + b   dx = B (D·Uᵀ) Bᵀ   dw = Gᵀ (Vᵀ·D) G
//
// Transforms run along 4 channels at once; channels are padded to that.
type winograd struct {
	set   *Set
	s     kernel.Conv
	w     *winogradShape
	first int
	frame Frame

	u, ut, bias []float32 // packed by Pack
	v, d        []float32 // frequencies of x and of y or dy
	p           []float32 // scratch of the weight gradient
	tmp         []float32 // scratch of a transform
	dw, db      []float32 // gradients of the second and later block of samples
}

// winogradShape is what the functions' loops and strides depend on; counts are
// in floats.
type winogradShape struct {
	c      kernel.Conv
	r, m   int // window and output
	ip, op int // channels, padded
	fv, fd int // from one frequency to the next in V and in D
	fu, ft int // in U and in Uᵀ
	fp     int // in the weight gradient of 4 output channels
}

// winogradBlock is the largest number of samples whose frequencies are in
// scratch at once: enough to use a panel of weights well, few enough for the
// second-level cache.
const winogradBlock = 16

// fitsWinograd says whether the transforms apply and pay.
func fitsWinograd(c kernel.Conv) bool {
	return c.H == freqs && c.W == freqs && c.KH == c.KW && c.KH >= 3 && c.KH <= 6 && c.I >= 8 && c.O >= 8
}

// oddLines rounds n floats up to an odd number of cache lines, so that 64
// frequencies of one channel fall into different sets of the cache.
func oddLines(n int) int { return ((n+15)/16 | 1) * 16 }

const (
	fnFilters = iota
	fnFiltersTransposed
	fnInputs
	fnProducts
	fnOutputs
	fnOutputGradients
	fnGradientProducts
	fnInputGradients
	fnFilterGradients
	fnBiasGradients
)

func (s *Set) winograd(c kernel.Conv, maxN int) *winograd {
	n := min(maxN, winogradBlock)
	w := &winogradShape{c: c, r: c.KH, m: c.OH(), ip: 4 * vecsOf(c.I), op: 4 * vecsOf(c.O)}
	w.fv, w.fd = oddLines(n*w.ip), oddLines(n*w.op)
	w.fu, w.ft = oddLines(packPanels(c.I, c.O)), oddLines(packPanels(c.O, c.I))
	w.fp = oddLines(4 * w.ip)
	const ff = freqs * freqs
	v := &winograd{
		set: s, s: c, w: w,
		u: aligned(ff * w.fu), ut: aligned(ff * w.ft), bias: aligned(w.op),
		v: aligned(ff * w.fv), d: aligned(ff * w.fd), p: aligned(ff * w.fp), tmp: aligned(4 * ff),
	}
	if maxN > n {
		v.dw, v.db = aligned(c.O*c.K()), aligned(c.O)
	}
	v.first = s.mustLoad(fmt.Sprintf("winograd-%s-block%d", convName(&c), n), w,
		"filters", "filtersTransposed", "inputs", "products", "outputs",
		"outputGradients", "gradientProducts", "inputGradients", "filterGradients", "biasGradients")
	return v
}

func (w *winogradShape) emit(k *kern, fn int) {
	c := &w.c
	switch fn {
	case fnFilters:
		w.filters(k)
	case fnFiltersTransposed:
		w.filtersTransposed(k)
	case fnInputs:
		w.inputs(k)
	case fnProducts:
		k.products(w.fv, w.fd, w.fu, w.ip, w.op, c.I, c.O)
	case fnOutputs:
		w.outputs(k)
	case fnOutputGradients:
		w.outputGradients(k)
	case fnGradientProducts:
		k.products(w.fd, w.fv, w.ft, w.op, w.ip, c.O, c.I)
	case fnInputGradients:
		w.inputGradients(k)
	case fnFilterGradients:
		w.filterGradients(k)
	case fnBiasGradients:
		k.columnSums(c.O)
	}
}

// channelGroups runs body for each group of 4 of n channels, and step between.
func (k *kern) channelGroups(n int, body func(lanes int), step func()) {
	k.byFours(n, func(lanes int) {
		body(lanes)
		step()
	})
}

// Frame of inputs: pointers V, x, tmp; numbers n.
//
//	for each sample, 4 channels: V[·] = Bᵀ x B
func (w *winogradShape) inputs(k *kern) {
	w.toFrequencies(k, inputMatrix(), w.c.I, w.ip, w.fv)
}

// Frame of outputGradients: pointers D, dy, tmp; numbers n.
//
//	for each sample, 4 channels: D[·] = A dy Aᵀ
func (w *winogradShape) outputGradients(k *kern) {
	w.toFrequencies(k, powers(w.m), w.c.O, w.op, w.fd)
}

func (w *winogradShape) toFrequencies(k *kern, e expansion, channels, padded, fStride int) {
	to, from, tmp := k.ptr(0), k.ptr(1), k.ptr(2)
	c := k.constants(e)
	side := len(e[0])
	k.Times(k.num(0), func() {
		at := k.NewInt(from)
		k.channelGroups(channels, func(lanes int) {
			c.expand2D(e, tmp,
				func(i, j int) asm.Vec { return k.load(at, word*channels*(side*i+j), lanes) },
				func(f int, v asm.Vec) { to.StoreVec(word*fStride*f, v) })
		}, func() {
			at.Inc(vec)
			to.Inc(vec)
		})
		from.Inc(word * channels * side * side)
	})
}

// Frame of outputs: pointers y, D, tmp, bias; numbers n.
//
//	for each sample, 4 channels: y = act(Aᵀ D[·] A + bias)
func (w *winogradShape) outputs(k *kern) {
	w.fromFrequencies(k, powers(w.m), w.c.O, w.fd, true, w.c.ReLU)
}

// Frame of inputGradients: pointers dx, V, tmp; numbers n.
//
//	for each sample, 4 channels: dx = B V[·] Bᵀ
func (w *winogradShape) inputGradients(k *kern) {
	w.fromFrequencies(k, inputMatrix(), w.c.I, w.fv, false, false)
}

func (w *winogradShape) fromFrequencies(k *kern, e expansion, channels, fStride int, biased, relu bool) {
	to, from, tmp := k.ptr(0), k.ptr(1), k.ptr(2)
	c := k.constants(e)
	side := len(e[0])
	k.Times(k.num(0), func() {
		at, bias := k.NewInt(to), k.NewInt(k.Int(0))
		if biased {
			bias.Set(k.frame.Int(8 * 3))
		}
		k.channelGroups(channels, func(lanes int) {
			b := k.Var()
			if biased {
				b.Set(bias.Vec(0))
			}
			c.contract2D(e, tmp,
				func(f int) asm.Vec { return from.Vec(word * fStride * f) },
				func(i, j int, v asm.Vec) {
					if biased {
						v.Set(v.Add(b))
					}
					if relu {
						v.Set(k.relu(v))
					}
					k.store(at, word*channels*(side*i+j), lanes, v)
				})
		}, func() {
			at.Inc(vec)
			from.Inc(vec)
			bias.Inc(vec)
		})
		to.Inc(word * channels * side * side)
	})
}

// products is a function with the frame: pointers Y, X, B; rows.
//
//	for each frequency f: Y[f] = X[f]·B[f]
//
// X [n, depth] and Y [n, cols] have rows of xRow and yRow floats, and their
// frequencies are fx, fy and fb floats apart.
func (k *kern) products(fx, fy, fb, xRow, yRow, depth, cols int) {
	y, b := k.ptr(0), k.ptr(2)
	p := &product{
		k: k, patch: rowOf(depth), xStep: word * xRow, yStep: word * yRow,
		x: k.ptr(1), y: k.NewInt(y), b: k.NewInt(b), tab: y,
	}
	k.Repeat(freqs*freqs, func() {
		p.y.Set(y)
		p.b.Set(b)
		k.panels(cols, p.emit, func() {
			p.y.Inc(8 * word)
			p.b.Inc(8 * word * depth)
		})
		y.Inc(word * fy)
		p.x.Inc(word * fx)
		b.Inc(word * fb)
	})
}
