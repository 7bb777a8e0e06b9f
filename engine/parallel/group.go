package parallel

import "github.com/pairlab/pairlab/engine/tensor"

// Group is the ranks that work on one batch together, each on its own
// chunks, seen from one of them. All ranks call the same methods in the same
// order; a call returns when this rank has what it asked for.
//
// After a failure (a rank that is gone, a run that was stopped) every call
// returns at once and Err tells why; what was computed since is worthless.
type Group[T tensor.Float] interface {
	// Rank is this rank's number, from 0, and Size the number of ranks.
	Rank() int
	Size() int
	// AllGather makes each part's X the same everywhere, where rank r holds
	// X[Bounds[r]:Bounds[r+1]] beforehand.
	AllGather(parts ...Part[T])
	// AllToAll sends send[q] to each rank q and fills receive[q] with what
	// rank q sends to this one; this rank's own entries are left alone.
	AllToAll(send, receive [][]T)
	// Err is why the group failed, or nil.
	Err() error
}

// Part is a vector that is gathered.
type Part[T tensor.Float] struct {
	X      []T
	Bounds []int
}

// Of is what rank r holds of it.
func (p Part[T]) Of(r int) []T { return p.X[p.Bounds[r]:p.Bounds[r+1]] }

// Solo is the group of a single rank.
type Solo[T tensor.Float] struct{}

// Rank implements [Group].
func (Solo[T]) Rank() int { return 0 }

// Size implements [Group].
func (Solo[T]) Size() int { return 1 }

// AllGather implements [Group].
func (Solo[T]) AllGather(...Part[T]) {}

// AllToAll implements [Group].
func (Solo[T]) AllToAll(_, _ [][]T) {}

// Err implements [Group].
func (Solo[T]) Err() error { return nil }

// Bounds cuts n things into size contiguous parts, part r being
// [bounds[r], bounds[r+1]), sizes differing by at most one.
func Bounds(n, size int) []int {
	b := make([]int, size+1)
	for r := range b {
		b[r] = r * n / size
	}
	return b
}

// Scaled is bounds with every entry multiplied by k.
func Scaled(bounds []int, k int) []int {
	b := make([]int, len(bounds))
	for i, v := range bounds {
		b[i] = v * k
	}
	return b
}
