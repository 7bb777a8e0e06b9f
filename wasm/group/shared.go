package group

import "github.com/pairlab/pairlab/engine/parallel"

// The control words of a group's shared memory.
const (
	stopWord    = iota // not 0 once the group is stopped
	arrivedWord        // ranks that have arrived at the barrier, of all rounds
	roundWord          // barriers that are complete
	controlWords
)

// words are int32s that all ranks see, with JavaScript's Atomics.
type words interface {
	// Meet says that this rank has arrived at barrier number round, as the
	// last one if all have arrived by then, looks at most so often whether the
	// barrier is complete, and returns the number of barriers that are.
	Meet(round, all, looks int) int
	// Add adds v to word i.
	Add(i, v int)
	Load(i int) int
	// Wait sleeps while word i has the value, until it is notified; it may
	// return early.
	Wait(i, value int)
	// Notify wakes all who wait for word i.
	Notify(i int)
}

// floats is memory that all ranks see.
type floats interface {
	Write(at int, x []float32)
	Read(x []float32, at int)
}

// Shared is a rank of a group that meets in shared memory.
//
// A call writes what this rank brings, waits until all ranks have arrived,
// and reads what the others brought. Calls use two halves of the memory in
// turn: when a half is written again, all ranks have arrived at the call
// between, so they are done reading it.
type Shared struct {
	rank, size int
	control    words
	memory     floats
	half       int // floats of one half
	calls      int
	spins      int // looks at the barrier before sleeping
	err        error
}

// Floats is how many floats of shared memory a group needs, in all, for
// parameter vectors of n values and at most most values that are gathered.
func Floats(size, n, most int) int { return 2 * halfFloats(size, n, most) }

func halfFloats(size, n, most int) int {
	return max(size*size*pairFloats(size, n), most)
}

// pairFloats is the most that a rank sends another: a slice of the vector.
func pairFloats(size, n int) int { return (n + size - 1) / size }

func newShared(rank, size, n, most, spins int, control words, memory floats) *Shared {
	return &Shared{rank: rank, size: size, control: control, memory: memory, half: halfFloats(size, n, most), spins: spins}
}

var _ parallel.Group[float32] = (*Shared)(nil)

// Rank implements [parallel.Group].
func (s *Shared) Rank() int { return s.rank }

// Size implements [parallel.Group].
func (s *Shared) Size() int { return s.size }

// Err implements [parallel.Group].
func (s *Shared) Err() error { return s.err }

// Stop makes all ranks' calls return with ErrStopped.
func (s *Shared) Stop() { stop(s.control) }

func stop(control words) {
	control.Add(stopWord, 1)
	control.Notify(roundWord)
}

// AllGather implements [parallel.Group].
func (s *Shared) AllGather(parts ...parallel.Part[float32]) {
	base := s.base()
	at := base
	for _, p := range parts {
		if x := p.Of(s.rank); s.err == nil && len(x) > 0 {
			s.memory.Write(at+p.Bounds[s.rank], x)
		}
		at += len(p.X)
	}
	if !s.barrier() {
		return
	}
	at = base
	for _, p := range parts {
		if from := p.Bounds[s.rank]; from > 0 {
			s.memory.Read(p.X[:from], at)
		}
		if to := p.Bounds[s.rank+1]; to < len(p.X) {
			s.memory.Read(p.X[to:], at+to)
		}
		at += len(p.X)
	}
}

// AllToAll implements [parallel.Group].
func (s *Shared) AllToAll(send, receive [][]float32) {
	base := s.base()
	stride := s.half / (s.size * s.size)
	for q, x := range send {
		if q != s.rank && len(x) > 0 && s.err == nil {
			s.memory.Write(base+(s.rank*s.size+q)*stride, x)
		}
	}
	if !s.barrier() {
		return
	}
	for q, x := range receive {
		if q != s.rank && len(x) > 0 {
			s.memory.Read(x, base+(q*s.size+s.rank)*stride)
		}
	}
}

// base is where the half of the memory begins that this call uses.
func (s *Shared) base() int {
	s.calls++
	return s.calls % 2 * s.half
}

// barrier returns true when all ranks have arrived, false when the group is
// stopped.
func (s *Shared) barrier() bool {
	if s.err != nil {
		return false
	}
	round := s.calls - 1
	for now := s.control.Meet(round, s.calls*s.size, s.spins); now == round; now = s.control.Load(roundWord) {
		if s.control.Load(stopWord) != 0 {
			s.err = ErrStopped
			return false
		}
		s.control.Wait(roundWord, round)
	}
	return true
}
