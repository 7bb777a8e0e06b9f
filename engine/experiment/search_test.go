package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// finish has a run end with an accuracy that depends on it alone.
func finish(apply func(string, Event), trial Trial) {
	run := trial.Run()
	sum := 0
	for _, r := range trial.Setting.Name {
		sum = (sum*31 + int(r)) % 9973
	}
	a := 0.5 + float64((sum+int(run.Seed)*37)%5000)/10000
	apply(trial.Setting.Name, Event{Kind: StartEvent, Model: run.Model, Round: run.Round, Parameters: 1000 + sum})
	apply(trial.Setting.Name, Event{Kind: DoneEvent, Model: run.Model, Round: run.Round, Result: &train.Result{
		Seed: run.Seed, TestAccuracy: a, TrainAccuracy: 0.75, Seconds: 2, PairsPerSecond: 500,
		Digest: fmt.Sprintf("%04x", sum+int(run.Seed)), Epochs: []train.Epoch{epochOne},
	}})
}

const searchAxes = "lr=0.01,0.1,1;ch1=8,16"

func search(t *testing.T, shard string) *Search {
	t.Helper()
	s, err := ParseShard(shard)
	if err != nil {
		t.Fatal(err)
	}
	return NewSearch(grid(t, "models=baseline,siamese2&rounds=3&seed=5&epochs=2", searchAxes), s, Environment{UserAgent: "test " + shard})
}

func TestSearchIsResumedWhereItsDocumentEnds(t *testing.T) {
	s := search(t, "2/3")
	left := allLeft(s)
	if len(left) != 12 { // 12 settings by 3 shards, 3 rounds
		t.Fatalf("%d runs, want 12", len(left))
	}
	for i, trial := range left {
		if trial.Round != i/4 {
			t.Errorf("run %d is of round %d: want rounds outermost", i, trial.Round)
		}
	}
	for n, trial := range left {
		again, err := ParseSearch([]byte(asJSON(t, s.Result())))
		if err != nil {
			t.Fatal(err)
		}
		clear(s.points) // what is remembered to be quick
		if !reflect.DeepEqual(again, s) {
			t.Fatalf("after %d runs: %s reads as %s", n, asJSON(t, s.Result()), asJSON(t, again.Result()))
		}
		if got := allLeft(again); len(got) != len(left)-n || got[0].Setting.Name != trial.Setting.Name || got[0].Round != trial.Round {
			t.Fatalf("after %d runs: %d left", n, len(got))
		}
		s = again
		finish(s.Apply, allLeft(s)[0])
	}
	done, total := s.CountShard()
	all, whole := s.Count()
	if len(allLeft(s)) != 0 || done != 12 || total != 12 || all != 12 || whole != 36 {
		t.Errorf("%d of %d in the shard and %d of %d in all, want 12 of 12 and 12 of 36", done, total, all, whole)
	}
}

func TestShardsArePartsOfTheWhole(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 12} {
		for _, count := range []int{1, 5, 12, 97} {
			times := make([]int, count)
			for k := 1; k <= n; k++ {
				size := 0
				for i, in := range (Shard{k, n}).part(count) {
					if in {
						times[i]++
						size++
					}
				}
				if size < count/n || size > count/n+1 {
					t.Errorf("shard %d/%d of %d settings has %d", k, n, count, size)
				}
			}
			if slices.Min(times) != 1 || slices.Max(times) != 1 {
				t.Errorf("%d shards of %d settings: not every setting is in one: %v", n, count, times)
			}
		}
	}
	// Written down: machines with different versions of the page share a search.
	got := fmt.Sprint(Shard{1, 3}.part(10))
	if want := "[true false false true false false true false false true]"; got != want {
		t.Errorf("shard 1/3 of 10 is %s, want %s", got, want)
	}
	// No shard has only one of the values of the last axis, as it would if the
	// settings were dealt out in their order.
	g := grid(t, "models=siamese2", "lr=0.001,0.01,0.1,1;ch1=8,16,32,64")
	s := NewSearch(g, Shard{1, 4}, Environment{})
	values := map[string]bool{}
	for _, trial := range allLeft(s) {
		values[trial.Setting.Values()[1]] = true
	}
	if len(values) < 2 {
		t.Errorf("shard 1/4 has only %v of ch1", values)
	}
}

func TestBadShards(t *testing.T) {
	for _, text := range []string{"0/3", "4/3", "1", "1/", "/1", "a/b", "1/1001", "-1/3", "1/2/3"} {
		if _, err := ParseShard(text); err == nil || !strings.Contains(err.Error(), "shard="+text) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "1/1", "2/3"} {
		s, err := ParseShard(text)
		if err != nil || s.String() != strings.TrimPrefix(text, "1/1") {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

func TestMergedShardsAreTheWhole(t *testing.T) {
	whole := search(t, "")
	for _, trial := range allLeft(whole) {
		finish(whole.Apply, trial)
	}
	var merged *Search
	for _, shard := range []string{"2/3", "1/3", "3/3", "1/3"} { // one of them twice
		s := search(t, shard)
		for _, trial := range allLeft(s) {
			finish(s.Apply, trial)
		}
		part, err := ParseSearch([]byte(asJSON(t, s.Result())))
		if err != nil {
			t.Fatal(err)
		}
		if merged == nil {
			merged = part
		} else if err := merged.Merge(part); err != nil {
			t.Fatal(err)
		}
	}
	a, b := whole.Result(), merged.Result()
	if len(b.Environments) != 3 || b.Finished != 36 || b.Shard != "" {
		t.Errorf("%d environments, %d runs, shard %q: want 3, 36 and none", len(b.Environments), b.Finished, b.Shard)
	}
	a.Environments, b.Environments = nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Errorf("merged:\n%+v\nwant:\n%+v", b, a)
	}
	if len(allLeft(merged)) != 0 {
		t.Errorf("%d runs left", len(allLeft(merged)))
	}
}

func TestMergeRefusesOtherSearches(t *testing.T) {
	const query = "models=baseline,siamese2&rounds=3&seed=5&epochs=2"
	for _, test := range []struct{ query, axes, want string }{
		{query, "lr=0.01,0.1,1;ch1=8,32", "different grids: lr=0.01,0.1,1;ch1=8,16 and lr=0.01,0.1,1;ch1=8,32"},
		{"models=baseline,siamese2&rounds=3&seed=5&epochs=3", searchAxes, "epochs=2 and epochs=3"},
		{"models=baseline&rounds=3&seed=5&epochs=2", searchAxes, "models=baseline,siamese2 and models=baseline"},
		{query + "&bn=0", searchAxes, "bn left to the preset and bn=0"},
		{query + "&kernels=fused", searchAxes, "kernels=simd and kernels=fused"},
		{query + "&workers=4", searchAxes, ""},
		{query + "&bn=1", searchAxes, ""}, // what the preset says anyway
	} {
		s := search(t, "")
		other := NewSearch(grid(t, test.query, test.axes), Whole(), Environment{UserAgent: "other"})
		finish(other.Apply, allLeft(other)[0])
		err := s.Merge(other)
		done, _ := s.Count()
		switch {
		case test.want == "" && (err != nil || done != 1):
			t.Errorf("%s: %v and %d runs, want one", test.query, err, done)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || done != 0):
			t.Errorf("%s; %s: %v and %d runs, want %q and none", test.query, test.axes, err, done, test.want)
		}
	}
	// The same run with other results.
	for _, spoil := range []func(*train.Result){
		func(r *train.Result) { r.Digest = "ff" },
		func(r *train.Result) { r.TestAccuracy /= 2 },
		func(r *train.Result) { r.Diverged = 1 },
	} {
		s, other := search(t, ""), search(t, "")
		trial := allLeft(s)[3]
		finish(s.Apply, trial)
		for _, trial := range allLeft(other)[:5] {
			finish(other.Apply, trial)
		}
		spoil(other.outcomes[3].rounds[0])
		before := asJSON(t, s.Result())
		if err := s.Merge(other); err == nil || !strings.Contains(err.Error(), trial.Setting.Name+", seed 5") {
			t.Errorf("%v, want an error about %s", err, trial.Setting.Name)
		}
		if after := asJSON(t, s.Result()); after != before {
			t.Errorf("the search became %s", after)
		}
	}
}

func TestBadSearchDocuments(t *testing.T) {
	s := search(t, "")
	finish(s.Apply, allLeft(s)[0])
	good := asJSON(t, s.Result())
	for _, test := range []struct{ old, new, want string }{
		{`pairlab.search/v1`, `pairlab.search/v2`, `want "pairlab.search/v1"`},
		{`{"schema"`, `{"schema`, "not a document of pairlab.search/v1"},
		{`"lr=0.01`, `"lr=-1,0.01`, "lr=-1"},
		{`"rounds":3`, `"rounds":0`, "rounds=0"},
		{`"kernels":"simd"`, `"kernels":"steam"`, "kernels=steam"},
		{`"setting":"baseline lr=0.01 ch1=8"`, `"setting":"baseline lr=7 ch1=8"`, `"baseline lr=7 ch1=8" is not a setting`},
		{`{"seed":5`, `{"seed":8`, "seed 8 is of no round: want 5 to 7"},
		{`{"seed":5`, `{"seed":4`, "seed 4"},
		{`"testAccuracy":0.`, `"testAccuracy":1.`, "seed 5 has figures that no run has"},
		{`"seconds":2,"pairsPerSecond":500,"digest"`, `"seconds":-2,"pairsPerSecond":500,"digest"`, "figures"},
		{`"digest":"`, `"digest":"=HYPERLINK`, "figures"},
		{`"rounds":[{`, `"rounds":[{"seed":5,"testAccuracy":0.5},{`, "seed 5 is there twice"},
		{`"parameters":`, `"parameters":-`, "parameters"},
		{`"runs":`, `"shard":"5/4","runs":`, "shard=5/4"},
	} {
		bad := strings.Replace(good, test.old, test.new, 1)
		if bad == good {
			t.Errorf("%s is not in %s", test.old, good)
		}
		if _, err := ParseSearch([]byte(bad)); err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "experiment: search: ") {
			t.Errorf("%s: %v, want %q", test.new, err, test.want)
		}
	}
}

// result is a search of which each point's accuracies are given; NaN diverged.
func scored(t *testing.T, accuracies map[string][]float64) SearchResult {
	t.Helper()
	s := NewSearch(grid(t, "models=siamese2,siamese10&rounds=4", "lr=0.01,0.1,1;ch1=8,16"), Whole(), Environment{})
	for name, list := range accuracies {
		for round, a := range list {
			r := train.Result{Seed: uint64(1 + round), TestAccuracy: a, Seconds: 1, PairsPerSecond: 100}
			if math.IsNaN(a) {
				r.TestAccuracy, r.Diverged = 0.9, 1
			}
			s.Apply(name, Event{Kind: DoneEvent, Round: round, Result: &r})
		}
	}
	return s.Result()
}

func TestBestIsTheHighestMeanOfEnoughRounds(t *testing.T) {
	r := scored(t, map[string][]float64{
		"siamese2 lr=0.01 ch1=8":  {0.8, 0.8, 0.8},
		"siamese2 lr=0.01 ch1=16": {0.8, 0.9}, // one round behind
		"siamese2 lr=0.1 ch1=8":   {0.99},     // two
		"siamese2 lr=0.1 ch1=16":  {0.95, 0.95, math.NaN()},
	})
	if best := r.Best(model.Siamese2); best == nil || best.Setting != "siamese2 lr=0.01 ch1=16" {
		t.Errorf("%+v, want lr=0.01 ch1=16", best)
	}
	if best := r.Best(model.Siamese10); best != nil {
		t.Errorf("%+v, want none", best)
	}
}

func TestPointsAreSortedByAnyColumn(t *testing.T) {
	r := scored(t, map[string][]float64{
		"siamese2 lr=0.01 ch1=8":  {0.8, 0.8},
		"siamese2 lr=0.01 ch1=16": {0.7},
		"siamese2 lr=0.1 ch1=8":   {math.NaN()},
		"siamese10 lr=1 ch1=16":   {0.9, 0.7},
	})
	for _, test := range []struct {
		column     string
		descending bool
		want       string
	}{
		{"mean", true, "0.01/8 1/16 0.01/16 0.1/8"},
		{"mean", false, "0.01/16 0.01/8 1/16 0.1/8"},
		{"std", false, "0.01/8 1/16 0.01/16 0.1/8"},
		{"ch1", false, "0.01/8 0.1/8 0.01/16 1/16"}, // 8 before 16
		{"lr", true, "1/16 0.1/8 0.01/8 0.01/16"},
		{"model", false, "1/16 0.01/8 0.01/16 0.1/8"},
		{"diverged", true, "0.1/8 0.01/8 0.01/16 1/16"},
		{"low", true, "0.01/8 1/16 0.01/16 0.1/8"},
	} {
		sorted := r
		sorted.Points = slices.Clone(r.Points)
		if err := sorted.Sort(test.column, test.descending); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range sorted.Points {
			got = append(got, strings.Join(p.Values, "/"))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("by %s: %v, want %s", test.column, got, test.want)
		}
	}
	if err := r.Sort("colour", false); err == nil || !strings.Contains(err.Error(), "lr, ch1, setting") {
		t.Errorf("by colour: %v", err)
	}
}

func TestSearchAsCSV(t *testing.T) {
	r := scored(t, map[string][]float64{
		"siamese2 lr=0.01 ch1=8":  {0.75, 0.75, 0.5},
		"siamese2 lr=0.01 ch1=16": {math.NaN()},
	})
	var b strings.Builder
	if err := r.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	i := MeanInterval([]float64{0.75, 0.75, 0.5})
	want := `setting,lr,ch1,model,parameters,rounds,collapsed,diverged,mean,low,high,std,median,seconds,pairsPerSecond
siamese2 lr=0.01 ch1=8,0.01,8,siamese2,0,3,1,0,0.6666666666666666,` +
		csvNumber(float64(i.Low)) + "," + csvNumber(float64(i.High)) + "," + csvNumber(float64(std([]float64{0.75, 0.75, 0.5}))) + `,0.75,1,100
siamese2 lr=0.01 ch1=16,0.01,16,siamese2,0,1,0,1,,,,,,,
`
	if b.String() != want {
		t.Errorf("CSV:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestHeatIsOfTheBestPoints(t *testing.T) {
	s := NewSearch(grid(t, "models=siamese2&rounds=1", "lr=0.01,0.1;ch1=8,16;fc=4,5"), Whole(), Environment{})
	for name, a := range map[string]float64{
		"siamese2 lr=0.01 ch1=8 fc=4": 0.7, "siamese2 lr=0.01 ch1=8 fc=5": 0.8, "siamese2 lr=0.1 ch1=16 fc=4": 0.9,
	} {
		s.Apply(name, Event{Kind: DoneEvent, Result: &train.Result{Seed: 1, TestAccuracy: a}})
	}
	text, err := json.Marshal(s.Result().Heat(model.Siamese2, "ch1", "lr"))
	if want := `{"X":["8","16"],"Y":["0.01","0.1"],"Accuracy":[[0.8,null],[null,0.9]]}`; err != nil || string(text) != want {
		t.Errorf("%s, %v; want %s", text, err, want)
	}
	if h := s.Result().Heat(model.Siamese2, "ch1", "bn"); h.X != nil {
		t.Errorf("a field that is not searched over: %+v", h)
	}
}

func TestTimeIsEstimatedFromSpeeds(t *testing.T) {
	// The preset's own widths: 3 rounds of 2 epochs of 1000 pairs, and tests
	// that take a third of that.
	s := NewSearch(grid(t, "models=baseline,siamese2&rounds=3&epochs=2", "ch1=64;ch2=64"), Whole(), Environment{})
	base := NewSearch(grid(t, "models=baseline&rounds=3&epochs=2", "ch1=64"), Whole(), Environment{})
	if got := float64(Seconds(allLeft(base), Speeds{model.Baseline: 1000}, 2)); math.Abs(got-6*4.0/3/2) > 1e-12 {
		t.Errorf("%v s, want 4", got)
	}
	if got := Seconds(allLeft(s), Speeds{model.Baseline: 1000}, 1); got.Valid() {
		t.Errorf("%v s without a speed for Siamese2, want none", got)
	}
	// A narrower network is faster, and a wider one slower.
	narrow := NewSearch(grid(t, "models=baseline&rounds=3&epochs=2", "ch1=8"), Whole(), Environment{})
	wide := NewSearch(grid(t, "models=baseline&rounds=3&epochs=2", "fc=1024"), Whole(), Environment{})
	speeds := Speeds{model.Baseline: 1000}
	if a, b, c := Seconds(allLeft(narrow), speeds, 1), Seconds(allLeft(base), speeds, 1), Seconds(allLeft(wide), speeds, 1); a >= b || b >= c {
		t.Errorf("%v, %v and %v s, want them to grow with the widths", a, b, c)
	}
	// What is measured takes the place of what is given, at any width: a run
	// as fast as the estimate said leaves the estimate as it was.
	trial := allLeft(narrow)[0]
	perRun := float64(Seconds(allLeft(narrow), speeds, 1)) / 3 / (4.0 / 3)
	finish(narrow.Apply, trial)
	narrow.outcomes[0].rounds[0].Seconds, narrow.outcomes[0].rounds[0].PairsPerSecond = perRun, 2000/perRun
	if got := narrow.Speeds(Speeds{model.Baseline: 1, model.Siamese2: 7}); math.Abs(got[model.Baseline]-1000) > 1e-9 || got[model.Siamese2] != 7 {
		t.Errorf("speeds %v, want 1000 as measured and 7 as given", got)
	}
}

// products counts as the published layers do: every weight once for each place
// of its map.
func TestProductsAreThoseOfTheLayers(t *testing.T) {
	for kind, want := range map[model.Kind]float64{
		model.Baseline: 64*121*32 + 64*64*16*25/3.0 + 1600*128 + 128*128 + 128*2 + 4*64*121,
		model.Siamese2: 2*(64*144*9+64*8*36+8*64+64*10+4*64*144) + 40,
	} {
		if got := products(model.Paper(kind)); math.Abs(got-want) > 1e-6 {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}
