package wasmsimd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// patchShape is where the values of a convolution's patch are in a row of the
// input: runs pieces of run floats, a piece starting stride floats after the
// one before. A row of a matrix is one piece.
type patchShape struct{ runs, run, stride int }

func patchOf(s *kernel.Conv) patchShape {
	p := patchShape{runs: s.KH, run: s.KW * s.I, stride: s.W * s.I}
	if p.run == p.stride { // the pieces touch: one piece
		return rowOf(p.run * p.runs)
	}
	return p
}

func rowOf(n int) patchShape { return patchShape{1, n, n} }

func (p *patchShape) k() int { return p.runs * p.run }

// product is the loop that all products are:
//
//	for each block of rows m, each of up to 8 columns o:
//	    y[m][o] (+)= act(bias[o] + Σ_k x[m][k]·B[k][o])
//
// k counts through a patch of x. Rows of x and of y are a number of bytes
// apart, or where that is 0 at the offsets that tab has.
type product struct {
	k            *kern
	patch        patchShape
	xStep, yStep int
	biased, relu bool
	adds         bool    // y += ; else y =
	nan          asm.Vec // if set, gets bits where a value is NaN
	rows         int     // 0: as the frame says

	x, y, b, bias, tab asm.Int
}

// unrolled is the number of steps of a product that are emitted in a row.
const unrolled = 8

// emit emits the product for cols columns at p.y, p.b and p.bias.
func (p *product) emit(cols int) {
	k := p.k
	x, y, tab := k.NewInt(p.x), k.NewInt(p.y), k.NewInt(p.tab)
	block := func(rows int) {
		acc := k.block(rows, vecsOf(cols))
		for _, row := range acc {
			for v := range row {
				if p.biased {
					row[v].Set(p.bias.Vec(vec * v))
				} else {
					row[v].Set(k.Zero())
				}
			}
		}
		p.sum(acc, p.starts(rows, x, tab))
		for r, row := range acc {
			to, off := y, p.yStep*r
			if p.yStep == 0 {
				to, off = k.NewInt(y.Add(tab.Int(word*r))), 0
			}
			for v, sum := range row {
				p.finish(sum, to, off+vec*v, lanesOf(cols, v))
			}
		}
		x.Inc(p.xStep * rows)
		y.Inc(p.yStep * rows)
		tab.Inc(word * rows)
	}
	if p.rows > 0 {
		k.constRows(p.rows, block)
	} else {
		k.rows(block)
	}
}

// starts are pointers to the rows of x of a block: to each or, where they are
// a known step apart, to the first.
func (p *product) starts(rows int, x, tab asm.Int) []asm.Int {
	if p.xStep > 0 {
		return []asm.Int{p.k.NewInt(x)}
	}
	a := make([]asm.Int, rows)
	for r := range a {
		a[r] = p.k.NewInt(x.Add(tab.Int(word * r)))
	}
	return a
}

// sum emits the sum over k, moving the pointers a on.
func (p *product) sum(acc [][]asm.Vec, a []asm.Int) {
	k, s := p.k, &p.patch
	b := k.NewInt(p.b)
	step := func(i, off int) {
		k.macs(acc, func(r int) asm.Vec {
			if p.xStep > 0 {
				return a[0].Splat(p.xStep*r + off)
			}
			return a[r].Splat(off)
		}, func(v int) asm.Vec { return b.Vec(8*word*i + vec*v) })
	}
	if s.k() <= 5*unrolled {
		for i := range s.k() {
			step(i, word*(i/s.run*s.stride+i%s.run))
		}
		return
	}
	k.Repeat(s.runs, func() {
		k.unroll(s.run, unrolled, func(i int) { step(i, word*i) }, func(d int) {
			for _, x := range a {
				x.Inc(word * d)
			}
			b.Inc(8 * word * d)
		})
		if s.runs > 1 {
			for _, x := range a {
				x.Inc(word * (s.stride - s.run))
			}
		}
	})
}

// finish stores one vector of sums.
func (p *product) finish(sum asm.Vec, to asm.Int, off, lanes int) {
	k := p.k
	if p.relu {
		sum.Set(k.relu(sum))
	}
	if p.nan != (asm.Vec{}) {
		p.nan.Set(p.nan.Or(sum.Ne(sum)))
	}
	if p.adds {
		k.add(sum, k.load(to, off, lanes))
	}
	k.store(to, off, lanes, sum)
}

// macs emits one step of a product's block: acc[r][v] += a(r)·b(v). a is read
// once and kept, so that a row takes one register beside the accumulators.
func (k *kern) macs(acc [][]asm.Vec, a func(r int) asm.Vec, b func(v int) asm.Vec) {
	cols := make([]asm.Vec, len(acc[0]))
	for v := range cols {
		cols[v] = k.NewVec(b(v))
	}
	for r := range acc {
		row := a(r)
		if len(cols) > 1 {
			row = k.NewVec(row)
		}
		for v := range cols {
			k.mac(acc[r][v], row, cols[v])
		}
	}
}

// block is a new block of accumulators.
func (k *kern) block(rows, vecs int) [][]asm.Vec {
	acc := make([][]asm.Vec, rows)
	for r := range acc {
		acc[r] = k.vars(vecs)
	}
	return acc
}

// Frame of forward: pointers y, x, B, bias, tab; rows.
//
//	y[m][o] = act(bias[o] + Σ_k x[tab[m] + k]·B[k][o])
func (v *conv) forward(k *kern) {
	p := &product{
		k: k, patch: v.patch, yStep: word * v.s.O, biased: true, relu: v.s.ReLU,
		y: k.ptr(0), x: k.ptr(1), b: k.ptr(2), bias: k.ptr(3), tab: k.ptr(4),
	}
	k.panels(v.s.O, p.emit, func() {
		p.b.Inc(8 * word * v.s.K())
		p.y.Inc(8 * word)
		p.bias.Inc(8 * word)
	})
}

// Frame of backwardInput: pointers dx, dy, Bᵀ, tab; rows; number 1 the floats
// of dx. Bᵀ is [runs][run/8][O][8].
//
//	for each piece and its floats i: dx[tab[m] + i] (+)= Σ_o dy[m][o]·Bᵀ[o][i]
//
// Rows of one patch each write; rows whose patches overlap add to zeros, one
// row after the other.
func (v *conv) backwardInput(k *kern) {
	p := &product{
		k: k, patch: rowOf(v.s.O), xStep: word * v.s.O, adds: !v.whole(),
		y: k.ptr(0), x: k.ptr(1), b: k.ptr(2), tab: k.ptr(3),
	}
	if p.adds {
		p.y.Fill(k.num(1).Times(word))
	}
	k.Repeat(v.patch.runs, func() {
		k.panels(v.patch.run, func(cols int) {
			p.emit(cols)
			p.b.Inc(8 * word * v.s.O)
			p.y.Inc(word * cols)
		}, func() {})
		p.y.Inc(word * (v.patch.stride - v.patch.run))
	})
}
