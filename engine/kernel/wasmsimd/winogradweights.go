package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"

// Frame of filters: pointers U, w, tmp, b, bias.
//
//	for 4 output channels o, each input channel i: U[·][i][o] = G w[o][i] Gᵀ
//
// U[f] is in panels of 8 columns o, as pack.go has them.
func (w *winogradShape) filters(k *kern) {
	u, from, tmp, b, bias := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(3), k.ptr(4)
	e := filterMatrix(w.r)
	c := k.constants(e)
	taps := w.r * w.r
	half := func(outputs int) {
		to, at := k.NewInt(u), k.NewInt(from)
		k.Repeat(w.c.I, func() {
			filter := make([]asm.Vec, taps)
			rows := k.vars(4)
			for q := 0; q < taps; q += 4 {
				for o := range rows {
					if o < outputs {
						rows[o].Set(k.load(at, word*(w.c.K()*o+q), lanesOf(taps, q/4)))
					} else {
						rows[o].Set(k.Zero())
					}
				}
				k.transpose(rows)
				for i := range lanesOf(taps, q/4) {
					filter[q+i] = k.NewVec(rows[i])
				}
			}
			c.expand2D(e, tmp,
				func(i, j int) asm.Vec { return filter[w.r*i+j] },
				func(f int, v asm.Vec) { to.StoreVec(word*w.fu*f, v) })
			to.Inc(8 * word)
			at.Inc(word * taps)
		})
		from.Inc(word * w.c.K() * outputs)
		bias.StoreVec(0, k.load(b, 0, outputs))
		bias.Inc(vec)
		b.Inc(vec)
	}
	// The second half of a panel stands 4 floats after the first.
	if w.c.O >= 8 {
		k.Repeat(w.c.O/8, func() {
			half(4)
			u.Inc(vec)
			half(4)
			u.Inc(8*word*w.c.I - vec)
		})
	}
	if rest := w.c.O % 8; rest > 0 {
		half(min(rest, 4))
		if rest > 4 {
			u.Inc(vec)
			half(rest - 4)
		}
	}
}

// Frame of filtersTransposed: pointers Uᵀ, U.
//
//	for each f: Uᵀ[f] = U[f]ᵀ, in panels of 8 columns i
func (w *winogradShape) filtersTransposed(k *kern) {
	ut, u := k.ptr(0), k.ptr(1)
	k.Repeat(freqs*freqs, func() {
		k.transposePanels(w.c.O, rowOf(w.c.I), k.NewInt(ut), k.NewInt(u))
		ut.Inc(word * w.ft)
		u.Inc(word * w.fu)
	})
}

// Frame of filterGradients: pointers dw, D, V, P (scratch), tmp; numbers n.
//
//	for 4 output channels o:
//	    P[f][o][i] = Σ_n D[f][n][o]·V[f][n][i]
//	    dw[o][i] = Gᵀ P[·][o][i] G
func (w *winogradShape) filterGradients(k *kern) {
	dw, d, v, p, tmp := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(3), k.ptr(4)
	e := filterMatrix(w.r)
	c := k.constants(e)
	rows := k.rowCount()
	group := func(outputs int) {
		to, dAt, vAt, vCol, pAt := k.NewInt(p), k.NewInt(d), k.NewInt(v), k.NewInt(v), k.NewInt(p)
		k.Repeat(freqs*freqs, func() {
			vCol.Set(vAt)
			to.Set(pAt)
			k.panels(w.ip, func(cols int) {
				a := k.NewInt(dAt)
				k.outer(outputs, cols, rows, operand{
					func(i int) (asm.Int, int) { return a, word * w.op * i },
					func(count int) { a.Inc(word * w.op * count) },
				}, vCol, w.ip, to, w.ip)
			}, func() {
				vCol.Inc(8 * word)
				to.Inc(8 * word)
			})
			dAt.Inc(word * w.fd)
			vAt.Inc(word * w.fv)
			pAt.Inc(word * w.fp)
		})
		d.Inc(word * outputs)
		from := k.NewInt(p)
		k.Repeat(outputs, func() {
			at := k.NewInt(from)
			k.channelGroups(w.c.I, func(lanes int) { w.filterGradient(k, c, e, dw, at, tmp, lanes) }, func() {
				at.Inc(vec)
			})
			from.Inc(word * w.ip)
		})
	}
	k.byFours(w.c.O, group)
}

// filterGradient writes Gᵀ P G of 1 to 4 input channels, whose taps follow
// each other at dw, and moves dw on.
func (w *winogradShape) filterGradient(k *kern, c constants, e expansion, dw, at, tmp asm.Int, lanes int) {
	taps := w.r * w.r
	filter := make([]asm.Vec, 4*vecsOf(taps))
	for i := range filter {
		filter[i] = k.Var()
	}
	for _, v := range filter[taps:] {
		v.Set(k.Zero())
	}
	c.contract2D(e, tmp,
		func(f int) asm.Vec { return at.Vec(word * w.fp * f) },
		func(i, j int, v asm.Vec) { filter[w.r*i+j].Set(v) })
	for q := 0; q < taps; q += 4 {
		rows := filter[q : q+4]
		k.transpose(rows)
		for i := range lanes {
			k.store(dw, word*(taps*i+q), lanesOf(taps, q/4), rows[i])
		}
	}
	dw.Inc(word * taps * lanes)
}

func (v *winograd) call(fn, n int) {
	v.set.rows(&v.frame, n)
	v.set.host.Call(v.first+fn, &v.frame)
}

// sizes are the floats of a sample of x and of y.
func (v *winograd) sizes() (x, y int) {
	return freqs * freqs * v.s.I, v.w.m * v.w.m * v.s.O
}

// Pack implements [kernel.Conv2D].
func (v *winograd) Pack(w, b []float32) {
	f := &v.frame
	f.scratch(0, v.u)
	f.in(1, w, v.s.O*v.s.K())
	f.scratch(2, v.tmp)
	f.in(3, b, v.s.O)
	f.scratch(4, v.bias)
	v.call(fnFilters, 0)
	v.product(fnFiltersTransposed, v.ut, v.u, v.u, 0)
}

// transform calls one of the transforms, which have to, from and tmp as their
// first pointers.
func (v *winograd) transform(fn int, to, from []float32, n int) {
	v.frame.scratch(0, to)
	v.frame.packed(1, from)
	v.frame.scratch(2, v.tmp)
	v.call(fn, n)
}

func (v *winograd) product(fn int, y, x, b []float32, n int) {
	v.frame.scratch(0, y)
	v.frame.packed(1, x)
	v.frame.packed(2, b)
	v.call(fn, n)
}

// Forward implements [kernel.Conv2D].
func (v *winograd) Forward(y, x []float32, n int) {
	xs, ys := v.sizes()
	y, x = y[:n*ys], x[:n*xs]
	v.frame.packed(3, v.bias)
	for n > 0 {
		count := min(n, winogradBlock)
		v.transform(fnInputs, v.v, x[:count*xs], count)
		v.product(fnProducts, v.d, v.v, v.u, count)
		v.transform(fnOutputs, y[:count*ys], v.d, count)
		y, x, n = y[count*ys:], x[count*xs:], n-count
	}
}

// BackwardInput implements [kernel.Conv2D].
func (v *winograd) BackwardInput(dx, dy []float32, n int) {
	xs, ys := v.sizes()
	dx, dy = dx[:n*xs], dy[:n*ys]
	for n > 0 {
		count := min(n, winogradBlock)
		v.transform(fnOutputGradients, v.d, dy[:count*ys], count)
		v.product(fnGradientProducts, v.v, v.d, v.ut, count)
		v.transform(fnInputGradients, dx[:count*xs], v.v, count)
		dx, dy, n = dx[count*xs:], dy[count*ys:], n-count
	}
}

// BackwardWeights implements [kernel.Conv2D].
func (v *winograd) BackwardWeights(dw, db, dy, x []float32, n int) {
	xs, ys := v.sizes()
	dy, x = dy[:n*ys], x[:n*xs]
	v.weights(dw[:v.s.O*v.s.K()], db[:v.s.O], dy, x, min(n, winogradBlock))
	for n > winogradBlock {
		dy, x, n = dy[winogradBlock*ys:], x[winogradBlock*xs:], n-winogradBlock
		v.weights(v.dw, v.db, dy, x, min(n, winogradBlock))
		v.set.elem.Add(dw, v.dw)
		v.set.elem.Add(db, v.db)
	}
}

// weights is BackwardWeights for a block of samples.
func (v *winograd) weights(dw, db, dy, x []float32, n int) {
	xs, ys := v.sizes()
	v.transform(fnInputs, v.v, x[:n*xs], n)
	v.transform(fnOutputGradients, v.d, dy[:n*ys], n)
	f := &v.frame
	f.scratch(0, dw)
	f.packed(1, v.d)
	f.packed(2, v.v)
	f.scratch(3, v.p)
	f.scratch(4, v.tmp)
	v.call(fnFilterGradients, n)
	f.packed(0, dy[:n*ys])
	f.scratch(1, db)
	v.call(fnBiasGradients, ys/v.s.O*n)
}
