package state

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func trials(t *testing.T, query string) *Trials {
	t.Helper()
	c, err := experiment.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	set, err := experiment.NewSet(c, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return NewTrials(set, experiment.Speeds{model.Siamese2: 1000}, 2)
}

func (t *Trials) end(trial experiment.Trial) {
	t.Apply(trial.Setting.Name, experiment.Event{
		Kind: experiment.DoneEvent, Model: trial.Setting.Model, Round: trial.Round, Parameters: 1,
		Result: &train.Result{TestAccuracy: 0.9},
	})
}

func TestTrialsAreCountedAndTheirTimeEstimated(t *testing.T) {
	// Four runs of 3 epochs of 1,000 pairs, at 1,000 pairs/s and a third more
	// for the tests: 4 s each.
	s := trials(t, "view=search&models=siamese2&rounds=2&epochs=3&grid=lr=0.1,1")
	left := func(now time.Duration, want float64) {
		t.Helper()
		got, ok := s.Left(now)
		if !ok || math.Abs(got.Seconds()-want) > 0.01 {
			t.Errorf("%v left (%v) at %v, want %v s", got, ok, now, want)
		}
	}
	if s.Phase != Ready || s.Fraction() != 0 {
		t.Fatalf("before: %+v", s)
	}
	left(0, 8) // on two workers
	all := slices.Collect(s.Set.Left())
	begun := 100 * time.Second
	s.Begin(begun, experiment.Environment{Workers: 1})
	s.Apply("", experiment.Event{Kind: experiment.DataEvent, Data: &experiment.DataProgress{Total: 7}})
	if s.Data == nil || s.Phase != Running {
		t.Errorf("fetching: %+v", s)
	}
	s.Apply(all[0].Setting.Name, experiment.Event{Kind: experiment.ProgressEvent, Progress: &train.Progress{Epoch: 2, Epochs: 3, Batch: 5, Batches: 10}})
	if s.Data != nil || math.Abs(s.Fraction()-0.125) > 1e-9 {
		t.Errorf("half of the first run: %v, %v", s.Fraction(), s.Data)
	}
	left(begun+time.Second, 14)
	s.end(all[0])
	s.SetPhase(begun+10*time.Second, Paused)
	if s.News != 1 || s.Fraction() != 0.25 {
		t.Errorf("after a run: %v, %d ended", s.Fraction(), s.News)
	}
	left(begun+60*time.Second, 30) // 10 s a run, the pause apart
	s.SetPhase(begun+60*time.Second, Done)
	// It goes on with what is left.
	s.Begin(begun, experiment.Environment{Workers: 2})
	left(begun, 6)
	for trial := range s.Set.Left() {
		s.end(trial)
	}
	s.SetPhase(begun, Done)
	if s.Fraction() != 1 {
		t.Errorf("at the end: %v done", s.Fraction())
	}
	s.Fail(begun, experiment.Error{Message: "lost"})
	if s.Failure == nil || s.Phase != Failed {
		t.Errorf("failed: %+v", s)
	}
}

func TestNoEstimateWithoutSpeeds(t *testing.T) {
	s := trials(t, "view=techniques&models=baseline")
	if got, ok := s.Left(0); ok {
		t.Errorf("%v left, of networks whose speed is not known", got)
	}
}
