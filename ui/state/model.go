package state

import (
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// Model is one network's part of an experiment.
type Model struct {
	Kind       model.Kind
	Parameters int // 0 until a run has begun
	Finished   []train.Result
	Summary    experiment.Summary // of Finished

	mean, std []train.Epoch // of Finished, as Curves has them

	rounds int
	epochs int          // of a run
	pairs  int          // that a run trains on in an epoch
	flops  float64      // of training on one of them
	runs   map[int]*run // that have begun and not ended, by round
	rate   float64      // pairs per second, of the run that last said it
	perRun time.Duration
	done   int // runs that perRun is the mean of
}

// run is a run in progress.
type run struct {
	begun    time.Duration // of the clock
	from     float64       // of the run was done before, where it was taken up again
	progress train.Progress
	pace     pace
	epochs   []train.Epoch
}

func (m *Model) apply(active time.Duration, e experiment.Event) {
	r := m.runs[e.Round]
	switch e.Kind {
	case experiment.StartEvent:
		m.Parameters = e.Parameters
		m.runs[e.Round] = &run{begun: active, from: float64(e.EpochNumber) / float64(max(1, m.epochs))}
	case experiment.ProgressEvent:
		if r != nil && e.Progress != nil {
			r.progress = *e.Progress
			r.pace.take(r.progress, m.pairs)
			m.rate = r.pace.rate
		}
	case experiment.EpochEvent:
		if n := e.EpochNumber - 1; r != nil && e.Epoch != nil && n >= 0 && n <= len(r.epochs) {
			r.epochs = append(r.epochs[:n], *e.Epoch)
		}
	case experiment.DoneEvent:
		if e.Parameters > 0 {
			m.Parameters = e.Parameters
		}
		// A diverged run ends early and says nothing about how long runs take.
		if r != nil && e.Result != nil && e.Result.Diverged == 0 && r.from < 1 {
			took := time.Duration(float64(active-r.begun) / (1 - r.from))
			m.perRun += (took - m.perRun) / time.Duration(m.done+1)
			m.done++
		}
		delete(m.runs, e.Round)
	}
}

// recount takes the finished rounds from the result so far.
func (m *Model) recount(a *experiment.Accumulator) {
	for _, r := range a.Result().Models {
		if r.Name == m.Kind {
			m.Finished, m.Summary = r.Rounds, r.Summary
			m.mean, m.std = overRounds(m.Finished)
		}
	}
}

// Rounds is how many rounds there are to train.
func (m *Model) Rounds() int { return m.rounds }

// Live is the run to show: of those in progress the one of the first round. The
// epochs are those it has finished. It is false if none is in progress.
func (m *Model) Live() (round int, p train.Progress, epochs []train.Epoch, ok bool) {
	for n, r := range m.runs {
		if !ok || n < round {
			round, p, epochs, ok = n, r.progress, r.epochs, true
		}
	}
	return round, p, epochs, ok
}

// Fraction is how much of the model's work is done.
func (m *Model) Fraction() float64 {
	sum := float64(len(m.Finished))
	for _, r := range m.runs {
		sum += r.fraction()
	}
	return sum / float64(m.rounds)
}

func (r *run) fraction() float64 {
	p := r.progress
	if p.Epochs < 1 || p.Batches < 1 || p.Epoch < 1 {
		return 0
	}
	return (float64(p.Epoch-1) + float64(p.Batch)/float64(p.Batches)) / float64(p.Epochs)
}
