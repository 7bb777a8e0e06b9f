package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"

// operand is where a row of x is for step i of a group of steps, and how the
// pointers to it move on after d steps.
type operand struct {
	at   func(i int) (p asm.Int, offset int)
	move func(d int)
}

// rowCount is a number of rows in fours and the ones left.
type rowCount struct{ fours, ones asm.Int }

func (k *kern) rowCount() rowCount {
	rows := k.num(0)
	return rowCount{k.NewInt(rows.Div(4)), k.NewInt(rows.Rem(4))}
}

// outer emits t[i][o] = Σ_m x[m][i]·dy[m][o] for places values of i and cols of
// o. x gives the first place of row m; the rows of dy are dyRow floats apart,
// those of t tRow.
func (k *kern) outer(places, cols int, rows rowCount, x operand, dy asm.Int, dyRow int, t asm.Int, tRow int) {
	acc := k.block(places, vecsOf(cols))
	for _, row := range acc {
		for _, sum := range row {
			sum.Set(k.Zero())
		}
	}
	b := k.NewInt(dy)
	steps := func(d int) func() {
		return func() {
			for i := range d {
				p, offset := x.at(i)
				k.macs(acc,
					func(r int) asm.Vec { return p.Splat(offset + word*r) },
					func(v int) asm.Vec { return k.load(b, word*dyRow*i+vec*v, lanesOf(cols, v)) })
			}
			x.move(d)
			b.Inc(word * dyRow * d)
		}
	}
	k.Times(rows.fours, steps(4))
	k.Times(rows.ones, steps(1))
	for r := range acc {
		for v, sum := range acc[r] {
			t.StoreVec(word*tRow*r+vec*v, sum)
		}
	}
}

// Frame of backwardWeights: pointers dw, dy, x, tab, T (scratch [K][8]), perm;
// numbers rows.
//
//	for each panel of 8 columns, some patch places i, columns o:
//	    T[i][o] = Σ_m x[tab[m] + i]·dy[m][o]
//	    dw[o][q] = T[perm[q]][o]
func (v *conv) backwardWeights(k *kern) {
	dw, dy, x, tab, t, perm := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(3), k.ptr(4), k.ptr(5)
	rows := k.rowCount()
	xAt, tAt := k.NewInt(x), k.NewInt(t)
	k.panels(v.s.O, func(cols int) {
		xAt.Set(x)
		tAt.Set(t)
		k.Repeat(v.patch.runs, func() {
			k.constRows(v.patch.run, func(places int) {
				row, patch := k.NewInt(tab), k.NewInt(xAt)
				k.outer(places, cols, rows, operand{
					func(i int) (asm.Int, int) {
						patch.Set(xAt.Add(row.Int(word * i)))
						return patch, 0
					},
					func(d int) { row.Inc(word * d) },
				}, dy, v.s.O, tAt, 8)
				xAt.Inc(word * places)
				tAt.Inc(8 * word * places)
			})
			xAt.Inc(word * (v.patch.stride - v.patch.run))
		})
		k.unpackPanel(v.s.K(), v.s.K(), cols, dw, t, perm)
	}, func() {
		dw.Inc(8 * v.s.K() * word)
		dy.Inc(8 * word)
	})
}

// stripWidth is the number of columns of x that linearWeights takes at once: a
// cache line.
const stripWidth = 16

// Frame of linearWeights: as of backwardWeights, but T is [16][8] and after
// it [rows][16] for a copy of a strip of x.
//
//	for each strip of 16 columns of x, panel of 8 columns of dy:
//	    T[i][o] = Σ_m x[m][i]·dy[m][o]
//	    dw[o][i] = T[i][o]
//
// The rows of x may be a power of two apart, where they would throw each other
// out of the cache; those of the copy are not.
func (v *conv) linearWeights(k *kern) {
	dw, dy, x, t, perm := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(4), k.ptr(5)
	n, rows := k.num(0), k.rowCount()
	copied := k.NewInt(t.Plus(word * stripWidth * 8))
	dwAt, dyAt, xAt, tAt := k.NewInt(dw), k.NewInt(dy), k.NewInt(copied), k.NewInt(t)
	columns := func(width int) {
		from, to := k.NewInt(x), k.NewInt(copied)
		k.Times(n, func() {
			for i := range vecsOf(width) {
				to.StoreVec(vec*i, k.load(from, vec*i, lanesOf(width, i)))
			}
			from.Inc(word * v.s.K())
			to.Inc(word * stripWidth)
		})
		dwAt.Set(dw)
		dyAt.Set(dy)
		k.panels(v.s.O, func(cols int) {
			xAt.Set(copied)
			tAt.Set(t)
			k.constRows(width, func(places int) {
				a := k.NewInt(xAt)
				k.outer(places, cols, rows, operand{
					func(i int) (asm.Int, int) { return a, word * stripWidth * i },
					func(d int) { a.Inc(word * stripWidth * d) },
				}, dyAt, v.s.O, tAt, 8)
				xAt.Inc(word * places)
				tAt.Inc(8 * word * places)
			})
			k.unpackPanel(width, v.s.K(), cols, dwAt, t, perm)
		}, func() {
			dwAt.Inc(8 * v.s.K() * word)
			dyAt.Inc(8 * word)
		})
		dw.Inc(word * width)
		x.Inc(word * width)
	}
	if v.s.K() >= stripWidth {
		k.Repeat(v.s.K()/stripWidth, func() { columns(stripWidth) })
	}
	if v.s.K()%stripWidth != 0 {
		columns(v.s.K() % stripWidth)
	}
}
