package parallel

import (
	"github.com/pairlab/pairlab/engine/tensor"
)

// A dealing is kept for dealEvery steps, in which ranks find out how fast they
// are: clocks may be as coarse as a step is long. Another one must take a share of
// dealGain less time by what is known.
const (
	dealEvery = 8
	dealGain  = 1.0 / 8
)

// Dealer deals a batch's chunks to ranks that may be of different speeds:
// processors have cores of several kinds, and other things to do. It says who
// computes what, never what is computed.
//
// It decides by what all ranks know, so that every rank's comes to the same.
type Dealer[T tensor.Float] struct {
	bounds []int
	cost   []T // the time that a rank takes for a chunk
	sum    []T // of the steps since the last decision
	steps  int
	trial  []int // counts of chunks
}

// NewDealer deals equal parts at first.
func NewDealer[T tensor.Float](size int) *Dealer[T] {
	return &Dealer[T]{bounds: Bounds(Chunks, size), cost: make([]T, size), sum: make([]T, size), trial: make([]int, size)}
}

// Bounds are the ranks' chunks: rank r has [bounds[r], bounds[r+1]).
func (d *Dealer[T]) Bounds() []int { return d.bounds }

// Learn is told how long each chunk of a step took, in any unit, and says whether
// the next step's are dealt otherwise. Where no time has passed, as without a
// clock, nothing is known.
func (d *Dealer[T]) Learn(times []T) bool {
	for r := range d.sum {
		if d.count(r) > 0 {
			d.sum[r] += times[d.bounds[r]]
		}
	}
	if d.steps++; d.steps < dealEvery {
		return false
	}
	known := true
	for r, sum := range d.sum {
		d.cost[r] = (d.cost[r] + sum/dealEvery) / 2
		known = known && (d.count(r) == 0 || d.cost[r] > 0)
		d.sum[r] = 0
	}
	d.steps = 0
	return known && d.decide()
}

func (d *Dealer[T]) count(r int) int { return d.bounds[r+1] - d.bounds[r] }

// decide gives one chunk to each rank that has any, as a rank without would be
// measured no more, and each further one to the rank that is done with it first.
func (d *Dealer[T]) decide() bool {
	var now, then T
	left := Chunks
	for r := range d.trial {
		d.trial[r] = min(d.count(r), 1)
		left -= d.trial[r]
		now = max(now, T(d.count(r))*d.cost[r])
	}
	for range left {
		first := -1
		for r, n := range d.trial {
			if n > 0 && (first < 0 || d.with(r) < d.with(first)) {
				first = r
			}
		}
		d.trial[first]++
	}
	for r, n := range d.trial {
		then = max(then, T(n)*d.cost[r])
	}
	if then > (1-dealGain)*now {
		return false
	}
	for r, n := range d.trial {
		d.bounds[r+1] = d.bounds[r] + n
	}
	return true
}

// with is when rank r would be done with one chunk more.
func (d *Dealer[T]) with(r int) T { return T(d.trial[r]+1) * d.cost[r] }
