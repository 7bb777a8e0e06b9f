package state

import (
	"math"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func begin(t *testing.T, query string) *State {
	t.Helper()
	c, err := experiment.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	s := New()
	s.Begin(0, c, experiment.Environment{})
	return s
}

func start(kind model.Kind, round int) experiment.Event {
	return experiment.Event{Kind: experiment.StartEvent, Model: kind, Round: round, Parameters: 42}
}

func progress(kind model.Kind, round, epoch, epochs, batch, batches int) experiment.Event {
	return experiment.Event{Kind: experiment.ProgressEvent, Model: kind, Round: round, Progress: &train.Progress{
		Epoch: epoch, Epochs: epochs, Batch: batch, Batches: batches,
	}}
}

func epoch(kind model.Kind, round, number int, accuracy float64) experiment.Event {
	return experiment.Event{Kind: experiment.EpochEvent, Model: kind, Round: round, EpochNumber: number,
		Epoch: &train.Epoch{TestAccuracy: accuracy}}
}

func done(kind model.Kind, round int, accuracies ...float64) experiment.Event {
	r := &train.Result{TestAccuracy: accuracies[len(accuracies)-1]}
	for _, a := range accuracies {
		r.Epochs = append(r.Epochs, train.Epoch{TestAccuracy: a})
	}
	return experiment.Event{Kind: experiment.DoneEvent, Model: kind, Round: round, Result: r}
}

func TestARunIsShownFromItsStartToItsEnd(t *testing.T) {
	s := begin(t, "models=baseline,siamese10&rounds=2&epochs=4")
	m := s.Model(model.Baseline)
	if _, _, _, live := m.Live(); live || s.Fraction() != 0 || s.Phase != Running {
		t.Fatalf("before the first event: %+v", s)
	}
	s.Apply(0, start(model.Baseline, 0))
	s.Apply(0, progress(model.Baseline, 0, 2, 4, 5, 10))
	s.Apply(0, epoch(model.Baseline, 0, 1, 0.6))
	round, p, epochs, live := m.Live()
	if round != 0 || p.Batch != 5 || len(epochs) != 1 || !live || m.Parameters != 42 {
		t.Errorf("round %d, %+v, %v, %v", round, p, epochs, live)
	}
	// 1 1/2 of 4 epochs of 1 of 2 rounds of 1 of 2 models.
	if got := s.Fraction(); math.Abs(got-1.5/4/2/2) > 1e-12 {
		t.Errorf("fraction %v", got)
	}
	s.Apply(0, done(model.Baseline, 0, 0.6, 0.7, 0.8, 0.9))
	if _, _, _, live := m.Live(); live || len(m.Finished) != 1 || m.Summary.Mean != 0.9 || m.Fraction() != 0.5 {
		t.Errorf("after the round: %+v", m)
	}
	if s.Model(model.Siamese2) != nil {
		t.Error("a model that is not in the experiment has a state")
	}
}

func TestOfRunsSideBySideTheFirstRoundIsShown(t *testing.T) {
	s := begin(t, "models=baseline&rounds=3&epochs=2")
	m := s.Model(model.Baseline)
	for _, round := range []int{2, 0, 1} {
		s.Apply(0, start(model.Baseline, round))
	}
	s.Apply(0, done(model.Baseline, 0, 0.5, 0.6))
	if round, _, _, _ := m.Live(); round != 1 {
		t.Errorf("round %d is shown, want 1", round)
	}
}

func TestTheClockStandsWhilePaused(t *testing.T) {
	s := begin(t, "models=baseline&rounds=2&epochs=1")
	s.Apply(0, start(model.Baseline, 0))
	s.Apply(2*time.Second, progress(model.Baseline, 0, 1, 1, 5, 10))
	s.SetPhase(2*time.Second, Paused)
	if left, ok := s.LeftInRound(100*time.Second, model.Baseline); !ok || left != 2*time.Second {
		t.Errorf("paused: %v left in the round, %v; want 2 s", left, ok)
	}
	s.SetPhase(100*time.Second, Running)
	s.Apply(102*time.Second, done(model.Baseline, 0, 0.9))
	if left, ok := s.LeftAll(102 * time.Second); !ok || left != 4*time.Second {
		t.Errorf("%v left, %v; want one more round of 4 s", left, ok)
	}
}

func TestTimeLeftCountsTheRunsBeforeAModelsLast(t *testing.T) {
	s := begin(t, "models=baseline,siamese2&rounds=3&epochs=1")
	if _, ok := s.Left(0, model.Baseline); ok {
		t.Error("a time is known before anything was measured")
	}
	s.Apply(0, start(model.Baseline, 0))
	s.Apply(10*time.Second, done(model.Baseline, 0, 0.8))
	s.Apply(10*time.Second, start(model.Siamese2, 0))
	if _, ok := s.LeftAll(10 * time.Second); ok {
		t.Error("a time is known before Siamese2 was measured")
	}
	s.Apply(12*time.Second, done(model.Siamese2, 0, 0.9))
	// To come: B S B S, of 10 and 2 seconds.
	for kind, want := range map[model.Kind]time.Duration{model.Baseline: 22 * time.Second, model.Siamese2: 24 * time.Second} {
		if left, ok := s.Left(12*time.Second, kind); !ok || left != want {
			t.Errorf("%s: %v, %v; want %v", kind, left, ok, want)
		}
	}
	// Two side by side take half as long.
	s.Apply(12*time.Second, start(model.Baseline, 1))
	s.Apply(12*time.Second, start(model.Siamese2, 1))
	if left, _ := s.LeftAll(12 * time.Second); left != 12*time.Second {
		t.Errorf("side by side: %v, want 12 s", left)
	}
}

func TestCurvesAreMeansOverRoundsThatDidNotDiverge(t *testing.T) {
	s := begin(t, "models=baseline&rounds=4&epochs=2")
	m := s.Model(model.Baseline)
	s.Apply(0, start(model.Baseline, 0))
	s.Apply(0, epoch(model.Baseline, 0, 1, 0.5))
	if c := m.Curves(); len(c.Mean) != 0 || len(c.Live) != 1 {
		t.Errorf("in the first round: %+v", c)
	}
	s.Apply(0, done(model.Baseline, 0, 0.5, 0.7))
	s.Apply(0, done(model.Baseline, 1, 0.7, 0.8))
	diverged := done(model.Baseline, 2, 0.1)
	diverged.Result.Diverged = 1
	s.Apply(0, diverged)
	c := m.Curves()
	if len(c.Mean) != 2 || math.Abs(c.Mean[0].TestAccuracy-0.6) > 1e-12 || math.Abs(c.Mean[1].TestAccuracy-0.75) > 1e-12 || len(c.Live) != 0 {
		t.Errorf("%+v", c)
	}
	// Of two values the unbiased standard deviation is their distance by √2.
	if len(c.Std) != 2 || math.Abs(c.Std[0].TestAccuracy-0.2/math.Sqrt2) > 1e-12 || math.Abs(c.Std[1].TestAccuracy-0.1/math.Sqrt2) > 1e-12 || c.Std[0].TestLoss != 0 {
		t.Errorf("standard deviations %+v", c.Std)
	}
	if m.Summary.Diverged != 1 {
		t.Errorf("%d diverged, want 1", m.Summary.Diverged)
	}
	one := begin(t, "models=baseline&rounds=4&epochs=2")
	one.Apply(0, done(model.Baseline, 0, 0.5, 0.7))
	if c := one.Model(model.Baseline).Curves(); len(c.Mean) != 2 || len(c.Std) != 0 {
		t.Errorf("one round: %+v, want no standard deviation", c)
	}
}

func TestAFailureKeepsWhatWasMeasured(t *testing.T) {
	s := begin(t, "models=baseline&rounds=2")
	s.Apply(0, done(model.Baseline, 0, 0.8))
	s.Apply(0, experiment.Event{Kind: experiment.ErrorEvent, Error: &experiment.Error{Message: "worker stopped", Retry: true}})
	if s.Phase != Failed || s.Failure == nil || !s.Failure.Retry {
		t.Fatalf("%+v", s)
	}
	r, ok := s.Result()
	if !ok || len(r.Models[0].Rounds) != 1 {
		t.Errorf("result %+v, %v", r, ok)
	}
	s.SetPhase(0, Ready)
	if s.Failure != nil {
		t.Error("the failure outlives its phase")
	}
}

func TestDoneBeforeTheEndIsStopped(t *testing.T) {
	s := begin(t, "models=baseline&rounds=2")
	s.Apply(0, done(model.Baseline, 0, 0.8))
	if s.SetPhase(0, Done); !s.Stopped {
		t.Error("half done, and not stopped")
	}
	s.SetPhase(0, Running)
	s.Apply(0, done(model.Baseline, 1, 0.8))
	if s.SetPhase(0, Done); s.Stopped {
		t.Error("all done, and stopped")
	}
}

func TestDownloadsAreShownUntilTrainingBegins(t *testing.T) {
	s := begin(t, "models=baseline")
	s.Apply(0, experiment.Event{Kind: experiment.DataEvent, Data: &experiment.DataProgress{File: "a", Loaded: 1, Total: 2}})
	if s.Data == nil || s.Data.Loaded != 1 {
		t.Errorf("%+v", s.Data)
	}
	s.Apply(0, start(model.Baseline, 0))
	if s.Data != nil {
		t.Error("the download is still shown")
	}
}

func TestStrangeEventsChangeNothing(t *testing.T) {
	New().Apply(0, start(model.Baseline, 0)) // before any experiment
	s := begin(t, "models=baseline&rounds=1")
	for _, e := range []experiment.Event{
		start(model.Siamese2, 0), start(model.Baseline, 1), start(model.Baseline, -1),
		progress(model.Baseline, 0, 1, 1, 1, 1), epoch(model.Baseline, 0, 1, 0.5), epoch(model.Baseline, 0, 0, 0.5),
		{Kind: experiment.DoneEvent, Model: model.Baseline}, {Kind: experiment.ErrorEvent}, {},
	} {
		s.Apply(0, e)
	}
	if s.Fraction() != 0 || s.Phase != Running || len(s.Model(model.Baseline).Finished) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestANewExperimentStartsFromNothing(t *testing.T) {
	s := begin(t, "models=baseline&rounds=1")
	s.Apply(0, done(model.Baseline, 0, 0.8))
	c, _ := experiment.ParseQuery("models=siamese2&rounds=1")
	s.Begin(time.Second, c, experiment.Environment{})
	if s.Model(model.Baseline) != nil || s.Fraction() != 0 {
		t.Errorf("%+v", s)
	}
	if got, ok := s.Config(); !ok || got.Models[0] != model.Siamese2 {
		t.Errorf("%+v", got)
	}
}

// The pace of a run that goes on from epoch 3 of 5 is that of its last two.
func TestTimeLeftOfARunThatWasTakenUpAgain(t *testing.T) {
	s := begin(t, "models=baseline&rounds=2&epochs=5")
	again := start(model.Baseline, 0)
	again.EpochNumber = 3
	s.Apply(0, again)
	for n := range 3 {
		s.Apply(0, epoch(model.Baseline, 0, n+1, 0.5))
	}
	s.Apply(0, progress(model.Baseline, 0, 4, 5, 0, 10))
	s.Apply(2*time.Second, progress(model.Baseline, 0, 4, 5, 5, 10))
	if left, ok := s.LeftInRound(2*time.Second, model.Baseline); !ok || left.Round(time.Millisecond) != 6*time.Second {
		t.Errorf("%v left in the round, %v; want 6 s", left, ok)
	}
	s.Apply(8*time.Second, done(model.Baseline, 0, 0.5, 0.5, 0.5, 0.5, 0.5))
	if left, ok := s.LeftAll(8 * time.Second); !ok || left.Round(time.Millisecond) != 20*time.Second {
		t.Errorf("%v left, %v; want one more round of 20 s", left, ok)
	}
}

func TestRunsToldAgainSayNothingOfThePace(t *testing.T) {
	s := begin(t, "models=baseline&rounds=3&epochs=1")
	again := done(model.Baseline, 0, 0.9)
	again.Parameters = 42
	s.Apply(0, again)
	m := s.Model(model.Baseline)
	if _, ok := s.LeftAll(time.Second); ok || m.Parameters != 42 || len(m.Finished) != 1 {
		t.Errorf("a time left is known: %v; %+v", ok, m)
	}
	if r, _ := s.Result(); r.Models[0].Parameters != 42 {
		t.Errorf("%d parameters in the result, want 42", r.Models[0].Parameters)
	}
}
