package state

import (
	"time"

	"github.com/pairlab/pairlab/engine/model"
)

// leastFraction of a run must be done before its pace says how long it takes.
const leastFraction = 0.02

// Left estimates how long until the model's last run ends, from how long runs
// have taken so far, pauses apart. It is false while that cannot be said yet.
// Runs are made rounds outermost: a model's last run waits for all models'
// rounds before it, and for the models before it in its own.
func (s *State) Left(now time.Duration, kind model.Kind) (time.Duration, bool) {
	active := s.clock.read(now)
	var sum time.Duration
	after := false
	side := 0 // runs side by side
	for _, m := range s.Models {
		side += len(m.runs)
		runs := float64(m.rounds) * (1 - m.Fraction())
		if after {
			runs = max(0, runs-1)
		}
		if m.Kind == kind {
			after = true
		}
		if runs <= 0 {
			continue
		}
		each, known := m.each(active)
		if !known {
			return 0, false
		}
		sum += time.Duration(runs * float64(each))
	}
	return sum / time.Duration(max(1, side)), after
}

// LeftInRound estimates how long until the model's run in progress ends. It is
// false if there is none, or while that cannot be said yet.
func (s *State) LeftInRound(now time.Duration, kind model.Kind) (time.Duration, bool) {
	m := s.Model(kind)
	if m == nil {
		return 0, false
	}
	round, _, _, ok := m.Live()
	each, known := m.each(s.clock.read(now))
	if !ok || !known {
		return 0, false
	}
	return time.Duration((1 - m.runs[round].fraction()) * float64(each)), true
}

// LeftAll estimates how long until the experiment ends.
func (s *State) LeftAll(now time.Duration) (time.Duration, bool) {
	if len(s.Models) == 0 {
		return 0, false
	}
	return s.Left(now, s.Models[len(s.Models)-1].Kind)
}

// each is how long one of the model's runs takes.
func (m *Model) each(active time.Duration) (time.Duration, bool) {
	if m.done > 0 {
		return m.perRun, true
	}
	for _, r := range m.runs {
		if f := r.fraction() - r.from; f >= leastFraction {
			return time.Duration(float64(active-r.begun) / f), true
		}
	}
	return 0, false
}
