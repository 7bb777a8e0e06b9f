package parallel

import "github.com/pairlab/pairlab/engine/tensor"

// Group is the ranks that work on one batch together, each on its own
// chunks, seen from one of them. All ranks call the same methods in the same
// order.
//
// After a failure (a rank that is gone, a run that was stopped) every call
// returns at once and Err tells why; what was computed since is worthless.
type Group[T tensor.Float] interface {
	// Rank is this rank's number, from 0, and Size the number of ranks.
	Rank() int
	Size() int
	// StartAllGather begins to make each part's X the same everywhere, where
	// rank r holds X[Bounds[r]:Bounds[r+1]] beforehand.
	StartAllGather(parts ...Part[T])
	// StartAllToAll begins to send send[q] to each rank q and to fill
	// receive[q] with what rank q sends to this one; this rank's own entries
	// are left alone.
	StartAllToAll(send, receive [][]T)
	// Wait returns when what was started is done; only then may something
	// else be started. Until then this rank may compute, but touches nothing
	// of what it gave.
	Wait()
	// Err is why the group failed, or nil.
	Err() error
}

// AllGather starts it and waits (see [Group]).
func AllGather[T tensor.Float](g Group[T], parts ...Part[T]) {
	g.StartAllGather(parts...)
	g.Wait()
}

// AllToAll starts it and waits (see [Group]).
func AllToAll[T tensor.Float](g Group[T], send, receive [][]T) {
	g.StartAllToAll(send, receive)
	g.Wait()
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

// StartAllGather implements [Group].
func (Solo[T]) StartAllGather(...Part[T]) {}

// StartAllToAll implements [Group].
func (Solo[T]) StartAllToAll(_, _ [][]T) {}

// Wait implements [Group].
func (Solo[T]) Wait() {}

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

// Line is the number of float32s, 64 bytes, that lie in one line of the cache.
const Line = 16

// Lines is the number of lines that n values take.
func Lines(n int) int { return (n + Line - 1) / Line }

// LineBounds cuts a vector of n values into size contiguous parts that begin at
// multiples of [Line], their sizes differing by about as much.
func LineBounds(n, size int) []int {
	b := Scaled(Bounds(Lines(n), size), Line)
	for r := range b {
		b[r] = min(b[r], n)
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
