package autograd

import (
	"time"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// dealing is which rank has which chunks, and what it is decided by.
type dealing[T tensor.Float] struct {
	dealer *parallel.Dealer[T]
	chunks []int // rank r has [chunks[r], chunks[r+1])
	scaled []scaledBounds

	now  func() time.Duration // nil: nothing is measured
	idle time.Duration        // of what the clock has told
	busy time.Duration        // with the rank's chunks, in this step

	times parallel.Part[T] // [Chunks], ns: the time that each chunk took
}

// scaledBounds are bounds of parts that a rank has for each of its chunks.
type scaledBounds struct {
	bounds []int
	k      int
}

func newDealing[T tensor.Float](g parallel.Group[T]) *dealing[T] {
	d := &dealing[T]{dealer: parallel.NewDealer[T](g.Size())}
	d.chunks = d.dealer.Bounds()
	d.times = parallel.Part[T]{X: make([]T, parallel.Chunks), Bounds: d.bounds(1)}
	return d
}

// bounds are the ranks' bounds in a vector of k values a chunk, now and after
// every other dealing.
func (d *dealing[T]) bounds(k int) []int {
	b := parallel.Scaled(d.chunks, k)
	d.scaled = append(d.scaled, scaledBounds{b, k})
	return b
}

// of are the chunks [lo, hi) of a rank.
func (d *dealing[T]) of(rank int) (lo, hi int) { return d.chunks[rank], d.chunks[rank+1] }

// clock is the time that the rank was not idle.
func (d *dealing[T]) clock() time.Duration {
	if d.now == nil {
		return 0
	}
	return d.now() - d.idle
}

// tell says how long each of the own rank's chunks took in this step.
func (d *dealing[T]) tell(rank int) {
	lo, hi := d.of(rank)
	for c := lo; c < hi; c++ {
		d.times.X[c] = T(d.busy) / T(hi-lo)
	}
	d.busy = 0
}

// learn says, when all chunks' times are there, whether the chunks are dealt
// otherwise from now on.
func (d *dealing[T]) learn() bool {
	if !d.dealer.Learn(d.times.X) {
		return false
	}
	for _, s := range d.scaled {
		for r, c := range d.chunks {
			s.bounds[r] = c * s.k
		}
	}
	return true
}
