package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// batchNorm has the passes over x [rows, c]. Each takes up to 16 channels, a
// cache line, down all rows, with what belongs to the channels in registers.
type batchNorm struct {
	set   *Set
	c     int
	first int
	frame Frame
}

// The functions of a batchNorm, in order.
const (
	fnMoments = iota
	fnNormalize
	fnGradientSums
	fnBNBackward
	fnBNBackwardReLU
)

// BatchNorm implements [kernel.Set].
func (s *Set) BatchNorm(c int) kernel.BatchNorm[float32] {
	b := &batchNorm{set: s, c: c}
	b.first = s.mustLoad(fmt.Sprintf("batchnorm-%d", c), b,
		"moments", "normalize", "gradientSums", "backwardInput", "backwardInputReLU")
	return b
}

func (b *batchNorm) emit(k *kern, fn int) {
	switch fn {
	case fnMoments:
		k.moments(b.c)
	case fnNormalize:
		k.normalize(b.c)
	case fnGradientSums:
		k.gradientSums(b.c)
	default:
		k.normBackward(b.c, fn == fnBNBackwardReLU)
	}
}

// strip is some columns of the vectors that the frame's pointers lead to: the
// first streams of them [rows, c], the others [c]. The frame's number 0 is
// rows.
type strip struct {
	k       *kern
	c, cols int
	streams int
	rows    asm.Int
	ptrs    []asm.Int
	at      []asm.Int // the current row of each stream
}

// columns runs body for strips of up to width of c columns.
func (k *kern) columns(c, width, streams, vectors int, body func(s *strip)) {
	s := &strip{k: k, c: c, streams: streams, rows: k.num(0)}
	for i := range streams + vectors {
		s.ptrs = append(s.ptrs, k.ptr(i))
	}
	one := func(cols int) {
		s.cols = cols
		body(s)
		for _, p := range s.ptrs {
			p.Inc(word * cols)
		}
	}
	if c >= width {
		k.Repeat(c/width, func() { one(width) })
	}
	if c%width != 0 {
		one(c % width)
	}
}

// down runs body for each row and each vector v of the strip.
//
//go:noinline
func (s *strip) down(body func(v int)) {
	s.at = nil
	for _, p := range s.ptrs[:s.streams] {
		s.at = append(s.at, s.k.NewInt(p))
	}
	s.k.Times(s.rows, func() {
		for v := range vecsOf(s.cols) {
			body(v)
		}
		for _, p := range s.at {
			p.Inc(word * s.c)
		}
	})
}

// get is vector v of the current row of stream i.
//
//go:noinline
func (s *strip) get(i, v int) asm.Vec { return s.k.load(s.at[i], vec*v, lanesOf(s.cols, v)) }

// put stores x, a variable, to vector v of the current row of stream i.
//
//go:noinline
func (s *strip) put(i, v int, x asm.Vec) { s.k.store(s.at[i], vec*v, lanesOf(s.cols, v), x) }

// channels are new variables with the strip of vector i.
//
//go:noinline
func (s *strip) channels(i int) []asm.Vec {
	v := s.zeros()
	for j := range v {
		v[j].Set(s.k.load(s.ptrs[i], vec*j, lanesOf(s.cols, j)))
	}
	return v
}

// save stores the strip of vector i.
//
//go:noinline
func (s *strip) save(i int, x []asm.Vec) {
	for v := range x {
		s.k.store(s.ptrs[i], vec*v, lanesOf(s.cols, v), x[v])
	}
}

// zeros are new variables for a strip of sums.
func (s *strip) zeros() []asm.Vec { return s.k.zeros(vecsOf(s.cols)) }

// Frame of columnSums: pointers x, sum; numbers rows.
//
//	sum[j] = Σ_r x[r][j]
func (k *kern) columnSums(c int) {
	k.columns(c, 32, 1, 1, func(s *strip) {
		sum := s.zeros()
		s.down(func(v int) { k.add(sum[v], s.get(0, v)) })
		s.save(1, sum)
	})
}

// Frame of moments: pointers x, mean, m2; numbers rows.
//
//	mean[j] = x[0][j] + Σ_r (x[r][j] - x[0][j]) / rows
//	m2[j] = Σ_r (x[r][j] - mean[j])²
func (k *kern) moments(c int) {
	count := k.NewVec(k.FromInt(k.num(0)).Splat())
	d := k.Var()
	k.columns(c, 16, 1, 2, func(s *strip) {
		mean, m2, first := s.zeros(), s.zeros(), s.channels(0)
		s.down(func(v int) { k.add(mean[v], s.get(0, v).Sub(first[v])) })
		for v, m := range mean {
			m.Set(first[v].Add(m.Div(count)))
		}
		s.down(func(v int) {
			d.Set(s.get(0, v).Sub(mean[v]))
			k.mac(m2[v], d, d)
		})
		s.save(1, mean)
		s.save(2, m2)
	})
}

// Frame of normalize: pointers y, x, mean, scale, shift; numbers rows.
//
//	y[r][j] = (x[r][j] - mean[j])·scale[j] + shift[j]
func (k *kern) normalize(c int) {
	y := k.Var()
	k.columns(c, 16, 2, 3, func(s *strip) {
		mean, scale, shift := s.channels(2), s.channels(3), s.channels(4)
		s.down(func(v int) {
			y.Set(k.madd(s.get(1, v).Sub(mean[v]), scale[v], shift[v]))
			s.put(0, v, y)
		})
	})
}

// Frame of gradientSums: pointers dy, x, mean, sumDy, sumDyX; numbers rows.
//
//	sumDy[j] = Σ_r dy[r][j];  sumDyX[j] = Σ_r dy[r][j]·(x[r][j] - mean[j])
func (k *kern) gradientSums(c int) {
	dy := k.Var()
	k.columns(c, 16, 2, 3, func(s *strip) {
		mean, sumDy, sumDyX := s.channels(2), s.zeros(), s.zeros()
		s.down(func(v int) {
			dy.Set(s.get(0, v))
			k.add(sumDy[v], dy)
			k.mac(sumDyX[v], dy, s.get(1, v).Sub(mean[v]))
		})
		s.save(3, sumDy)
		s.save(4, sumDyX)
	})
}

// Frame of normBackward: pointers dx, dy, x, mean, a, b, k; numbers rows.
//
//	dx[r][j] = dy[r][j]·a[j] + (x[r][j] - mean[j])·b[j] + k[j]
//
// or with relu 0 where x[r][j] is not above 0.
func (k *kern) normBackward(c int, relu bool) {
	x, d, zero := k.Var(), k.Var(), k.NewVec(k.Zero())
	k.columns(c, 8, 3, 4, func(s *strip) {
		mean, a, b, shift := s.channels(3), s.channels(4), s.channels(5), s.channels(6)
		s.down(func(v int) {
			x.Set(s.get(2, v))
			d.Set(s.get(1, v).Mul(a[v]))
			k.mac(d, x.Sub(mean[v]), b[v])
			k.add(d, shift[v])
			if relu {
				d.Set(d.And(x.Gt(zero)))
			}
			s.put(0, v, d)
		})
	})
}

func (b *batchNorm) call(fn, rows int) {
	b.frame.int(0, rows)
	b.set.host.Call(b.first+fn, &b.frame)
}

// Moments implements [kernel.BatchNorm].
func (b *batchNorm) Moments(mean, m2, x []float32, rows int) {
	b.frame.in(0, x, rows*b.c)
	b.frame.out(1, mean, b.c)
	b.frame.out(2, m2, b.c)
	b.call(fnMoments, rows)
}

// Normalize implements [kernel.BatchNorm].
func (b *batchNorm) Normalize(y, x, mean, scale, shift []float32, rows int) {
	b.frame.out(0, y, rows*b.c)
	b.frame.in(1, x, rows*b.c)
	b.frame.in(2, mean, b.c)
	b.frame.in(3, scale, b.c)
	b.frame.in(4, shift, b.c)
	b.call(fnNormalize, rows)
}

// GradientSums implements [kernel.BatchNorm].
func (b *batchNorm) GradientSums(sumDy, sumDyX, dy, x, mean []float32, rows int) {
	b.frame.in(0, dy, rows*b.c)
	b.frame.in(1, x, rows*b.c)
	b.frame.in(2, mean, b.c)
	b.frame.out(3, sumDy, b.c)
	b.frame.out(4, sumDyX, b.c)
	b.call(fnGradientSums, rows)
}

// BackwardInput implements [kernel.BatchNorm].
func (b *batchNorm) BackwardInput(dx, dy, x, mean, a, bx, k []float32, rows int, relu bool) {
	b.frame.out(0, dx, rows*b.c)
	b.frame.in(1, dy, rows*b.c)
	b.frame.in(2, x, rows*b.c)
	for i, v := range [...][]float32{mean, a, bx, k} {
		b.frame.in(3+i, v, b.c)
	}
	fn := fnBNBackward
	if relu {
		fn = fnBNBackwardReLU
	}
	b.call(fn, rows)
}
