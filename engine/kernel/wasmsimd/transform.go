package wasmsimd

import (
	"math"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// Winograd's minimal filtering F(m, r) (Lavin and Gray 2016) with m + r = 9
// computes m outputs of a filter of r taps from 8 inputs with 8
// multiplications:
//
//	y = Aᵀ[(G w) ⊙ (Bᵀ x)]
//
// by evaluating polynomials at the points 0, ±1, ±2, ±1/2 and ∞. Its
// gradients are the transposes dx = B[(G w) ⊙ (A dy)], dw = Gᵀ[(Bᵀ x) ⊙ (A dy)].
// In two dimensions each transform goes along both axes, and 64 products
// stand for m²·r².
var points = [...]float64{0, 1, -1, 2, -2, 0.5, -0.5}

const freqs = 8 // values of a transform along one axis

// expansion is one of the matrices Bᵀ [8, 8], A [8, m] and G [8, r]. Rows 1
// and 2, 3 and 4, 5 and 6 belong to points p and -p: the second is the first
// with every other sign changed, so both take one sum of even and one of odd
// terms.
type expansion [freqs][]float64

// powers is A for m = n: row j is p_j⁰ … p_jⁿ⁻¹, the last 0 … 0 1.
func powers(n int) expansion {
	var e expansion
	for j, p := range points {
		for i := range n {
			e[j] = append(e[j], math.Pow(p, float64(i)))
		}
	}
	e[freqs-1] = make([]float64, n)
	e[freqs-1][n-1] = 1
	return e
}

// filterMatrix is G: A's rows for m = r, over Π_{l≠j} (p_j - p_l).
func filterMatrix(r int) expansion {
	e := powers(r)
	for j, p := range points {
		d := 1.0
		for l, q := range points {
			if l != j {
				d *= p - q
			}
		}
		for i := range e[j] {
			e[j][i] /= d
		}
	}
	return e
}

// inputMatrix is Bᵀ: row j has the coefficients of Π_{l≠j} (x - p_l), the last
// row those of the product over all points.
func inputMatrix() expansion {
	var e expansion
	for j := range freqs {
		c := make([]float64, freqs)
		c[0] = 1
		for l, q := range points {
			if l == j {
				continue
			}
			for i := freqs - 1; i >= 0; i-- { // times (x - q)
				c[i] *= -q
				if i > 0 {
					c[i] += c[i-1]
				}
			}
		}
		e[j] = c
	}
	return e
}

// constants keeps the multipliers of a function in variables, each once.
type constants struct {
	k *kern
	v map[float32]asm.Vec
}

func (k *kern) constants(es ...expansion) constants {
	c := constants{k, map[float32]asm.Vec{}}
	for _, e := range es {
		for _, row := range e {
			for _, x := range row {
				a := float32(math.Abs(x))
				if _, ok := c.v[a]; !ok && a != 0 && a != 1 {
					c.v[a] = k.NewVec(k.Float(a).Splat())
				}
			}
		}
	}
	return c
}

// term is one term of a linear combination.
type term struct {
	by float64
	x  asm.Vec
}

// sum is a new variable with Σ by·x, 0 if there is no term.
func (c constants) sum(terms []term) asm.Vec {
	var total asm.Vec
	started, negate := false, false
	for pass := range 2 { // a positive term first, so that nothing is negated
		for _, t := range terms {
			if t.by == 0 || (t.by > 0) != (pass == 0) {
				continue
			}
			x := t.x
			if a := float32(math.Abs(t.by)); a != 1 {
				x = x.Mul(c.v[a])
			}
			switch {
			case !started && pass == 1:
				total, started, negate = x, true, true
			case !started:
				total, started = x, true
			case pass == 0 || negate:
				total = total.Add(x)
			default:
				total = total.Sub(x)
			}
		}
	}
	if !started {
		return c.k.NewVec(c.k.Zero())
	}
	if negate {
		total = c.k.Zero().Sub(total)
	}
	return c.k.NewVec(total)
}

// expand emits the 8 values E·x.
func (c constants) expand(e expansion, x []asm.Vec) []asm.Vec {
	out := make([]asm.Vec, freqs)
	row := func(j int, keep func(i int) bool) asm.Vec {
		var terms []term
		for i, by := range e[j] {
			if keep(i) {
				terms = append(terms, term{by, x[i]})
			}
		}
		return c.sum(terms)
	}
	all := func(int) bool { return true }
	out[0], out[freqs-1] = row(0, all), row(freqs-1, all)
	for j := 1; j < freqs-1; j += 2 {
		same := row(j, func(i int) bool { return e[j][i] == e[j+1][i] })
		flipped := row(j, func(i int) bool { return e[j][i] != e[j+1][i] })
		out[j], out[j+1] = c.k.NewVec(same.Add(flipped)), c.k.NewVec(same.Sub(flipped))
	}
	return out
}

// contract emits the values Eᵀ·x of 8 values x.
func (c constants) contract(e expansion, x []asm.Vec) []asm.Vec {
	var same, flipped [freqs]asm.Vec
	for j := 1; j < freqs-1; j += 2 {
		same[j], flipped[j] = c.k.NewVec(x[j].Add(x[j+1])), c.k.NewVec(x[j].Sub(x[j+1]))
	}
	out := make([]asm.Vec, len(e[0]))
	for i := range out {
		terms := []term{{e[0][i], x[0]}, {e[freqs-1][i], x[freqs-1]}}
		for j := 1; j < freqs-1; j += 2 {
			if e[j][i] == e[j+1][i] {
				terms = append(terms, term{e[j][i], same[j]})
			} else {
				terms = append(terms, term{e[j][i], flipped[j]})
			}
		}
		out[i] = c.sum(terms)
	}
	return out
}

// expand2D emits the 8x8 values E·X·Eᵀ of a square X, a row of E at a time;
// tmp is scratch for 64 vectors.
func (c constants) expand2D(e expansion, tmp asm.Int, load func(i, j int) asm.Vec, store func(f int, v asm.Vec)) {
	n := len(e[0])
	x := make([]asm.Vec, n)
	for j := range n {
		for i := range x {
			x[i] = c.k.NewVec(load(i, j))
		}
		for a, v := range c.expand(e, x) {
			tmp.StoreVec(vec*(freqs*a+j), v)
		}
	}
	for a := range freqs {
		for j := range x {
			x[j] = c.k.NewVec(tmp.Vec(vec * (freqs*a + j)))
		}
		for b, v := range c.expand(e, x) {
			store(freqs*a+b, v)
		}
	}
}

// contract2D emits the square Eᵀ·X·E of 8x8 values X.
func (c constants) contract2D(e expansion, tmp asm.Int, load func(f int) asm.Vec, store func(i, j int, v asm.Vec)) {
	x := make([]asm.Vec, freqs)
	for a := range freqs {
		for b := range x {
			x[b] = c.k.NewVec(load(freqs*a + b))
		}
		for j, v := range c.contract(e, x) {
			tmp.StoreVec(vec*(freqs*a+j), v)
		}
	}
	for j := range e[0] {
		for a := range x {
			x[a] = c.k.NewVec(tmp.Vec(vec * (freqs*a + j)))
		}
		for i, v := range c.contract(e, x) {
			store(i, j, v)
		}
	}
}
