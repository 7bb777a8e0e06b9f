// Package schedule decides which workers make which runs: side by side while
// there are as many runs as workers, and several workers on one run's batches
// where there are fewer. It knows nothing of browsers: what a worker and a job
// are, its user says. Start reading at [Scheduler.Do].
package schedule

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pairlab/pairlab/wasm/cancel"
)

// ErrYielded is what a run ends with that was asked to yield: its job can be
// taken up again from where it was.
var ErrYielded = errors.New("schedule: the run yielded after an epoch")

// maxDeaths is how often a job may lose a worker without getting an epoch
// further before the experiment is given up.
const maxDeaths = 3

// Worker is something that runs can be made on.
type Worker interface {
	// Alive says whether it can still be used.
	Alive() bool
	// Close ends it and what it is doing.
	Close()
}

// Job is a run to make, with what it needs to go on after an interruption.
type Job interface {
	// Remaining is the number of epochs still to make.
	Remaining() int
}

// Maker knows how workers are made and used.
type Maker[W Worker, J Job] interface {
	// NewWorker starts a worker.
	NewWorker() (W, error)
	// Train makes a job's run on a team of one or more workers, from where
	// the job is. It returns nil at the run's end, ErrYielded after an epoch
	// once yield is closed, stop's error once stop is set, or why it failed;
	// if then a worker is dead, others take the job up. The living workers
	// are free again when it returns.
	Train(stop *cancel.Signal, team []W, job J, yield <-chan struct{}) error
}

// Scheduler keeps workers from one call of [Scheduler.Do] to the next.
type Scheduler[W Worker, J Job] struct {
	maker   Maker[W, J]
	maxTeam int // workers that one run can use

	mu      sync.Mutex
	wanted  int
	resized chan struct{} // holds one token after wanted has changed

	idle []W // Do's own
}

// New returns a scheduler with teams of at most maxTeam workers.
func New[W Worker, J Job](maker Maker[W, J], maxTeam int) *Scheduler[W, J] {
	return &Scheduler[W, J]{maker: maker, maxTeam: maxTeam, wanted: 1, resized: make(chan struct{}, 1)}
}

// SetWorkers sets the number of workers, also of an experiment that is under
// way: its runs change hands at the end of their epochs.
func (s *Scheduler[W, J]) SetWorkers(n int) {
	s.mu.Lock()
	s.wanted = max(n, 1)
	s.mu.Unlock()
	select {
	case s.resized <- struct{}{}:
	default:
	}
}

func (s *Scheduler[W, J]) workers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}

// team is a job in hand.
type team[W Worker, J Job] struct {
	job     entry[J]
	workers []W
	yield   chan struct{}
	asked   bool // to yield
	err     error
}

// entry is a job with what has happened to it.
type entry[J Job] struct {
	job       J
	deaths    int // since the job last got further
	remaining int // epochs, when it was last taken up
}

// work is one call of Do.
type work[W Worker, J Job] struct {
	*Scheduler[W, J]
	stop    *cancel.Signal
	pending []entry[J]
	active  []*team[W, J]
	done    chan *team[W, J]
}

// Do makes the runs of all jobs, taken up in their order, and returns when
// none is going on any more. The first error that is not a worker's death
// ends it. It is for one goroutine at a time.
func (s *Scheduler[W, J]) Do(stop *cancel.Signal, jobs []J) error {
	stop, release := stop.Child()
	defer release()
	w := &work[W, J]{Scheduler: s, stop: stop, done: make(chan *team[W, J])}
	for _, j := range jobs {
		w.pending = append(w.pending, entry[J]{job: j, remaining: j.Remaining()})
	}
	for {
		if stop.Err() == nil {
			if err := w.assign(); err != nil {
				stop.Set(err)
			}
		}
		if len(w.active) == 0 && (len(w.pending) == 0 || stop.Err() != nil) {
			return stop.Err()
		}
		select {
		case t := <-w.done:
			if err := w.end(t); err != nil {
				stop.Set(err) // the first error counts
			}
		case <-s.resized:
		}
	}
}

// assign brings the workers to the number wanted, gives idle ones jobs, and
// asks runs to yield where the workers could be put to better use.
func (w *work[W, J]) assign() error {
	w.idle = slices.DeleteFunc(w.idle, func(x W) bool { return !x.Alive() })
	busy := 0
	for _, t := range w.active {
		busy += len(t.workers)
	}
	for len(w.idle) > max(w.workers()-busy, 0) {
		last := len(w.idle) - 1
		w.idle[last].Close()
		w.idle = w.idle[:last]
	}
	if busy > w.workers() {
		w.askLargest()
		return nil
	}
	// No more workers than all the jobs in sight can use.
	for len(w.idle)+busy < min(w.workers(), (len(w.pending)+len(w.active))*w.maxTeam) {
		x, err := w.maker.NewWorker()
		if err != nil {
			return err
		}
		w.idle = append(w.idle, x)
	}
	for _, size := range shares(len(w.idle), len(w.pending), w.maxTeam) {
		w.start(size)
	}
	if len(w.idle) > 0 && len(w.pending) == 0 {
		w.askSmallest()
	}
	return nil
}

// shares cuts idle workers into teams for the first of the pending jobs: one
// each if there are enough jobs, else all of them as evenly as can be.
func shares(idle, pending, maxTeam int) []int {
	if idle == 0 || pending == 0 {
		return nil
	}
	teams := min(idle, pending)
	sizes := make([]int, teams)
	for i := range sizes {
		sizes[i] = min((i+1)*idle/teams-i*idle/teams, maxTeam)
	}
	return sizes
}

// start takes up the next pending job with size idle workers.
func (w *work[W, J]) start(size int) {
	t := &team[W, J]{job: w.pending[0], workers: slices.Clone(w.idle[:size]), yield: make(chan struct{})}
	w.pending, w.idle = w.pending[1:], slices.Clone(w.idle[size:])
	w.active = append(w.active, t)
	go func() {
		t.err = w.maker.Train(w.stop, t.workers, t.job.job, t.yield)
		w.done <- t
	}()
}

// end takes a team back. Its error is the experiment's, unless the run can be
// taken up again.
func (w *work[W, J]) end(t *team[W, J]) error {
	w.active = slices.DeleteFunc(w.active, func(x *team[W, J]) bool { return x == t })
	lost := false
	for _, x := range t.workers {
		if x.Alive() {
			w.idle = append(w.idle, x)
		} else {
			lost = true
		}
	}
	switch {
	case t.err == nil:
		return nil
	case errors.Is(t.err, ErrYielded):
	case lost:
		if t.job.job.Remaining() < t.job.remaining {
			t.job.deaths = 0
		}
		if t.job.deaths++; t.job.deaths > maxDeaths {
			return fmt.Errorf("given up after %d tries: %w", t.job.deaths, t.err)
		}
	default:
		return t.err
	}
	t.job.remaining = t.job.job.Remaining()
	w.pending = append([]entry[J]{t.job}, w.pending...)
	return nil
}

// askSmallest asks the smallest team to yield, to go on with the idle workers
// besides. A run in its last epoch is not worth it.
func (w *work[W, J]) askSmallest() {
	w.ask(func(a, b *team[W, J]) bool { return len(a.workers) < len(b.workers) }, func(t *team[W, J]) bool {
		return len(t.workers) < w.maxTeam && t.job.job.Remaining() > 1
	})
}

// askLargest asks the largest team to yield, to go on with fewer workers.
func (w *work[W, J]) askLargest() {
	w.ask(func(a, b *team[W, J]) bool { return len(a.workers) > len(b.workers) }, func(*team[W, J]) bool { return true })
}

// ask asks the best of the teams that qualify to yield, unless one is asked
// already.
func (w *work[W, J]) ask(better func(a, b *team[W, J]) bool, qualifies func(*team[W, J]) bool) {
	var best *team[W, J]
	for _, t := range w.active {
		if t.asked {
			return
		}
		if qualifies(t) && (best == nil || better(t, best)) {
			best = t
		}
	}
	if best != nil {
		best.asked = true
		close(best.yield)
	}
}

// Close ends the idle workers.
func (s *Scheduler[W, J]) Close() {
	for _, x := range s.idle {
		x.Close()
	}
	s.idle = nil
}
