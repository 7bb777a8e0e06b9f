package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel"

// vecsOf is the number of vectors that n floats take.
func vecsOf(n int) int { return (n + 3) / 4 }

// panelsOf is the number of panels of 8 columns that n columns take.
func panelsOf(n int) int { return (n + 7) / 8 }

// packPanels is the number of floats of B for K rows and O columns.
func packPanels(k, o int) int { return panelsOf(o) * 8 * k }

// patchShape is where the values of a convolution's patch are in a row of the
// input: runs pieces of run floats, a piece starting stride floats after the
// one before. A row of a matrix is one piece.
type patchShape struct{ runs, run, stride int }

func patchOf(s *kernel.Conv) patchShape {
	p := patchShape{runs: s.KH, run: s.KW * s.I, stride: s.W * s.I}
	if p.run == p.stride { // the pieces touch: one piece
		return patchShape{1, p.run * p.runs, p.run * p.runs}
	}
	return p
}

// transposed is the number of floats of Bᵀ for B with so many columns.
func (p *patchShape) transposed(columns int) int { return p.runs * panelsOf(p.run) * 8 * columns }
