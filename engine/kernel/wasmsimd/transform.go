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

// transform chooses the matrix of a function and sets variables to the
// multipliers in it, each once.
func (k *kern) transform(f *asm.Func, which, n int) {
	switch which {
	case 0:
		k.e = inputMatrix()
	case 1:
		k.e = powers(n)
	case 2:
		k.e = filterMatrix(n)
	}
	k.constants = map[float32]asm.Value{}
	for _, row := range k.e {
		for _, x := range row {
			a := float32(math.Abs(x))
			if _, ok := k.constants[a]; !ok && a != 0 && a != 1 {
				k.constants[a] = f.Copy(f.Instr("all", f.Float(a)))
			}
		}
	}
}

// sum is a new variable with Σ by·x, 0 if there is no term.
func (k *kern) sum(f *asm.Func, by []float64, x []asm.Value) asm.Value {
	total, zero := asm.Value{}, f.Instr("zero")
	started, negate := false, false
	for _, positive := range [...]bool{true, false} { // so that nothing is negated
		for i, c := range by {
			if c == 0 || (c > 0) != positive {
				continue
			}
			term := x[i]
			if a := float32(math.Abs(c)); a != 1 {
				term = f.Op('*', term, k.constants[a])
			}
			switch {
			case !started:
				total, started, negate = term, true, !positive
			case positive || negate:
				total = f.Op('+', total, term)
			default:
				total = f.Op('-', total, term)
			}
		}
	}
	if !started {
		total = zero
	} else if negate {
		total = f.Op('-', zero, total)
	}
	return f.Copy(total)
}

// expand emits the 8 values E·x.
func (k *kern) expand(f *asm.Func, x []asm.Value) []asm.Value {
	out := make([]asm.Value, freqs)
	out[0] = k.sum(f, k.e[0], x)
	out[freqs-1] = k.sum(f, k.e[freqs-1], x)
	for j := 1; j < freqs-1; j += 2 {
		var same, flipped [freqs]float64
		for i, by := range k.e[j] {
			if by == k.e[j+1][i] {
				same[i] = by
			} else {
				flipped[i] = by
			}
		}
		a, b := k.sum(f, same[:len(x)], x), k.sum(f, flipped[:len(x)], x)
		out[j], out[j+1] = f.Copy(f.Op('+', a, b)), f.Copy(f.Op('-', a, b))
	}
	return out
}

// contract emits the values Eᵀ·x of 8 values x.
func (k *kern) contract(f *asm.Func, x []asm.Value) []asm.Value {
	var same, flipped [freqs]asm.Value
	for j := 1; j < freqs-1; j += 2 {
		same[j], flipped[j] = f.Copy(f.Op('+', x[j], x[j+1])), f.Copy(f.Op('-', x[j], x[j+1]))
	}
	out := make([]asm.Value, len(k.e[0]))
	for i := range out {
		by := []float64{k.e[0][i], k.e[freqs-1][i]}
		terms := []asm.Value{x[0], x[freqs-1]}
		for j := 1; j < freqs-1; j += 2 {
			term := same[j]
			if k.e[j][i] != k.e[j+1][i] {
				term = flipped[j]
			}
			by, terms = append(by, k.e[j][i]), append(terms, term)
		}
		out[i] = k.sum(f, by, terms)
	}
	return out
}
