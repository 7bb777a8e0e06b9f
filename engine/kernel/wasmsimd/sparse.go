package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel"

// sparse is the weight gradient of a pooled convolution: the map's gradient is
// 0 but at the maxima, so only their patches count.
type sparse struct {
	c kernel.Conv
	p kernel.Pool
}

// vecs is the number of vectors that a window row of a patch takes.
func (s *sparse) vecs() int { return vecsOf(s.c.KW * s.c.I) }

// padded is the number of floats of a patch whose rows are whole vectors.
func (s *sparse) padded() int { return s.c.KH * s.vecs() * 4 }

// fits says whether a patch's gradient stays in registers.
func (s *sparse) fits() bool { return s.c.KH*s.vecs() <= 12 }

// permutation is the offset in bytes of each weight in a padded patch.
func (s *sparse) permutation() []float32 {
	perm := make([]int32, 0, s.c.K())
	for c := range s.c.I {
		for u := range s.c.KH {
			for v := range s.c.KW {
				perm = append(perm, int32(word*(u*s.vecs()*4+v*s.c.I+c)))
			}
		}
	}
	return offsets(perm)
}
