package state

import (
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// Phase is what the page as a whole is doing; it is the page's data-state.
type Phase string

// The phases.
const (
	Loading Phase = "loading" // the program is being fetched and started
	Ready   Phase = "ready"   // nothing has been trained yet
	Running Phase = "running"
	Paused  Phase = "paused"
	Done    Phase = "done"   // every run has ended, or the person stopped
	Failed  Phase = "failed" // see State.Failure
)

// Busy says whether an experiment is under way, if perhaps paused.
func (p Phase) Busy() bool { return p == Running || p == Paused }

// State is what the page shows.
type State struct {
	Phase   Phase
	Stopped bool                     // Done came before the last run had ended
	Data    *experiment.DataProgress // nil while no images are being fetched
	Failure *experiment.Error        // nil if nothing is wrong
	Models  []*Model                 // of the experiment in hand; none before the first

	accumulator *experiment.Accumulator
	clock       clock
}

// New is the state of a page that is loading.
func New() *State { return &State{Phase: Loading} }

// Begin drops the experiment in hand for a new one, and is running.
func (s *State) Begin(now time.Duration, c experiment.Config, env experiment.Environment) {
	*s = State{Phase: Running, accumulator: experiment.NewAccumulator(c, env)}
	s.clock.set(now, true)
	for _, kind := range c.Models {
		s.Models = append(s.Models, &Model{
			Kind: kind, Summary: experiment.Summarize(nil),
			rounds: c.Rounds, epochs: c.Epochs, runs: map[int]*run{},
			pairs: c.Pairs, flops: c.Train(kind).Model.TrainingFLOPs(),
		})
	}
}

// Config is the experiment in hand; false before the first.
func (s *State) Config() (experiment.Config, bool) {
	if s.accumulator == nil {
		return experiment.Config{}, false
	}
	return s.accumulator.Config(), true
}

// Result is what the experiment in hand has measured so far; false before the
// first.
func (s *State) Result() (experiment.Result, bool) {
	if s.accumulator == nil {
		return experiment.Result{}, false
	}
	return s.accumulator.Result(), true
}

// Model is the model's state in the experiment in hand, nil if it is not in it.
func (s *State) Model(kind model.Kind) *Model {
	for _, m := range s.Models {
		if m.Kind == kind {
			return m
		}
	}
	return nil
}

// SetPhase changes the phase. Leaving Failed drops the failure.
func (s *State) SetPhase(now time.Duration, p Phase) {
	s.clock.set(now, p == Running)
	s.Phase = p
	s.Stopped = p == Done && s.Fraction() < 1
	if p != Failed {
		s.Failure = nil
	}
	if !p.Busy() {
		s.Data = nil
	}
}

// Fail says what went wrong. The experiment in hand keeps what it has measured.
func (s *State) Fail(now time.Duration, e experiment.Error) {
	s.SetPhase(now, Failed)
	s.Failure = &e
}

// Apply takes in one event of the experiment in hand.
func (s *State) Apply(now time.Duration, e experiment.Event) {
	if s.accumulator == nil {
		return
	}
	active := s.clock.read(now)
	switch e.Kind {
	case experiment.DataEvent:
		s.Data = e.Data
		return
	case experiment.ErrorEvent:
		if e.Error != nil {
			s.Fail(now, *e.Error)
		}
		return
	}
	s.Data = nil // training has begun, so the images are here
	m := s.Model(e.Model)
	if m == nil || e.Round < 0 || e.Round >= m.rounds {
		return
	}
	s.accumulator.Apply(e)
	m.apply(active, e)
	if e.Kind == experiment.DoneEvent || e.Kind == experiment.StartEvent {
		m.recount(s.accumulator)
	}
}

// Fraction is how much of the experiment's work is done, each run counting the
// same.
func (s *State) Fraction() float64 {
	if len(s.Models) == 0 {
		return 0
	}
	sum := 0.0
	for _, m := range s.Models {
		sum += m.Fraction()
	}
	return sum / float64(len(s.Models))
}

// clock measures the time in which training was not paused.
type clock struct {
	running bool
	since   time.Duration
	before  time.Duration
}

func (c *clock) set(now time.Duration, running bool) {
	c.before = c.read(now)
	c.running, c.since = running, now
}

func (c *clock) read(now time.Duration) time.Duration {
	if !c.running {
		return c.before
	}
	return c.before + now - c.since
}
