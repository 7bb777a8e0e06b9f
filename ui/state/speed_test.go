package state

import (
	"math"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func at(kind model.Kind, round, epoch, batch int, seconds, mean float64) experiment.Event {
	return experiment.Event{Kind: experiment.ProgressEvent, Model: kind, Round: round, Progress: &train.Progress{
		Epoch: epoch, Epochs: 9, Batch: batch, Batches: 10, Seconds: seconds, PairsPerSecond: mean,
	}}
}

func TestSpeedIsThatOfAllRunsNow(t *testing.T) {
	s := begin(t, "models=baseline,siamese10&rounds=3&epochs=9")
	check := func(when string, baseline, siamese10 float64) {
		t.Helper()
		pairs, flops, ok := s.Speed()
		wantFlops := baseline*model.Paper(model.Baseline).TrainingFLOPs() + siamese10*model.Paper(model.Siamese10).TrainingFLOPs()
		if math.Abs(pairs-baseline-siamese10) > 1e-6 || math.Abs(flops-wantFlops) > 1 || ok != (pairs > 0) {
			t.Errorf("%s: %v pairs/s, %v FLOP/s, %v, want %v and %v", when, pairs, flops, ok, baseline+siamese10, wantFlops)
		}
	}
	check("before the first run", 0, 0)
	s.Apply(0, start(model.Baseline, 0))
	s.Apply(0, start(model.Siamese10, 0))
	s.Apply(0, at(model.Baseline, 0, 1, 1, 0.1, 1000)) // 100 pairs in 0.1 s
	check("with a run's mean alone", 1000, 0)
	s.Apply(0, at(model.Baseline, 0, 2, 5, 1, 1500)) // 1,500 pairs in 1 s
	check("at the first look", 1500, 0)
	s.Apply(0, at(model.Baseline, 0, 2, 6, 1.1, 1455))
	check("too soon for another look", 1500, 0)
	s.Apply(0, at(model.Siamese10, 0, 1, 10, 0.5, 2000))
	check("with another run beside it", 1500, 2000)
	s.Apply(0, at(model.Baseline, 0, 3, 5, 2, 1250)) // 1,000 pairs in the last second
	check("when it has become slower", 1000, 2000)

	s.Apply(0, done(model.Siamese10, 0, 0.9))
	check("after a run's end", 1000, 0)
	s.Apply(0, start(model.Siamese10, 1))
	check("at the next one's start, with the one's before", 1000, 2000)

	// A run that is taken up again had trained before: its pace is not that
	// of the epochs that it tells again.
	s.Apply(0, start(model.Baseline, 0))
	s.Apply(0, at(model.Baseline, 0, 7, 1, 10, 610))
	check("taken up again", 610, 2000)
	s.Apply(0, at(model.Baseline, 0, 8, 1, 10.5, 676))
	check("and after half a second", 2000, 2000)

	s.SetPhase(0, Paused)
	check("paused", 0, 0)
}
