package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel"

// winograd is the convolution of an 8x8 map by 64 products of frequencies:
//
//	V[f] = (Bᵀ x B)[f]    [n, I]     U[f] = (G w Gᵀ)[f]  [I, O]
//	D[f] = (A dy Aᵀ)[f]   [n, O]
//	y  = Aᵀ (V·U) A + b   dx = B (D·Uᵀ) Bᵀ   dw = Gᵀ (Vᵀ·D) G
//
// Transforms run along 4 channels at once; channels are padded to that. The
// functions are in winograd.k.
type winograd struct {
	*module
	xs, ys     int // floats of a sample of x and of y
	weights, o int // floats of the weights, output channels

	u, ut, bias []float32 // packed by Pack
	v, d        []float32 // frequencies of x and of y or dy
	p           []float32 // scratch of the weight gradient
	tmp         []float32 // scratch of a transform
	dw, db      []float32 // gradients of the second and later block of samples
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

// The functions of a winograd, in order.
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

const (
	winogradFunctions = "filters filtersTransposed inputs products outputs " +
		"outputGradients gradientProducts inputGradients filterGradients biasGradients"
	winogradNames = convNames + " r m ip op fv fd fu ft fp"
)

func (s *Set) winograd(c kernel.Conv, maxN int) *winograd {
	n, m, k := min(maxN, winogradBlock), c.OH(), c.K()
	ip, op := 4*vecsOf(c.I), 4*vecsOf(c.O)
	fv, fd := oddLines(n*ip), oddLines(n*op)
	fu, ft := oddLines(packPanels(c.I, c.O)), oddLines(packPanels(c.O, c.I))
	fp := oddLines(4 * ip)
	const ff = freqs * freqs
	v := &winograd{
		module: s.mustLoad("winograd", winogradNames,
			append(convValues(&c, patchOf(&c)), c.KH, m, ip, op, fv, fd, fu, ft, fp), winogradFunctions),
		weights: c.O * k, o: c.O, xs: ff * c.I, ys: m * m * c.O,
		u: aligned(ff * fu), ut: aligned(ff * ft), bias: aligned(op),
		v: aligned(ff * fv), d: aligned(ff * fd), p: aligned(ff * fp), tmp: aligned(4 * ff),
	}
	if maxN > n {
		v.dw, v.db = aligned(v.weights), aligned(c.O)
	}
	return v
}

// Pack implements [kernel.Conv2D].
func (v *winograd) Pack(w, b []float32) {
	v.call(fnFilters, 0, 1|4|16, v.u, w[:v.weights], v.tmp, b[:v.o], v.bias)
	v.call(fnFiltersTransposed, 0, 1, v.ut, v.u)
}

// convolve is Forward or BackwardInput, by their three functions.
func (v *winograd) convolve(y, x []float32, ys, xs int, n, before, product, after int, freqY, freqX, b []float32) {
	for y, x = y[:n*ys], x[:n*xs]; n > 0; {
		count := min(n, winogradBlock)
		v.rows(count)
		v.call(before, count, 1|4, freqX, x[:count*xs], v.tmp)
		v.call(product, count, 1, freqY, freqX, b)
		v.call(after, count, 1|4, y[:count*ys], freqY, v.tmp, v.bias)
		y, x, n = y[count*ys:], x[count*xs:], n-count
	}
}

// Forward implements [kernel.Conv2D].
func (v *winograd) Forward(y, x []float32, n int) {
	v.convolve(y, x, v.ys, v.xs, n, fnInputs, fnProducts, fnOutputs, v.d, v.v, v.u)
}

// BackwardInput implements [kernel.Conv2D].
func (v *winograd) BackwardInput(dx, dy []float32, n int) {
	v.convolve(dx, dy, v.xs, v.ys, n, fnOutputGradients, fnGradientProducts, fnInputGradients, v.v, v.d, v.ut)
}

// BackwardWeights implements [kernel.Conv2D].
func (v *winograd) BackwardWeights(dw, db, dy, x []float32, n int) {
	dw, db = dw[:v.weights], db[:v.o]
	dy, x = dy[:n*v.ys], x[:n*v.xs]
	v.gradients(dw, db, dy, x, min(n, winogradBlock))
	for n > winogradBlock {
		dy, x, n = dy[winogradBlock*v.ys:], x[winogradBlock*v.xs:], n-winogradBlock
		v.gradients(v.dw, v.db, dy, x, min(n, winogradBlock))
		v.set.elem.Add(dw, v.dw)
		v.set.elem.Add(db, v.db)
	}
}

// gradients is BackwardWeights for a block of samples.
func (v *winograd) gradients(dw, db, dy, x []float32, n int) {
	dy, x = dy[:n*v.ys], x[:n*v.xs]
	v.call(fnInputs, n, 1|4, v.v, x, v.tmp)
	v.call(fnOutputGradients, n, 1|4, v.d, dy, v.tmp)
	v.call(fnFilterGradients, n, 1|8|16, dw, v.d, v.v, v.p, v.tmp)
	v.call(fnBiasGradients, len(dy)/len(db), 2, dy, db)
}
