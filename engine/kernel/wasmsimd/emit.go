package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"

// kern is a kernel function being emitted, with the helpers that kernels
// share. Sizes and offsets are in bytes where a name says so, else in floats.
type kern struct {
	*asm.Func
	set   *Set
	fused bool
	frame asm.Int
}

const (
	word = 4  // bytes of a float32
	vec  = 16 // bytes of a vector
)

// ptr is a new variable with the address that the frame's pointer i holds.
//
//go:noinline
func (k *kern) ptr(i int) asm.Int { return k.NewInt(k.frame.Int(8 * i)) }

// num is a new variable with the frame's number i.
//
//go:noinline
func (k *kern) num(i int) asm.Int { return k.NewInt(k.frame.Int(numAt + word*i)) }

// splat is a new variable with the frame's number i, a float, in all lanes.
//
//go:noinline
func (k *kern) splat(i int) asm.Vec { return k.NewVec(k.frame.Splat(numAt + word*i)) }

// madd is a·b + c, fused if the mode is.
//
//go:noinline
func (k *kern) madd(a, b, c asm.Vec) asm.Vec {
	if k.fused {
		return a.MulAdd(b, c)
	}
	return c.Add(a.Mul(b))
}

// mac emits acc += a·b.
//
//go:noinline
func (k *kern) mac(acc, a, b asm.Vec) { acc.Set(k.madd(a, b, acc)) }

// add emits acc += x.
//
//go:noinline
func (k *kern) add(acc, x asm.Vec) { acc.Set(acc.Add(x)) }

// zeros are n new vector variables that are set to 0.
//
//go:noinline
func (k *kern) zeros(n int) []asm.Vec {
	v := k.vars(n)
	for _, x := range v {
		x.Set(k.Zero())
	}
	return v
}

// vars are n new vector variables.
//
//go:noinline
func (k *kern) vars(n int) []asm.Vec {
	v := make([]asm.Vec, n)
	for i := range v {
		v[i] = k.Var()
	}
	return v
}

// relu is max(x, 0); NaN stays NaN.
//
//go:noinline
func (k *kern) relu(x asm.Vec) asm.Vec { return x.Pmax(k.Zero()) }

// load is the first lanes floats at p + off; the other lanes are 0, and what
// is past the last is not read.
//
//go:noinline
func (k *kern) load(p asm.Int, off, lanes int) asm.Vec {
	switch lanes {
	case 0:
		return k.Zero()
	case 1:
		return p.Vec1(off)
	case 2:
		return p.Vec2(off)
	case 3:
		return p.VecLane(off+2*word, 2, p.Vec2(off))
	}
	return p.Vec(off)
}

// store writes the first lanes lanes of v, a variable, at p + off.
//
//go:noinline
func (k *kern) store(p asm.Int, off, lanes int, v asm.Vec) {
	switch {
	case lanes >= 4:
		p.StoreVec(off, v)
	case lanes == 1:
		p.StoreLane(off, 0, v)
	case lanes > 1:
		p.StoreLane64(off, 0, v)
		if lanes == 3 {
			p.StoreLane(off+2*word, 2, v)
		}
	}
}

// lanesOf is how many of n floats vector i holds: 4, fewer in the last, 0
// past it.
//
//go:noinline
func lanesOf(n, i int) int { return min(max(n-4*i, 0), 4) }

// vecsOf is the number of vectors that n floats take.
//
//go:noinline
func vecsOf(n int) int { return (n + 3) / 4 }

// panelsOf is the number of panels of 8 columns that n columns take.
//
//go:noinline
func panelsOf(n int) int { return (n + 7) / 8 }

// panels runs body for each panel of 8 out of n columns, and at last for the
// n mod 8 columns that are left; step moves pointers to the next panel.
func (k *kern) panels(n int, body func(cols int), step func()) {
	if n >= 8 {
		k.Repeat(n/8, func() {
			body(8)
			step()
		})
	}
	if n%8 != 0 {
		body(n % 8)
	}
}

// unroll runs step for 0 ≤ i < n, up to by steps in a row, and move(d) after
// each row of d; i counts from the last move.
func (k *kern) unroll(n, by int, step func(i int), move func(d int)) {
	rows := func(d int) {
		for i := range d {
			step(i)
		}
		move(d)
	}
	if n >= by {
		k.Repeat(n/by, func() { rows(by) })
	}
	if n%by != 0 {
		rows(n % by)
	}
}

// transpose replaces the 4x4 block of which v are the rows by its transpose.
func (k *kern) transpose(v []asm.Vec) {
	lo := k.NewVec(v[0].Shuffle(v[1], 0, 4, 1, 5))
	hi := k.NewVec(v[0].Shuffle(v[1], 2, 6, 3, 7))
	lo2 := k.NewVec(v[2].Shuffle(v[3], 0, 4, 1, 5))
	hi2 := k.NewVec(v[2].Shuffle(v[3], 2, 6, 3, 7))
	v[0].Set(lo.Shuffle(lo2, 0, 1, 4, 5))
	v[1].Set(lo.Shuffle(lo2, 2, 3, 6, 7))
	v[2].Set(hi.Shuffle(hi2, 0, 1, 4, 5))
	v[3].Set(hi.Shuffle(hi2, 2, 3, 6, 7))
}
