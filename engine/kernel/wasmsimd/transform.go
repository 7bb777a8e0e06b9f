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

// matrix gives a program the rows of Bᵀ (0), A (1) or G (2) as lists of numbers:
// 0 for 0, ±1 for ±1, and ±(2+i) for ± multiplier i. These are in variables,
// which it sets, each once, and which are the last list.
func matrix(f *asm.Func, which, n int) asm.Value {
	e := inputMatrix()
	switch which {
	case 1:
		e = powers(n)
	case 2:
		e = filterMatrix(n)
	}
	rows := make([]asm.Value, freqs+1)
	known := []float32{0, 1}
	var multipliers []asm.Value
	for j, row := range e {
		codes := make([]asm.Value, len(row))
		for i, x := range row {
			a := float32(math.Abs(x))
			code := 0
			for code < len(known) && known[code] != a {
				code++
			}
			if code == len(known) {
				known = append(known, a)
				multipliers = append(multipliers, f.Copy(f.Instr("all", f.Float(a))))
			}
			if x < 0 {
				code = -code
			}
			codes[i].N = code
		}
		rows[j] = asm.List(codes)
	}
	rows[freqs] = asm.List(multipliers)
	return asm.List(rows)
}

// sum is a new variable with Σ by·x, where by are numbers of matrix; 0 if there
// is no term.
func sum(f *asm.Func, by, x, multipliers []asm.Value) asm.Value {
	total, sign := asm.Value{}, byte('+')
	for _, pass := range [...]int{1, -1} { // the positive first, so that little is negated
		for i, c := range by {
			code := c.N * pass
			if code <= 0 {
				continue
			}
			term := x[i]
			if code > 1 {
				term = f.Op('*', term, multipliers[code-2])
			}
			switch {
			case total == asm.Value{}:
				total = term
				if pass < 0 {
					sign = '-'
				}
			case pass > 0 || sign == '-':
				total = f.Op('+', total, term)
			default:
				total = f.Op('-', total, term)
			}
		}
	}
	zero := f.Instr("zero")
	switch {
	case total == asm.Value{}:
		total = zero
	case sign == '-':
		total = f.Op('-', zero, total)
	}
	return f.Copy(total)
}
