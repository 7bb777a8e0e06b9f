package portable

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// conv is the convolution as a product over patches. With A [P, K] the
// patches of a sample (P = OH·OW pixels, K = KH·KW·I values in the order
// u, v, c), B [K, O] the weights and dY [P, O] the gradient:
//
//	Y = A·B + b        dA = dY·Bᵀ (then summed into dx)        dB = Aᵀ·dY
type conv[T tensor.Float] struct {
	s      kernel.Conv
	pixels int  // P
	whole  bool // one pixel whose patch is the whole sample: no gather

	forward  panels[T] // B [K, O]
	backward panels[T] // Bᵀ [O, K]
	bias     []T

	patches []T       // A of one sample [P, K], or its gradient
	grad    panels[T] // A of one sample (or of a chunk, if whole) as a right-hand side
	dyT     []T       // dYᵀ [O, P], or [O, n] if whole
	dwT     []T       // dBᵀ [O, K]
	maxN    int
}

func newConv[T tensor.Float](s kernel.Conv, maxN int) *conv[T] {
	p, k := s.OH()*s.OW(), s.K()
	v := &conv[T]{
		s: s, pixels: p, whole: p == 1, maxN: maxN,
		forward: newPanels[T](k, s.O), backward: newPanels[T](s.O, k),
		bias: make([]T, s.O), dwT: make([]T, s.O*k),
	}
	depth := p
	if v.whole {
		depth = maxN
	} else {
		v.patches = make([]T, p*k)
	}
	v.grad = newPanels[T](depth, k)
	v.dyT = make([]T, s.O*depth)
	return v
}

// Pack implements [kernel.Conv2D].
func (v *conv[T]) Pack(w, b []T) {
	s := v.s
	copy(v.bias, b[:s.O])
	for o := range s.O {
		for c := range s.I {
			for u := range s.KH {
				for x := range s.KW {
					k := (u*s.KW+x)*s.I + c
					value := w[((o*s.I+c)*s.KH+u)*s.KW+x]
					v.forward.set(k, o, value)
					v.backward.set(o, k, value)
				}
			}
		}
	}
}

// Forward implements [kernel.Conv2D].
func (v *conv[T]) Forward(y, x []T, n int) {
	if v.whole {
		product(y, x, n, v.forward, v.bias, v.s.ReLU)
		return
	}
	in, out := v.s.H*v.s.W*v.s.I, v.pixels*v.s.O
	for i := range n {
		v.gather(x[i*in : (i+1)*in])
		product(y[i*out:(i+1)*out], v.patches, v.pixels, v.forward, v.bias, v.s.ReLU)
	}
}

// BackwardInput implements [kernel.Conv2D].
func (v *conv[T]) BackwardInput(dx, dy []T, n int) {
	in, out := v.s.H*v.s.W*v.s.I, v.pixels*v.s.O
	clear(dx[:n*in])
	if v.whole {
		product(dx, dy, n, v.backward, nil, false)
		return
	}
	for i := range n {
		clear(v.patches)
		product(v.patches, dy[i*out:(i+1)*out], v.pixels, v.backward, nil, false)
		v.scatter(dx[i*in : (i+1)*in])
	}
}

// BackwardWeights implements [kernel.Conv2D].
func (v *conv[T]) BackwardWeights(dw, db, dy, x []T, n int) {
	clear(v.dwT)
	clear(db[:v.s.O])
	in, out := v.s.H*v.s.W*v.s.I, v.pixels*v.s.O
	if v.whole {
		v.addWeights(db, dy, x, n)
	} else {
		for i := range n {
			v.gather(x[i*in : (i+1)*in])
			v.addWeights(db, dy[i*out:(i+1)*out], v.patches, v.pixels)
		}
	}
	v.unpack(dw)
}

// addWeights adds Aᵀ·dY to dwT (transposed) and the columns' sums of dY to
// db, for patches a [rows, K] and dy [rows, O].
func (v *conv[T]) addWeights(db, dy, a []T, rows int) {
	o := v.s.O
	transpose(v.dyT, dy, rows, o)
	for j := range o {
		var sum T
		for _, g := range v.dyT[j*rows : (j+1)*rows] {
			sum += g
		}
		db[j] += sum
	}
	g := v.grad
	g.depth = rows
	g.pack(a)
	product(v.dwT, v.dyT, o, g, nil, false)
}

// gather copies the patches of one sample x [H, W, I].
func (v *conv[T]) gather(x []T) {
	s := v.s
	run, line := s.KW*s.I, s.W*s.I
	to := 0
	for i := range s.OH() {
		for j := range s.OW() {
			for u := range s.KH {
				from := (i+u)*line + j*s.I
				copy(v.patches[to:to+run], x[from:from+run])
				to += run
			}
		}
	}
}

// gatherOrWhole is gather, also where the sample is its only patch.
func (v *conv[T]) gatherOrWhole(x []T) []T {
	if v.whole {
		return x
	}
	v.gather(x)
	return v.patches
}

// scatter adds the patches' gradients into dx [H, W, I] of one sample.
func (v *conv[T]) scatter(dx []T) {
	s := v.s
	run, line := s.KW*s.I, s.W*s.I
	from := 0
	for i := range s.OH() {
		for j := range s.OW() {
			for u := range s.KH {
				to := (i+u)*line + j*s.I
				addTo(dx[to:to+run], v.patches[from:from+run])
				from += run
			}
		}
	}
}

// unpack writes dwT [O, (u,v,c)] in the order [O, I, KH, KW].
func (v *conv[T]) unpack(dw []T) {
	s := v.s
	area := s.KH * s.KW
	for o := range s.O {
		from, to := v.dwT[o*s.K():(o+1)*s.K()], dw[o*s.K():(o+1)*s.K()]
		for q := range area {
			for c := range s.I {
				to[c*area+q] = from[q*s.I+c]
			}
		}
	}
}

// transpose writes t [cols, rows] from a [rows, cols].
func transpose[T tensor.Float](t, a []T, rows, cols int) {
	for i := range rows {
		row := a[i*cols : (i+1)*cols]
		for j, v := range row {
			t[j*rows+i] = v
		}
	}
}
