package experiment

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func ablation(t *testing.T, query, aux string) *Ablation {
	t.Helper()
	c, err := ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAblation(c, aux, DefaultTargetAccuracy, Environment{UserAgent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAblationIsTheFactorialOfWhatNetworksHave(t *testing.T) {
	// The query's own techniques are left aside.
	a := ablation(t, "rounds=2&bn=0&sharing=0&aux=7", "1,0")
	var got []string
	for _, s := range a.Settings() {
		got = append(got, s.Name)
	}
	slices.Sort(got)
	want := []string{
		"baseline bn=0", "baseline bn=1",
		"siamese10 bn=0 sharing=0 aux=1", "siamese10 bn=0 sharing=1 aux=1", // aux=0 leaves no loss
		"siamese10 bn=1 sharing=0 aux=1", "siamese10 bn=1 sharing=1 aux=1",
		"siamese2 bn=0 sharing=0 aux=0", "siamese2 bn=0 sharing=0 aux=1",
		"siamese2 bn=0 sharing=1 aux=0", "siamese2 bn=0 sharing=1 aux=1",
		"siamese2 bn=1 sharing=0 aux=0", "siamese2 bn=1 sharing=0 aux=1",
		"siamese2 bn=1 sharing=1 aux=0", "siamese2 bn=1 sharing=1 aux=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("settings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if text := asJSON(t, a.Config()); strings.Contains(text, "bn") || strings.Contains(text, "sharing") || strings.Contains(text, "aux") {
		t.Errorf("%s: has the techniques' settings", text)
	}
	left := allLeft(a)
	if len(left) != 28 {
		t.Fatalf("%d runs, want 28", len(left))
	}
	for i, trial := range left {
		if run := trial.Run(); run.Round != i/14 || run.Seed != uint64(1+i/14) {
			t.Errorf("run %d has round %d and seed %d", i, run.Round, run.Seed)
		}
	}
	// With a comparison loss of its own, Siamese10 can do without the other.
	if n := len(ablation(t, "models=siamese10&pairloss=1", "0,0.5,1").Settings()); n != 12 {
		t.Errorf("%d settings of Siamese10 with both losses, want 12", n)
	}
}

func TestBadAblations(t *testing.T) {
	for _, test := range []struct {
		aux    string
		target float64
		name   string
	}{
		{"0,101", 0.8, "aux"}, {"", 0.8, "aux"}, {"0,0", 0.8, "aux"}, {"0;lr=1", 0.8, "aux"}, {"0,x", 0.8, "aux"},
		{"0", 0, "target"}, {"0", 1.5, "target"}, {"0", math.NaN(), "target"},
	} {
		c, _ := Defaults("")
		var field *FieldError
		if _, err := NewAblation(c, test.aux, test.target, Environment{}); !errors.As(err, &field) || field.Name != test.name {
			t.Errorf("%q, %v: %v, want an error about %s", test.aux, test.target, err, test.name)
		}
	}
}

// say has a run of a setting end.
func say(a *Ablation, setting string, round, parameters int, r train.Result) {
	r.Seed = a.Config().Seed + uint64(round)
	a.Apply(setting, Event{Kind: StartEvent, Round: round, Parameters: parameters})
	a.Apply(setting, Event{Kind: DoneEvent, Round: round, Result: &r})
}

// comparison is the one of a technique and its values over all networks that
// have both, or of a single one.
func comparison(t *testing.T, a *Ablation, technique, high string, models ...model.Kind) Comparison {
	t.Helper()
	for _, x := range a.Techniques() {
		for _, c := range x.Comparisons {
			if x.Name == technique && c.High.Value == high && slices.Equal(c.Models, models) {
				return c
			}
		}
	}
	t.Fatalf("no comparison of %s=%s in %v: %+v", technique, high, models, a.Techniques())
	return Comparison{}
}

// Runs whose accuracy is a sum of known effects, of the round and of chance.
func TestComparisonsFindTheEffectsThatWereThere(t *testing.T) {
	const rounds = 8
	a := ablation(t, "models=baseline,siamese2,siamese10&rounds=8", "0,0.5,1")
	random := rand.New(rand.NewPCG(5, 6))
	roundEffect := make([]float64, rounds)
	for i := range roundEffect {
		roundEffect[i] = 0.1 * random.Float64()
	}
	accuracy := map[string][]float64{}
	for _, trial := range allLeft(a) {
		s := trial.Setting
		v := 0.5 + roundEffect[trial.Round] + 0.002*random.NormFloat64()
		if s.Values()[0] == "1" {
			v += 0.1
		}
		if s.Values()[1] == "0" {
			v += 0.05 // sharing harms here
		}
		if s.Values()[2] == "1" {
			v += 0.02
		}
		accuracy[s.Name] = append(accuracy[s.Name], v)
		say(a, s.Name, trial.Round, 100, train.Result{Seed: trial.Run().Seed, TestAccuracy: v, Seconds: 1, PairsPerSecond: 10})
	}
	check := func(c Comparison, effect float64, pairs [][2]string) {
		t.Helper()
		// As gonum has it: each round's mean difference, then Student's interval.
		var d []float64
		for round := range rounds {
			sum := 0.0
			for _, p := range pairs {
				sum += accuracy[p[0]][round] - accuracy[p[1]][round]
			}
			d = append(d, sum/float64(len(pairs)))
		}
		mean, std := stat.MeanStdDev(d, nil)
		half := distuv.StudentsT{Sigma: 1, Nu: rounds - 1}.Quantile(0.975) * std / math.Sqrt(rounds)
		if i := c.Accuracy; i.N != rounds || math.Abs(float64(i.Mean)-mean) > 1e-12 ||
			math.Abs(float64(i.Low)-(mean-half)) > 1e-12 || math.Abs(float64(i.High)-(mean+half)) > 1e-12 {
			t.Errorf("%s of %v: %+v, want %v ± %v", c.Technique, c.Models, i, mean, half)
		}
		if c.Pairs != rounds*len(pairs) || c.High.Runs != c.Pairs {
			t.Errorf("%s of %v: %d pairs of %d runs, want %d", c.Technique, c.Models, c.Pairs, c.High.Runs, rounds*len(pairs))
		}
		if math.Abs(float64(c.Accuracy.Mean)-effect) > 0.004 || c.Accuracy.High-c.Accuracy.Low > 0.01 {
			t.Errorf("%s of %v: %+v, want about %v: rounds are not paired", c.Technique, c.Models, c.Accuracy, effect)
		}
	}
	check(comparison(t, a, "bn", "1", model.Baseline), 0.1, [][2]string{{"baseline bn=1", "baseline bn=0"}})
	var all, sharing [][2]string
	all = append(all, [2]string{"baseline bn=1", "baseline bn=0"})
	for _, aux := range []string{"0", "0.5", "1"} {
		for _, flag := range []string{"0", "1"} {
			for _, kind := range []string{"siamese2", "siamese10"} {
				if kind == "siamese10" && aux == "0" {
					continue
				}
				all = append(all, [2]string{kind + " bn=1 sharing=" + flag + " aux=" + aux, kind + " bn=0 sharing=" + flag + " aux=" + aux})
				if kind == "siamese10" {
					sharing = append(sharing, [2]string{kind + " bn=" + flag + " sharing=1 aux=" + aux, kind + " bn=" + flag + " sharing=0 aux=" + aux})
				}
			}
		}
	}
	check(comparison(t, a, "bn", "1", model.Baseline, model.Siamese2, model.Siamese10), 0.1, all)
	check(comparison(t, a, "sharing", "1", model.Siamese10), -0.05, sharing)
	for high, effect := range map[string]float64{"1": 0.02, "0.5": 0} {
		var pairs [][2]string
		for _, s := range []string{"bn=0 sharing=0", "bn=0 sharing=1", "bn=1 sharing=0", "bn=1 sharing=1"} {
			pairs = append(pairs, [2]string{"siamese2 " + s + " aux=" + high, "siamese2 " + s + " aux=0"})
		}
		check(comparison(t, a, "aux", high, model.Siamese2), effect, pairs)
	}
	// Of Siamese10 there is nothing to set against a weight of 0.
	aux := a.Techniques()[2]
	if len(aux.Comparisons) != 2 || aux.Comparisons[0].High.Value != "1" || aux.Comparisons[1].High.Value != "0.5" {
		t.Errorf("auxiliary loss: %+v, want Siamese2's 1 and 0.5 against 0", aux.Comparisons)
	}
}

func TestComparisonsWaitForWholeRoundsAndLeaveDivergedRunsOut(t *testing.T) {
	a := ablation(t, "models=baseline,siamese2&rounds=3", "1")
	on, off := "siamese2 bn=1 sharing=1 aux=1", "siamese2 bn=0 sharing=1 aux=1"
	on0, off0 := "siamese2 bn=1 sharing=0 aux=1", "siamese2 bn=0 sharing=0 aux=1"
	say(a, on, 0, 20, train.Result{TestAccuracy: 0.9})
	say(a, off, 0, 10, train.Result{TestAccuracy: 0.5, Diverged: 3})
	say(a, on0, 0, 40, train.Result{TestAccuracy: 0.8})
	if c := comparison(t, a, "bn", "1", model.Siamese2); c.Accuracy.N != 0 || c.High.Runs != 0 {
		t.Errorf("a round with a run missing counts: %+v", c)
	}
	say(a, off0, 0, 20, train.Result{TestAccuracy: 0.6})
	c := comparison(t, a, "bn", "1", model.Siamese2)
	if c.Accuracy.N != 1 || c.Pairs != 1 || math.Abs(float64(c.Accuracy.Mean)-0.2) > 1e-15 || c.Accuracy.Bounded() {
		t.Errorf("%+v, want one pair with 0.2 and no interval", c)
	}
	if c.High.Runs != 2 || c.Low.Runs != 2 || c.Low.Diverged != 1 || c.Low.Collapsed != 1 || c.High.Collapsed != 0 {
		t.Errorf("%+v and %+v, want two runs each, one diverged, one collapsed", c.High, c.Low)
	}
	if c.High.Parameters != 30 || c.Low.Parameters != 15 || c.Parameters != 15 {
		t.Errorf("%v, %v and %v parameters, want 30, 15 and 15", c.High.Parameters, c.Low.Parameters, c.Parameters)
	}
	if c := comparison(t, a, "bn", "1", model.Baseline, model.Siamese2); c.Accuracy.N != 0 {
		t.Errorf("all networks: %+v, want no round before Baseline's", c.Accuracy)
	}
}

func TestTimeIsComparedWhereBothReachTheTarget(t *testing.T) {
	a := ablation(t, "models=baseline&rounds=2", "1")
	run := func(bn string, round int, seconds, accuracy float64) {
		say(a, "baseline bn="+bn, round, 1, train.Result{TestAccuracy: accuracy, Seconds: seconds, Epochs: []train.Epoch{{TestAccuracy: accuracy}}})
	}
	run("1", 0, 5, 0.85)
	run("0", 0, 7, 0.85)
	run("1", 1, 50, 0.85)
	run("0", 1, 70, 0.75)
	c := comparison(t, a, "bn", "1", model.Baseline)
	if c.Seconds.N != 1 || c.Seconds.Mean != -2 || c.High.Seconds != 5 || c.Low.Seconds != 7 || c.High.Reached != 2 || c.Low.Reached != 1 {
		t.Errorf("%+v, want 5 s instead of 7 s in one round, reached by 2 and 1", c)
	}
	if c.Accuracy.N != 2 {
		t.Errorf("accuracy of %d rounds, want 2", c.Accuracy.N)
	}
}

func TestSecondsToATarget(t *testing.T) {
	epochs := []train.Epoch{{TestAccuracy: 0.5}, {TestAccuracy: 0.8}, {TestAccuracy: 0.7}, {TestAccuracy: 0.9}}
	for _, test := range []struct {
		r       train.Result
		target  float64
		seconds float64
		reached bool
	}{
		{train.Result{Seconds: 8, Epochs: epochs}, 0.8, 4, true},
		{train.Result{Seconds: 8, Epochs: epochs}, 0.85, 8, true},
		{train.Result{Seconds: 8, Epochs: epochs}, 0.1, 2, true},
		{train.Result{Seconds: 8, Epochs: epochs}, 0.95, 0, false},
		{train.Result{Seconds: 8, Epochs: epochs, Diverged: 5}, 0.8, 0, false},
		{train.Result{}, 0.8, 0, false},
	} {
		if s, reached := SecondsTo(test.r, test.target); s != test.seconds || reached != test.reached {
			t.Errorf("to %v: %v, %v; want %v, %v", test.target, s, reached, test.seconds, test.reached)
		}
	}
}

// two has rounds of Siamese2 with and without sharing, by accuracies.
func two(t *testing.T, with, without []float64) *Ablation {
	t.Helper()
	a := ablation(t, "models=siamese2&rounds=4", "1")
	for _, bn := range []string{"0", "1"} {
		for i, list := range [][]float64{without, with} {
			for round, v := range list {
				r := train.Result{
					TestAccuracy: v, Seconds: float64(4 - i), PairsPerSecond: float64(15000 + 3000*i),
					Epochs: []train.Epoch{{TestAccuracy: 0.8}, {TestAccuracy: v}},
				}
				if v < 0.5 {
					r.Diverged = 2
				}
				say(a, "siamese2 bn="+bn+" sharing="+string(rune('0'+i))+" aux=1", round, 39000-19000*i, r)
			}
		}
	}
	return a
}

func TestSentencesSayWhatTheNumbersShow(t *testing.T) {
	const cost = "; with it, a network has 20,000 parameters instead of 39,000, trains on 18,000 pairs a second instead of 15,000 and reaches 80 % accuracy in "
	for _, test := range []struct {
		name          string
		with, without []float64
		want          string
	}{
		{"higher", []float64{0.91, 0.93, 0.92}, []float64{0.90, 0.91, 0.90},
			"Over 3 rounds of Siamese2, weight sharing raised test accuracy by 1.67 percentage points, from 90.33 % to 92.00 % (95 % interval 0.23 to 3.10)" + cost + "1.50 s instead of 2.00 s."},
		{"lower", []float64{0.90, 0.91, 0.90}, []float64{0.91, 0.93, 0.92},
			"Over 3 rounds of Siamese2, weight sharing lowered test accuracy by 1.67 percentage points, from 92.00 % to 90.33 % (95 % interval 0.23 to 3.10)" + cost + "1.50 s instead of 2.00 s."},
		{"either", []float64{0.91, 0.93}, []float64{0.91, 0.92},
			"Over 2 rounds of Siamese2, the effect of weight sharing on test accuracy is not clear: +0.50 percentage points, with a 95 % interval of −5.85 to +6.85 that includes 0" + cost + "1.50 s instead of 2.00 s."},
		{"one round", []float64{0.91}, []float64{0.90},
			"In one round of Siamese2, weight sharing raised test accuracy by 1.00 percentage points, from 90.00 % to 91.00 % (one round has no interval)" + cost + "1.50 s instead of 2.00 s."},
		{"no difference", []float64{0.91}, []float64{0.91},
			"In one round of Siamese2, weight sharing left test accuracy as it was (one round has no interval)" + cost + "1.50 s instead of 2.00 s."},
		{"diverged", []float64{0.91, 0.92}, []float64{0.90, 0.1},
			"In one round of Siamese2, weight sharing raised test accuracy by 1.00 percentage points, from 90.00 % to 91.00 % (one round has no interval)" + cost +
				"1.50 s instead of 2.00 s (and in 4 of 4 runs instead of 2 of 4); 0 of 4 runs with it and 2 of 4 without it diverged and are left out."},
		{"all diverged", []float64{0.91}, []float64{0.1},
			"The effect of weight sharing on Siamese2 cannot be told: 0 of 2 runs with it and 2 of 2 without it diverged."},
		{"nothing", nil, nil,
			"The effect of weight sharing is not known yet: no round of Siamese2 is finished."},
	} {
		a := two(t, test.with, test.without)
		if got := a.Techniques()[1].Sentence; got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
	a := ablation(t, "models=baseline&rounds=2", "0,1")
	for i, want := range []string{
		"The effect of batch normalisation is not known yet: no round of Baseline is finished.",
		"None of these networks has weight sharing to switch on and off.",
		"None of these networks can be trained with two of these weights of the auxiliary loss.",
	} {
		if got := a.Techniques()[i].Sentence; got != want {
			t.Errorf("%s\nwant: %s", got, want)
		}
	}
	c := Comparison{
		Technique: "aux", Models: model.Kinds[:], Target: 0.825, Accuracy: Interval{N: 5, Mean: 0.1, Low: 0.05, High: 0.15},
		High: Side{Value: "0.5", Runs: 15, Reached: 15, Accuracy: 0.9, Parameters: 1e6, PairsPerSecond: Number(math.NaN()), Seconds: Number(math.NaN())},
		Low:  Side{Value: "0", Runs: 15, Accuracy: 0.8, Parameters: 1e6},
	}
	want := "Over 5 rounds of Baseline, Siamese2 and Siamese10, an auxiliary loss of weight 0.5 instead of 0 raised test accuracy by 10.00 percentage points, " +
		"from 80.00 % to 90.00 % (95 % interval 5.00 to 15.00); with weight 0.5, a network has as many parameters (on average 1,000,000) " +
		"and reaches 82.5 % accuracy in 15 of 15 runs instead of 0 of 15."
	if got := c.Sentence(); got != want {
		t.Errorf("%s\nwant: %s", got, want)
	}
}

func TestAblationsDocumentReadsBack(t *testing.T) {
	a := two(t, []float64{0.91, 0.93, 0.92}, []float64{0.90, 0.91, 0.1})
	text := asJSON(t, a.Result())
	for _, want := range []string{`{"schema":"pairlab.ablation/v1"`, `"aux":"1","target":0.8`, `"sentence":"Over 2 rounds`, `"epochs":[{`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	again, err := ParseAblation([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := asJSON(t, again.Result()); got != text {
		t.Fatalf("read back as\n%s\nwant\n%s", got, text)
	}
	if got, want := allLeft(again), allLeft(a); len(got) != 4 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d runs left, want 4", len(got))
	}
	for _, bad := range []string{"{}", "[", `{"schema":"pairlab.search/v1"}`, strings.Replace(text, `"target":0.8`, `"target":8`, 1),
		strings.Replace(text, `"testAccuracy":0.91`, `"testAccuracy":91`, 1)} {
		if _, err := ParseAblation([]byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "experiment: ablation: ") {
			t.Errorf("%.60s: %v", bad, err)
		}
	}
}

func TestAblationAsCSV(t *testing.T) {
	r := two(t, []float64{0.75, 0.5}, []float64{0.5, 0.5}).Result()
	var settings, techniques strings.Builder
	if err := errors.Join(r.WriteCSV(&settings), r.WriteTechniquesCSV(&techniques)); err != nil {
		t.Fatal(err)
	}
	if want := "setting,bn,sharing,aux,model,"; !strings.HasPrefix(settings.String(), want) || strings.Count(settings.String(), "\n") != 5 {
		t.Errorf("settings:\n%s\nwant %s… and 4 lines", settings.String(), want)
	}
	i := MeanInterval([]float64{0.25, 0})
	want := "technique,value,against,models,rounds,pairs,difference,low,high,target" +
		",accuracy,parameters,pairsPerSecond,seconds,runs,reached,collapsed,diverged" +
		",accuracyAgainst,parametersAgainst,pairsPerSecondAgainst,secondsAgainst,runsAgainst,reachedAgainst,collapsedAgainst,divergedAgainst\n" +
		"bn,1,0,siamese2,2,4,0,0,0,0.8,0.5625,29500,16500,1.75,4,4,3,0,0.5625,29500,16500,1.75,4,4,3,0\n" +
		"sharing,1,0,siamese2,2,4,0.125," + csvNumber(float64(i.Low)) + "," + csvNumber(float64(i.High)) + ",0.8," +
		"0.625,20000,18000,1.5,4,4,2,0,0.5,39000,15000,2,4,4,4,0\n"
	if techniques.String() != want {
		t.Errorf("techniques:\n%s\nwant:\n%s", techniques.String(), want)
	}
}
