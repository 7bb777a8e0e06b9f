package parallel

import "github.com/pairlab/pairlab/engine/tensor"

// Moments are the mean and the sum of squared differences from it, m2, of
// Count values.
type Moments[T tensor.Float] struct{ Count, Mean, M2 T }

// Merge combines the moments of two disjoint sets of values, without the
// cancellation of Σx² - (Σx)²/n (Chan, Golub and LeVeque 1979):
//
//	δ = b.mean - a.mean            n = a.n + b.n
//	mean = a.mean + δ·b.n/n        m2 = a.m2 + b.m2 + δ²·a.n·b.n/n
func (a Moments[T]) Merge(b Moments[T]) Moments[T] {
	if a.Count == 0 {
		return b
	}
	if b.Count == 0 {
		return a
	}
	n := a.Count + b.Count
	share := b.Count / n
	delta := b.Mean - a.Mean
	return Moments[T]{
		Count: n,
		Mean:  a.Mean + delta*share,
		M2:    a.M2 + b.M2 + delta*delta*a.Count*share,
	}
}

// MergeMoments combines one chunk's moments each in the tree's order.
func MergeMoments[T tensor.Float](p *[Chunks]Moments[T]) Moments[T] {
	left := p[0].Merge(p[1]).Merge(p[2].Merge(p[3]))
	return left.Merge(p[4].Merge(p[5]).Merge(p[6].Merge(p[7])))
}
