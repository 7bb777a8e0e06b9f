package wasmsimd

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

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
func (s *sparse) permutation() []int32 {
	perm := make([]int32, 0, s.c.K())
	for c := range s.c.I {
		for u := range s.c.KH {
			for v := range s.c.KW {
				perm = append(perm, int32(word*(u*s.vecs()*4+v*s.c.I+c)))
			}
		}
	}
	return perm
}

// Frame of backwardWeights: pointers dw, dy, argmax, x, acc [O][padded] and a
// sample (scratch), perm, tab; numbers n.
//
//	acc = 0; for each sample, channel o, pixel of dy:
//	    acc[o] += dy·(patch of x at tab[argmax])
//	dw[o][q] = acc[o][perm[q]]
//
// The sample is copied so that a patch's last vector may reach past its end.
func (s *sparse) backwardWeights(k *kern) {
	dw, dy, arg, x, acc, sample, perm, tab := k.ptr(0), k.ptr(1), k.ptr(2), k.ptr(3), k.ptr(4), k.ptr(5), k.ptr(6), k.ptr(7)
	c := s.c
	in, pixels := word*c.H*c.W*c.I, s.p.OH()*s.p.OW()
	acc.Fill(k.Int(word * c.O * s.padded()))
	k.Times(k.num(0), func() {
		sample.Copy(x, k.Int(in))
		to, g0, a0 := k.NewInt(acc), k.NewInt(dy), k.NewInt(arg)
		k.Repeat(c.O, func() {
			sums := make([]asm.Vec, c.KH*s.vecs())
			for i := range sums {
				sums[i] = k.NewVec(to.Vec(vec * i))
			}
			g, a, patch, grad := k.NewInt(g0), k.NewInt(a0), k.NewInt(tab), k.Var()
			k.Repeat(pixels, func() {
				grad.Set(g.Splat(0))
				patch.Set(sample.Add(tab.Add(a.U16(0).Times(word)).Int(0)))
				for i := range sums {
					u, v := i/s.vecs(), i%s.vecs()
					k.mac(sums[i], grad, patch.Vec(word*u*c.W*c.I+vec*v))
				}
				g.Inc(word * c.O)
				a.Inc(word / 2 * c.O)
			})
			for i := range sums {
				to.StoreVec(vec*i, sums[i])
			}
			to.Inc(word * s.padded())
			g0.Inc(word)
			a0.Inc(word / 2)
		})
		dy.Inc(word * pixels * c.O)
		arg.Inc(word / 2 * pixels * c.O)
		x.Inc(in)
	})
	k.Repeat(c.O, func() {
		place := k.NewInt(perm)
		k.Repeat(c.K(), func() {
			dw.StoreFloat(0, acc.Add(place.Int(0)).Float(0))
			dw.Inc(word)
			place.Inc(word)
		})
		acc.Inc(word * s.padded())
	})
}
