package experiment

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func TestSummaryIsGonums(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := 2; n < 12; n++ {
		var rounds []train.Result
		var accuracy []float64
		for range n {
			a := 0.5 + random.Float64()/2
			accuracy = append(accuracy, a)
			rounds = append(rounds, train.Result{TestAccuracy: a, Seconds: 2, PairsPerSecond: 300})
		}
		s := Summarize(rounds)
		mean, std := stat.MeanStdDev(accuracy, nil)
		slices.Sort(accuracy)
		// The mean of the two middle values; gonum's LinInterp quantile is another.
		median := (accuracy[(n-1)/2] + accuracy[n/2]) / 2
		for name, pair := range map[string][2]float64{
			"mean": {float64(s.Mean), mean}, "std": {float64(s.Std), std}, "median": {float64(s.Median), median},
			"seconds": {float64(s.Seconds), 2}, "speed": {float64(s.PairsPerSecond), 300},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Errorf("%d rounds: %s %v, want %v", n, name, pair[0], pair[1])
			}
		}
	}
}

func TestSummaryCountsCollapsedAndDivergedRounds(t *testing.T) {
	s := Summarize([]train.Result{
		{TestAccuracy: 0.9}, {TestAccuracy: 0.55}, {TestAccuracy: 0.7}, {TestAccuracy: 0.1, Diverged: 3},
	})
	if s.Collapsed != 1 || s.Diverged != 1 {
		t.Errorf("%d collapsed and %d diverged, want 1 and 1", s.Collapsed, s.Diverged)
	}
	if want := (0.9 + 0.55 + 0.7) / 3; math.Abs(float64(s.Mean)-want) > 1e-15 || s.Median != 0.7 {
		t.Errorf("mean %v and median %v, want %v and 0.7: of the rounds that did not diverge", s.Mean, s.Median, want)
	}
}

func TestSummaryOfTooFewRoundsIsNull(t *testing.T) {
	for n, want := range []string{
		`{"mean":null,"std":null,"median":null,"collapsed":0,"diverged":0,"seconds":null,"pairsPerSecond":null}`,
		`{"mean":0.875,"std":null,"median":0.875,"collapsed":0,"diverged":0,"seconds":4,"pairsPerSecond":250}`,
	} {
		rounds := []train.Result{{TestAccuracy: 0.875, Seconds: 4, PairsPerSecond: 250}}[:n]
		text, err := json.Marshal(Summarize(rounds))
		if err != nil || string(text) != want {
			t.Errorf("%d rounds: %s, %v; want %s", n, text, err, want)
		}
		var back Summary
		if err := json.Unmarshal(text, &back); err != nil || back.Std.Valid() {
			t.Errorf("%d rounds: read back as %+v, %v", n, back, err)
		}
	}
}

var epochOne = train.Epoch{TrainLoss: 0.5, TestLoss: 0.6, TrainAccuracy: 0.8, TestAccuracy: 0.75}
var epochTwo = train.Epoch{TrainLoss: 0.25, TestLoss: 0.5, TrainAccuracy: 0.9, TestAccuracy: 0.85}

func twoRounds(t *testing.T) *Accumulator {
	t.Helper()
	c, err := ParseQuery("models=siamese2,siamese10&rounds=2&epochs=2&seed=10")
	if err != nil {
		t.Fatal(err)
	}
	return NewAccumulator(c, Environment{UserAgent: "test", Kernels: "portable", Workers: 2, Isolated: true})
}

func TestAccumulatorTakesRunsInAnyOrder(t *testing.T) {
	a := twoRounds(t)
	done := func(kind model.Kind, round int, accuracy float64) {
		a.Apply(Event{Kind: StartEvent, Model: kind, Round: round, Parameters: 123})
		a.Apply(Event{Kind: EpochEvent, Model: kind, Round: round, Epoch: &epochOne, EpochNumber: 1})
		a.Apply(Event{Kind: EpochEvent, Model: kind, Round: round, Epoch: &epochTwo, EpochNumber: 2})
		a.Apply(Event{Kind: DoneEvent, Model: kind, Round: round, Result: &train.Result{
			Seed: uint64(10 + round), TestAccuracy: accuracy, Digest: "ab", Epochs: []train.Epoch{epochOne, epochTwo},
		}})
	}
	done(model.Siamese10, 1, 0.75)
	done(model.Siamese10, 0, 0.25)
	a.Apply(Event{Kind: StartEvent, Model: model.Siamese2, Round: 1, Parameters: 20})
	a.Apply(Event{Kind: EpochEvent, Model: model.Siamese2, Round: 1, Epoch: &epochOne, EpochNumber: 1})

	r := a.Result()
	if r.Schema != "pairlab.result/v1" || r.Config.Seed != 10 || !r.Environment.Isolated || len(r.Models) != 2 {
		t.Fatalf("%+v", r)
	}
	if m := r.Models[1]; m.Name != model.Siamese10 || m.Parameters != 123 || len(m.Rounds) != 2 ||
		m.Rounds[0].Seed != 10 || m.Rounds[1].Seed != 11 || m.Mean != 0.5 || m.Collapsed != 1 || len(m.Unfinished) != 0 {
		t.Errorf("siamese10: %+v", m)
	}
	want := []Unfinished{{Seed: 11, Epochs: []train.Epoch{epochOne}}}
	if m := r.Models[0]; len(m.Rounds) != 0 || m.Mean.Valid() || !reflect.DeepEqual(m.Unfinished, want) {
		t.Errorf("siamese2: %+v, want one unfinished round", m)
	}

	// What a result holds does not change afterwards.
	a.Apply(Event{Kind: EpochEvent, Model: model.Siamese2, Round: 1, Epoch: &epochTwo, EpochNumber: 1})
	if r.Models[0].Unfinished[0].Epochs[0] != epochOne {
		t.Error("a later event changed a result")
	}
}

func TestARunThatBeginsAgainReplacesWhatItHadSaid(t *testing.T) {
	a := twoRounds(t)
	start := Event{Kind: StartEvent, Model: model.Siamese2, Parameters: 20}
	epoch := func(n int, e train.Epoch) Event {
		return Event{Kind: EpochEvent, Model: model.Siamese2, Epoch: &e, EpochNumber: n}
	}
	for _, e := range []Event{start, epoch(1, epochOne), epoch(2, epochTwo), epoch(2, epochOne)} {
		a.Apply(e)
	}
	if got := a.Result().Models[0].Unfinished[0].Epochs; !slices.Equal(got, []train.Epoch{epochOne, epochOne}) {
		t.Errorf("an epoch told twice: %v", got)
	}
	a.Apply(start)
	a.Apply(epoch(1, epochTwo))
	a.Apply(epoch(4, epochTwo)) // not the next one
	if got := a.Result().Models[0].Unfinished[0].Epochs; !slices.Equal(got, []train.Epoch{epochTwo}) {
		t.Errorf("after a second start: %v", got)
	}
}

func TestAccumulatorLeavesStrangersOut(t *testing.T) {
	a := twoRounds(t)
	before := a.Result()
	for _, e := range []Event{
		{Kind: StartEvent, Model: model.Baseline}, {Kind: StartEvent, Model: model.Siamese2, Round: 2},
		{Kind: StartEvent, Model: model.Siamese2, Round: -1}, {Kind: DoneEvent, Model: model.Siamese2},
		{Kind: EpochEvent, Model: model.Siamese2}, {Kind: ProgressEvent}, {Kind: ErrorEvent}, {},
	} {
		a.Apply(e)
	}
	if after, want := asJSON(t, a.Result()), asJSON(t, before); after != want {
		t.Errorf("result %s, want %s", after, want)
	}
}

func TestResultOfADivergedRunIsWrittenAsJSONAndCSV(t *testing.T) {
	a := twoRounds(t)
	bad := train.Epoch{TrainLoss: math.NaN(), TestLoss: math.Inf(1)}
	event := Event{Kind: DoneEvent, Model: model.Siamese2, Result: &train.Result{
		Seed: 10, Diverged: 2, Digest: "cd", Seconds: 1.5, PairsPerSecond: math.Inf(1), Epochs: []train.Epoch{epochOne, bad},
	}}
	a.Apply(event)
	a.Apply(Event{Kind: StartEvent, Model: model.Siamese10, Parameters: 39588})
	a.Apply(Event{Kind: EpochEvent, Model: model.Siamese10, Epoch: &epochTwo, EpochNumber: 1})
	asJSON(t, a.Result())

	var b strings.Builder
	if err := a.Result().WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	want := csvHeader + `
siamese2,0,10,1,2,1,0.5,0.6,0.8,0.75,1.5,0,cd
siamese10,39588,10,0,0,1,0.25,0.5,0.9,0.85,,,
`
	if b.String() != want {
		t.Errorf("CSV:\n%s\nwant:\n%s", b.String(), want)
	}
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		if n := strings.Count(line, ","); n != strings.Count(csvHeader, ",") {
			t.Errorf("%d commas in %q", n, line)
		}
	}

	// The same event, sent as a message.
	message, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	var back Event
	if err := json.Unmarshal(message, &back); err != nil || back.Result.Diverged != 2 || len(back.Result.Epochs) != 1 {
		t.Errorf("%s: %+v, %v", message, back.Result, err)
	}
}

func TestEventsWithFiguresThatAreNotFiniteAreSentWithoutThem(t *testing.T) {
	for _, e := range []Event{
		{Kind: ProgressEvent, Model: model.Baseline, Progress: &train.Progress{Epoch: 1, Loss: math.NaN()}},
		{Kind: EpochEvent, Model: model.Baseline, Epoch: &train.Epoch{TrainLoss: math.Inf(1)}, EpochNumber: 1},
	} {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back Event
		if err := json.Unmarshal(text, &back); err != nil || back.Kind != e.Kind || back.Progress != nil || back.Epoch != nil {
			t.Errorf("%s: %+v, %v", text, back, err)
		}
	}
	if e := (Event{Kind: ProgressEvent, Progress: &train.Progress{Loss: 1}}); !strings.Contains(asJSON(t, e), `"loss":1`) {
		t.Errorf("%s: the loss is missing", asJSON(t, e))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPublishedTable(t *testing.T) {
	for _, kind := range model.Kinds {
		if p := PublishedFor(kind); p.Mean < 0.8 || p.Std <= 0 || p.Parameters < 20_000 || p.Runs != 10 {
			t.Errorf("%s: %+v", kind, p)
		}
	}
	if p := PublishedFor("other"); p != (Published{}) {
		t.Errorf("other: %+v", p)
	}
}
