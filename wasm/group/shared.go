package group

import "github.com/pairlab/pairlab/engine/parallel"

// The control words of a group's shared memory; they have a line of their own.
const (
	stopWord    = iota // not 0 once the group is stopped
	arrivedWord        // ranks that have arrived at the barrier, of all rounds
	roundWord          // barriers that are complete

	controlWords = parallel.Line
)

// words are int32s that all ranks see, with JavaScript's Atomics.
type words interface {
	// Arrive says that this rank has arrived at a barrier, as the last one if
	// all have arrived by then, in all rounds.
	Arrive(all int)
	// Look looks at most so often whether barrier number round is complete,
	// and returns the number of barriers that are.
	Look(round, looks int) int
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
// A rank starts by writing what it brings and arriving; it waits until all
// ranks have arrived, and reads what the others brought. Calls use two halves
// of the memory in turn: when a half is written again, all ranks have arrived
// at the call between, so they are done reading it.
type Shared struct {
	rank, size int
	control    words
	memory     floats
	half, pair int // floats of one half, and in it of what one rank sends another
	calls      int
	spins      int // looks at the barrier before sleeping
	err        error

	// What was started: one of the two.
	gathered []parallel.Part[float32]
	receive  [][]float32
}

// Floats is how many floats of shared memory a group needs, in all, for
// parameter vectors of n values and at most most values that are gathered.
func Floats(size, n, most int) int { return 2 * halfFloats(size, n, most) }

func halfFloats(size, n, most int) int {
	return max(size*size*pairFloats(size, n), whole(most)+maxParts*parallel.Line)
}

// maxParts is how many parts are gathered at once at most: the sums of as many
// subtrees as there are chunks, and the chunks' times and scalars; or those of two
// subtrees and the times, with what two branches gather: their values, scalars and
// three batch norms' statistics.
const maxParts = parallel.Chunks + 2

// pairFloats is the most that a rank sends another: a slice of the vector.
func pairFloats(size, n int) int { return (parallel.Lines(n) + size - 1) / size * parallel.Line }

// whole is n rounded up to whole lines. All that ranks write begins with one:
// browsers copy to and from shared memory byte by byte, not word by word, where
// one end lies in the middle of a word and the other does not.
func whole(n int) int { return parallel.Lines(n) * parallel.Line }

func newShared(rank, size, n, most, spins int, control words, memory floats) *Shared {
	return &Shared{rank: rank, size: size, control: control, memory: memory, half: halfFloats(size, n, most), pair: pairFloats(size, n), spins: spins}
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

// StartAllGather implements [parallel.Group].
func (s *Shared) StartAllGather(parts ...parallel.Part[float32]) {
	s.calls++
	s.gathered = parts
	if s.err != nil {
		return
	}
	at := s.base()
	for _, p := range parts {
		if x := p.Of(s.rank); len(x) > 0 {
			s.memory.Write(at+p.Bounds[s.rank], x)
		}
		at += whole(len(p.X))
	}
	s.control.Arrive(s.calls * s.size)
}

// StartAllToAll implements [parallel.Group].
func (s *Shared) StartAllToAll(send, receive [][]float32) {
	s.calls++
	s.receive = receive
	if s.err != nil {
		return
	}
	for q, x := range send {
		if q != s.rank && len(x) > 0 {
			s.memory.Write(s.place(s.rank, q), x)
		}
	}
	s.control.Arrive(s.calls * s.size)
}

// Wait implements [parallel.Group].
func (s *Shared) Wait() {
	if s.barrier() {
		s.readGathered()
		s.readReceived()
	}
	s.gathered, s.receive = nil, nil
}

func (s *Shared) readGathered() {
	at := s.base()
	for _, p := range s.gathered {
		if from := p.Bounds[s.rank]; from > 0 {
			s.memory.Read(p.X[:from], at)
		}
		if to := p.Bounds[s.rank+1]; to < len(p.X) {
			s.memory.Read(p.X[to:], at+to)
		}
		at += whole(len(p.X))
	}
}

func (s *Shared) readReceived() {
	for q, x := range s.receive {
		if q != s.rank && len(x) > 0 {
			s.memory.Read(x, s.place(q, s.rank))
		}
	}
}

// base is where the half of the memory begins that this call uses.
func (s *Shared) base() int { return s.calls % 2 * s.half }

// place is where in it lies what one rank sends another.
func (s *Shared) place(from, to int) int {
	return s.base() + (from*s.size+to)*s.pair
}

// barrier returns true when all ranks have arrived, false when the group is
// stopped.
func (s *Shared) barrier() bool {
	if s.err != nil {
		return false
	}
	round := s.calls - 1
	for now := s.control.Look(round, s.spins); now == round; now = s.control.Load(roundWord) {
		if s.control.Load(stopWord) != 0 {
			s.err = ErrStopped
			return false
		}
		s.control.Wait(roundWord, round)
	}
	return true
}
