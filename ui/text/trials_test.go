package text

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/state"
)

func trials(t *testing.T, query string) *state.Trials {
	t.Helper()
	c, err := experiment.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	set, err := experiment.NewSet(c, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return state.NewTrials(set, experiment.TypicalSpeeds("simd"), 2)
}

func end(t *state.Trials, trial experiment.Trial, r train.Result) {
	r.Seed = trial.Run().Seed
	t.Apply(trial.Setting.Name, experiment.Event{
		Kind: experiment.DoneEvent, Model: trial.Setting.Model, Round: trial.Round, Parameters: 1000, Result: &r,
	})
}

func TestAPlanSaysHowManyRunsThereAreAndHowLongTheyTake(t *testing.T) {
	s := trials(t, "view=techniques&models=siamese10&rounds=3&weights=1,0")
	for want, got := range map[string]string{
		"12 runs: 4 settings, 3 rounds each. About 10 s on 2 workers, at a typical computer’s speed. " +
			"4 combinations are left out, as no network can be trained so, for example siamese10 bn=1 sharing=1 aux=0 (aux=0: leaves Siamese10 with no loss to train on).": Plan(s, 2, false),
	} {
		if squeeze(got) != want {
			t.Errorf("%q,\nwant %q", squeeze(got), want)
		}
	}
	end(s, slices.Collect(s.Set.Left())[0], train.Result{})
	if got := Plan(s, 1, true); !strings.HasPrefix(got, "11 of 12 runs are left. About ") || strings.Contains(got, "typical") {
		t.Errorf("after one: %q", got)
	}
	// What is left is by the speeds that are known by then.
	before, _ := s.Left(0)
	speeds := experiment.Speeds{}
	for kind, speed := range experiment.TypicalSpeeds("simd") {
		speeds[kind] = speed / 10
	}
	s.Replan(speeds, 4)
	if after, _ := s.Left(0); after < 4*before || after > 6*before {
		t.Errorf("at a tenth of the speed on twice the workers %v are left, %v before", after, before)
	}
	for trial := range s.Set.Left() {
		end(s, trial, train.Result{})
	}
	if got := Plan(s, 1, true); got != "All 12 runs are done." {
		t.Errorf("after all: %q", got)
	}
	part := trials(t, "view=search&models=siamese2&rounds=2&grid=lr=0.1,1;ch1=8,16,32&shard=2/3")
	if got := Plan(part, 1, true); !strings.HasPrefix(got, "4 runs: 2 of 6 settings (part 2/3), 2 rounds each. About ") {
		t.Errorf("a part: %q", got)
	}
	part = trials(t, "view=search&models=siamese2&rounds=2&grid=lr=0.1,1&shard=3/3")
	if got := Plan(part, 1, true); got != "Part 3/3 is empty: there are only 2 settings." {
		t.Errorf("an empty part: %q", got)
	}
	c, _ := experiment.ParseQuery("view=search&models=siamese10&grid=aux=0")
	_, err := experiment.NewSet(c, func() error { return nil })
	if got := PlanError(err); got != "Grid: no point can be trained, as aux=0: leaves Siamese10 with no loss to train on." {
		t.Errorf("a grid without a point: %q", got)
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTheStatusOfTrials(t *testing.T) {
	s := trials(t, "view=techniques&models=baseline&rounds=2")
	s.Begin(0, experiment.Environment{Workers: 1})
	says := func(want string) {
		t.Helper()
		if got := squeeze(TrialsStatus(s, 0)); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	says("0 of 4 runs done, ")
	s.Apply("", experiment.Event{Kind: experiment.DataEvent, Data: &experiment.DataProgress{Loaded: 1e6, Total: 2e6}})
	says("Fetching images: 1.0 of 2.0 MB")
	end(s, slices.Collect(s.Set.Left())[0], train.Result{})
	s.SetPhase(0, state.Paused)
	says("Paused, 1 of 4 runs done")
	s.SetPhase(0, state.Done)
	says("Stopped after 1 of 4 runs. What was measured is kept.")
	if words, _ := new(Announcer).NextTrials(s, 0); squeeze(words) != "Techniques: Stopped after 1 of 4 runs. What was measured is kept." {
		t.Errorf("announced: %q", words)
	}
	s.Fail(0, experiment.Error{Message: "lost"})
	says("Stopped by an error after 1 of 4 runs")
	a := &Announcer{}
	if words, due := a.NextTrials(s, 0); !due || words != "Techniques: stopped by an error. lost" {
		t.Errorf("announced: %q, %v", words, due)
	}
	s.SetPhase(0, state.Running)
	if words, due := a.NextTrials(s, time.Second); !due || words != "Techniques: 20 % of the runs done." {
		t.Errorf("announced: %q, %v", words, due)
	}
	for trial := range s.Set.Left() {
		end(s, trial, train.Result{})
	}
	if words, due := a.NextTrials(s, 2*time.Second); due {
		t.Errorf("announced within a second: %q", words)
	}
	s.SetPhase(0, state.Done)
	says("Finished: 4 runs")
}

func TestAComparisonSaysItsEffectAndItsCost(t *testing.T) {
	s := trials(t, "view=techniques&models=baseline&rounds=2&weights=1,0")
	a := s.Set.(*experiment.Ablation)
	comparison := func() Effect { return EffectOf(&a.Techniques()[0].Comparisons[0]) }
	if c := comparison(); c.Effect != none || c.Interval != "no round finished yet" || !strings.HasSuffix(EffectStyle(c, -1, 1), "--shown:none") {
		t.Errorf("before the first run: %+v", c)
	}
	for trial := range s.Set.Left() {
		accuracy, seconds := 0.7, 2.0 // without
		if trial.Setting.Values()[0] == "1" {
			accuracy, seconds = 0.9+0.02*float64(trial.Round), 3
		}
		end(s, trial, train.Result{TestAccuracy: accuracy, Seconds: seconds, PairsPerSecond: 9000 / seconds, Epochs: []train.Epoch{{TestAccuracy: accuracy}}})
	}
	c := comparison()
	want := Effect{
		Key: "baseline 1 0", Model: "baseline", Networks: "Baseline", Effect: "+21.00 points",
		Interval: "95 % interval +8.29 to +33.71, 2 rounds", Timed: "Time to 80 %",
		With:    EffectSide{"With", "91.00 %", "1,000", "–\n2 of 2", "3,000"},
		Without: EffectSide{"Without", "70.00 %", "1,000", "–\n0 of 2", "4,500"},
		Mean:    c.Mean, Low: c.Low, High: c.High,
	}
	for _, p := range []*string{&c.Interval, &c.Timed, &c.With.Accuracy, &c.With.Seconds, &c.Without.Accuracy} {
		*p = plain(*p)
	}
	if c != want {
		t.Errorf("%+v,\nwant %+v", c, want)
	}
	low, high := EffectSpan([]Effect{c})
	if low >= 0 || high <= c.High || math.Abs(high-low-1.12*c.High) > 1e-9 {
		t.Errorf("the picture spans %v to %v", low, high)
	}
	if got := EffectStyle(c, 0, 42); got != "--zero:0.00%;--low:19.75%;--high:80.25%;--mean:50.00%" {
		t.Errorf("style %q", got)
	}
	if c.Model != string(model.Baseline) {
		t.Error(c.Model)
	}
}
