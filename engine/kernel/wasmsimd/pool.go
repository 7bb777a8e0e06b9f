package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// best is the largest of some values for 8 channels, and where they were:
// eight f32 and eight 16-bit indices.
type best struct {
	v   [2]asm.Vec
	arg asm.Vec
}

const bestBytes = 3 * vec // of a best in scratch

func (k *kern) newBest(v0, v1, arg asm.Vec) best {
	return best{[2]asm.Vec{k.NewVec(v0), k.NewVec(v1)}, k.NewVec(arg)}
}

// poolShape is a max pooling of a map whose pixels are at bytes apart,
// 8 channels at a time.
//
// It goes along rows and then along columns: for a 4x4 window that is 6
// comparisons a value in place of 15, and 4 where windows overlap. Every step
// keeps the earlier value on a tie, so the first maximum in row-major order
// wins. With nans NaN wins over every number; without, the map has none.
type poolShape struct {
	p    kernel.Pool
	at   int
	nans bool
}

// later is the better of two, b standing after a in row-major order.
func (k *kern) later(a, b best, nans bool) best {
	var better, v [2]asm.Vec
	for i := range v {
		better[i] = b.v[i].Gt(a.v[i])
		if nans {
			better[i] = k.NewVec(better[i].Or(b.v[i].Ne(b.v[i])))
			v[i] = b.v[i].Select(a.v[i], better[i])
		} else {
			v[i] = a.v[i].Pmax(b.v[i])
		}
	}
	return k.newBest(v[0], v[1], b.arg.Select(a.arg, better[0].Narrow(better[1])))
}

// line emits the pooling of a line: put(j) gets the best of at(j·Stride) to
// at(j·Stride + K-1). at is asked for each value once, in order. Overlapping
// windows share the maxima of their halves.
func (k *kern) line(ps *poolShape, outs int, at func(i int) best, put func(j int, b best)) {
	p := &ps.p
	if p.Stride > 1 || p.K < 3 {
		values := map[int]best{}
		next := 0
		for j := range outs {
			for ; next < j*p.Stride+p.K; next++ {
				values[next] = at(next)
			}
			b := values[j*p.Stride]
			for d := 1; d < p.K; d++ {
				b = k.later(b, values[j*p.Stride+d], ps.nans)
			}
			put(j, b)
		}
		return
	}
	level := map[int]best{} // the best of half values from i on
	for i := range outs + p.K - 1 {
		level[i] = at(i)
		span, j := 1, i // level of span covers j … i
		for 2*span <= p.K && j-span >= 0 {
			j -= span
			level[levelKey(2*span, j)] = k.later(get(level, span, j), get(level, span, j+span), ps.nans)
			span *= 2
		}
		if j := i - p.K + 1; j >= 0 {
			half := 1
			for 2*half <= p.K {
				half *= 2
			}
			b := get(level, half, j)
			if rest := p.K - half; rest > 0 {
				b = k.later(b, get(level, half, j+rest), ps.nans)
			}
			put(j, b)
		}
	}
}

// levelKey keeps the spans of line apart in one map.
func levelKey(span, i int) int {
	if span == 1 {
		return i
	}
	return span<<20 + i
}

func get(level map[int]best, span, i int) best { return level[levelKey(span, i)] }

// maxUnrolled is the longest line of outputs that is emitted in a row.
const maxUnrolled = 16

// emit pools cols ≤ 8 channels of one map at x to y and arg, [OH, OW, C] at
// the first of these channels; rows is scratch for H·OW bests.
func (ps *poolShape) emit(k *kern, x, y, arg, rows asm.Int, cols int) {
	p := &ps.p
	oh, ow := p.OH(), p.OW()
	used := (oh-1)*p.Stride + p.K // rows that a window reaches

	one := k.NewVec(k.SplatInt16(k.Int(1)))
	from, to, index := k.NewInt(x), k.NewInt(rows), k.NewInt(k.Int(0))
	k.Repeat(used, func() {
		place := k.NewVec(k.SplatInt16(index))
		at, outAt := k.NewInt(from), k.NewInt(to)
		value := func(i int) best {
			if i > 0 {
				place.Set(place.Add16(one))
			}
			return k.newBest(
				k.load(at, ps.at*i, lanesOf(cols, 0)), k.load(at, ps.at*i+vec, lanesOf(cols, 1)), place)
		}
		put := func(j int, b best) {
			outAt.StoreVec(bestBytes*j, b.v[0])
			outAt.StoreVec(bestBytes*j+vec, b.v[1])
			outAt.StoreVec(bestBytes*j+2*vec, b.arg)
		}
		if ow <= maxUnrolled {
			k.line(ps, ow, value, put)
		} else {
			start := k.NewInt(index)
			k.Repeat(ow, func() {
				place.Set(k.SplatInt16(start))
				k.line(ps, 1, value, put)
				start.Inc(p.Stride)
				at.Inc(ps.at * p.Stride)
				outAt.Inc(bestBytes)
			})
		}
		from.Inc(ps.at * p.W)
		to.Inc(bestBytes * ow)
		index.Inc(p.W)
	})

	column, yAt, argAt := k.NewInt(rows), k.NewInt(y), k.NewInt(arg)
	k.Repeat(ow, func() {
		at, yTo, argTo := k.NewInt(column), k.NewInt(yAt), k.NewInt(argAt)
		value := func(i int) best {
			row := bestBytes * ow * i
			return k.newBest(at.Vec(row), at.Vec(row+vec), at.Vec(row+2*vec))
		}
		put := func(j int, b best) {
			for v := range b.v {
				if p.ReLU {
					b.v[v].Set(k.relu(b.v[v]))
				}
				k.store(yTo, word*p.C*ow*j+vec*v, lanesOf(cols, v), b.v[v])
			}
			k.store16(argTo, word/2*p.C*ow*j, cols, b.arg)
		}
		if oh <= maxUnrolled {
			k.line(ps, oh, value, put)
		} else {
			k.Repeat(oh, func() {
				k.line(ps, 1, value, put)
				at.Inc(bestBytes * ow * p.Stride)
				yTo.Inc(word * p.C * ow)
				argTo.Inc(word / 2 * p.C * ow)
			})
		}
		column.Inc(bestBytes)
		yAt.Inc(word * p.C)
		argAt.Inc(word / 2 * p.C)
	})
}

// store16 writes the first n 16-bit lanes of v at p + off.
func (k *kern) store16(p asm.Int, off, n int, v asm.Vec) {
	if n == 8 {
		p.StoreVec(off, v)
		return
	}
	i := 0
	if n >= 4 {
		p.StoreLane64(off, 0, v)
		i = 4
	}
	for ; i < n; i++ {
		p.StoreLane16(off+2*i, i, v)
	}
}

// poolScratch is the number of floats that emit's rows take.
func poolScratch(p *kernel.Pool) int { return p.H * p.OW() * bestBytes / word }

// maxPool is a max pooling on its own.
type maxPool struct {
	set   *Set
	p     kernel.Pool
	first int
	frame Frame
	rows  []float32 // scratch
}

const (
	fnPool = iota
	fnScatter
)

// MaxPool2D implements [kernel.Set]. It panics on a shape that Check rejects.
func (s *Set) MaxPool2D(p kernel.Pool) kernel.MaxPool2D[float32] {
	if err := p.Check(); err != nil {
		panic(err)
	}
	return s.maxPool(p)
}

// poolName tells shapes apart.
func poolName(p *kernel.Pool) string {
	name := fmt.Sprintf("%dx%dx%d-%d-stride%d", p.H, p.W, p.C, p.K, p.Stride)
	if p.ReLU {
		name += "-relu"
	}
	return name
}

func (s *Set) maxPool(p kernel.Pool) *maxPool {
	m := &maxPool{set: s, p: p, rows: aligned(poolScratch(&p))}
	m.first = s.mustLoad("maxpool-"+poolName(&p), m, "pool", "scatter")
	return m
}

func (m *maxPool) emit(k *kern, fn int) {
	if fn == fnPool {
		m.pool(k)
	} else {
		m.scatter(k)
	}
}

// Frame of pool: pointers y, argmax, x, rows (scratch); numbers n.
func (m *maxPool) pool(k *kern) {
	ps := &poolShape{m.p, word * m.p.C, true}
	y, arg, x, rows, n := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(3), k.num(0)
	c := ps.p.C
	k.Times(n, func() {
		yAt, argAt, xAt := k.NewInt(y), k.NewInt(arg), k.NewInt(x)
		k.panels(c, func(cols int) { ps.emit(k, xAt, yAt, argAt, rows, cols) }, func() {
			yAt.Inc(8 * word)
			argAt.Inc(8 * word / 2)
			xAt.Inc(8 * word)
		})
		y.Inc(word * ps.p.OH() * ps.p.OW() * c)
		arg.Inc(word / 2 * ps.p.OH() * ps.p.OW() * c)
		x.Inc(word * ps.p.H * ps.p.W * c)
	})
}

// Frame of scatter: pointers dx, dy, argmax; numbers n.
//
//	dx = 0; for each sample, pixel and channel c of dy:
//	    dx[argmax][c] += dy
func (m *maxPool) scatter(k *kern) {
	p := &m.p
	dx, dy, arg, n := k.ptr(0), k.ptr(1), k.ptr(2), k.num(0)
	size := word * p.H * p.W * p.C
	dx.Fill(n.Times(size))
	k.Times(n, func() {
		k.Repeat(p.OH()*p.OW(), func() {
			at := k.NewInt(dx)
			k.Repeat(p.C, func() {
				to := k.NewInt(at.Add(arg.U16(0).Times(word * p.C)))
				to.StoreFloat(0, to.Float(0).Add(dy.Float(0)))
				at.Inc(word)
				dy.Inc(word)
				arg.Inc(word / 2)
			})
		})
		dx.Inc(size)
	})
}

func (m *maxPool) sizes() (x, y int) {
	return m.p.H * m.p.W * m.p.C, m.p.OH() * m.p.OW() * m.p.C
}

// Forward implements [kernel.MaxPool2D].
func (m *maxPool) Forward(y []float32, argmax []uint16, x []float32, n int) {
	xs, ys := m.sizes()
	f := &m.frame
	f.out(0, y, n*ys)
	f.places(1, argmax, n*ys, true)
	f.in(2, x, n*xs)
	f.scratch(3, m.rows)
	f.int(0, n)
	m.set.host.Call(m.first+fnPool, f)
}

// Backward implements [kernel.MaxPool2D].
func (m *maxPool) Backward(dx, dy []float32, argmax []uint16, n int) {
	xs, ys := m.sizes()
	f := &m.frame
	f.out(0, dx, n*xs)
	f.in(1, dy, n*ys)
	f.places(2, argmax, n*ys, false)
	f.int(0, n)
	m.set.host.Call(m.first+fnScatter, f)
}
