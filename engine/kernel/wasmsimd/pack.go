package wasmsimd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// Weights come as w[o][q], q counting channel, window row, window column, as
// files have them. The products want B[k][o], k counting window row, window
// column, channel, as patches of channels-last maps have them, in panels of 8
// columns. perm[q] is the offset of row k(q) in a panel, in bytes.
func permutation(s *kernel.Conv) []int32 {
	perm := make([]int32, 0, s.K())
	for c := range s.I {
		for uv := range s.KH * s.KW {
			perm = append(perm, int32(8*word*(uv*s.I+c)))
		}
	}
	return perm
}

// packPanels is the number of floats of B for K rows and O columns.
func packPanels(k, o int) int { return panelsOf(o) * 8 * k }

// pack is a function with the frame: pointers B, w, perm, b, bias; it also
// copies the bias, which B's panels leave with up to 7 zeros after it.
//
//	for each panel, q: B[perm[q]] = w[o..o+7][q]
func (v *conv) pack(k *kern) {
	b, w, perm, from, to := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(3), k.ptr(4)
	k.panels(v.s.O, func(cols int) {
		k.packPanel(v.s.K(), cols, b, w, perm)
		for i := range 2 {
			to.StoreVec(vec*i, k.load(from, vec*i, lanesOf(cols, i)))
		}
	}, func() {
		b.Inc(v.s.K() * 8 * word)
		w.Inc(v.s.K() * 8 * word)
		from.Inc(8 * word)
		to.Inc(8 * word)
	})
}

// byFours runs body for 4 of n places at a time, then for the 1 to 3 left.
func (k *kern) byFours(n int, body func(lanes int)) {
	if n >= 4 {
		k.Repeat(n/4, func() { body(4) })
	}
	if n%4 != 0 {
		body(n % 4)
	}
}

// packPanel writes one panel of B from cols rows of K weights.
func (k *kern) packPanel(rows, cols int, b, w, perm asm.Int) {
	from, place := k.NewInt(w), k.NewInt(perm)
	to := k.NewInt(b)
	half := k.vars(4)
	k.byFours(rows, func(lanes int) {
		for v := range 2 {
			for i := range half {
				if o := 4*v + i; o < cols {
					half[i].Set(k.load(from, word*rows*o, lanes))
				} else {
					half[i].Set(k.Zero())
				}
			}
			k.transpose(half)
			for i := range lanes {
				to.Set(b.Add(place.Int(word * i)))
				to.StoreVec(vec*v, half[i])
			}
		}
		from.Inc(word * lanes)
		place.Inc(word * lanes)
	})
}

// unpackPanel writes cols rows of weights, stride floats apart, from rows rows
// of one panel: packPanel backwards.
func (k *kern) unpackPanel(rows, stride, cols int, w, b, perm asm.Int) {
	to, place := k.NewInt(w), k.NewInt(perm)
	from := make([]asm.Int, 4)
	for i := range from {
		from[i] = k.NewInt(b)
	}
	half := k.vars(4)
	k.byFours(rows, func(lanes int) {
		for i := range lanes {
			from[i].Set(b.Add(place.Int(word * i)))
		}
		for v := range vecsOf(cols) {
			for i := range half {
				if i < lanes {
					half[i].Set(from[i].Vec(vec * v))
				} else {
					half[i].Set(k.Zero())
				}
			}
			k.transpose(half)
			for i := range lanesOf(cols, v) {
				k.store(to, word*stride*(4*v+i), lanes, half[i])
			}
		}
		to.Inc(word * lanes)
		place.Inc(word * lanes)
	})
}

// packTransposed is a function with the frame: pointers Bᵀ, B.
//
//	for each panel of columns o, piece, panel of 8 of its rows k:
//	    Bᵀ[piece][k/8][o][k%8] = B[k][o]
func (v *conv) packTransposed(k *kern) {
	k.transposePanels(v.s.O, v.patch, k.ptr(0), k.ptr(1))
}

// transposePanels writes the panels bt from the panels b, moving both.
func (k *kern) transposePanels(columns int, p patchShape, bt, b asm.Int) {
	to, from := k.NewInt(bt), k.NewInt(b)
	half := k.vars(4)
	k.panels(columns, func(cols int) {
		to.Set(bt)
		k.Repeat(p.runs, func() {
			rows := func(n int) {
				for v := range vecsOf(cols) {
					for h := range 2 {
						for i := range half {
							if r := 4*h + i; r < n {
								half[i].Set(from.Vec(8*word*r + vec*v))
							} else {
								half[i].Set(k.Zero())
							}
						}
						k.transpose(half)
						for i := range lanesOf(cols, v) {
							to.StoreVec(8*word*(4*v+i)+vec*h, half[i])
						}
					}
				}
				from.Inc(8 * word * n)
				to.Inc(8 * word * columns)
			}
			k.panels(p.run, rows, func() {})
		})
	}, func() { bt.Inc(8 * 8 * word) })
}

// transposed is the number of floats of Bᵀ for B with so many columns.
func (p *patchShape) transposed(columns int) int { return p.runs * panelsOf(p.run) * 8 * columns }
