package experiment

import (
	"errors"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func someSet(t *testing.T, query string) Set {
	t.Helper()
	c, err := ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSet(c, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheAddressSaysWhatSetsAreOf(t *testing.T) {
	for query, want := range map[string]string{
		"view=techniques&rounds=3":                        "rounds=3&view=techniques",
		"weights=0..1 step 0.5":                           "", // the default
		"weights=1,0&target=0.90":                         "weights=1,0&target=0.9",
		"view=search&grid=lr=0.10,1;ch1=16..32&shard=2/3": "view=search&grid=lr=0.1,1;ch1=" + oneByOne(16, 32) + "&shard=2/3",
		"grid=pairloss:aux=1:0,0:1&shard=1/1":             "grid=pairloss:aux=1:0,0:1",
	} {
		c, err := ParseQuery(strings.ReplaceAll(query, " ", "+"))
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := c.Encode(); got != want {
			t.Errorf("%s is written as %s, want %s", query, got, want)
		}
		if again, err := ParseQuery(want); err != nil || again.Views != c.Views {
			t.Errorf("%s: read as %+v (%v), want %+v", want, again.Views, err, c.Views)
		}
	}
	for query, want := range map[string]string{
		"view=elsewhere": "view=elsewhere: want one of training, techniques, search",
		"weights=0,x":    "weights=0,x: want a number, 0 to 100",
		"weights=1;lr=2": "weights=1;lr=2: want numbers",
		"target=0":       "target=0: want a number, above 0 to 1",
		"grid=lr=0,1":    "grid=lr=0,1: lr=0: want a number",
		"grid=seed=1":    "seed=1: is not a setting to search over",
		"grid=fog=1":     "fog=1: there is no setting of this name",
		"shard=4/3":      "shard=4/3: want k/n",
	} {
		if _, err := ParseQuery(query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", query, err, want)
		}
	}
}

func oneByOne(from, to int) string {
	var list []string
	for i := from; i <= to; i++ {
		list = append(list, integer().format(i))
	}
	return strings.Join(list, ",")
}

func TestScriptsNameWhatTheirViewHas(t *testing.T) {
	c, err := ParseTrials(map[string]any{"rounds": 2.0, "grid": "lr=0.1,1", "shard": "1/2"}, SearchView)
	if err != nil || c.Rounds != 2 || c.Views != (Views{View: SearchView, Grid: "lr=0.1,1", Shard: "1/2"}) {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = ParseTrials(map[string]any{"weights": "1,0", "target": 0.9}, TechniquesView)
	if err != nil || c.Views != (Views{View: TechniquesView, Weights: "1,0", Target: "0.9"}) {
		t.Errorf("%+v, %v", c, err)
	}
	for view, object := range map[string]map[string]any{
		SearchView: {"weights": "1,0"}, TechniquesView: {"shard": "1/2"}, "": {"grid": "lr=1"},
	} {
		if _, err := ParseTrials(object, view); err == nil || !strings.Contains(err.Error(), "address only") {
			t.Errorf("%s, %v: error %v", view, object, err)
		}
	}
	if _, err := ParseTrials(map[string]any{"grid": 7.0}, SearchView); err == nil || !strings.Contains(err.Error(), "grid=7: want a text") {
		t.Errorf("a number for a grid: error %v", err)
	}
}

func TestASetIsMadeOfSettingsAndSaysThem(t *testing.T) {
	for _, query := range []string{
		"view=techniques&models=siamese2&rounds=2&weights=1,0&target=0.9",
		"view=search&models=baseline&rounds=2&grid=lr=0.1,1;ch1=16,32&shard=2/2",
	} {
		s := someSet(t, query)
		c := s.Config()
		if c.Views != (Views{}) {
			t.Errorf("%s: its settings have %+v", query, c.Views)
		}
		c.Views = s.Views()
		if got := c.Encode(); got != sorted(query, got) {
			t.Errorf("%s is of %s", query, got)
		}
	}
	if a, b := someSet(t, "view=search&grid=lr=0.1,1&shard=1/2&workers=2"), someSet(t, "view=search&grid=lr=0.1,1"); SetName(a) != SetName(b) {
		t.Errorf("parts of one search are %s and %s", SetName(a), SetName(b))
	}
	for _, other := range []string{"view=search&grid=lr=0.1,2", "view=search&grid=lr=0.1,1&seed=2", "view=techniques"} {
		if a, b := someSet(t, "view=search&grid=lr=0.1,1"), someSet(t, other); SetName(a) == SetName(b) {
			t.Errorf("%s is taken for another", other)
		}
	}
	enough := errors.New("enough")
	c, _ := ParseQuery("view=search&grid=ch1=1..200")
	if _, err := NewSet(c, func() error { return enough }); err != enough {
		t.Errorf("a pause that fails: error %v, want %v", err, enough)
	}
	c.Views.Grid = ";"
	if _, err := NewSet(c, unpaused); err == nil || !strings.Contains(err.Error(), "at least one axis") {
		t.Errorf("no grid: error %v", err)
	}
	c.Views.Grid = ""
	if s, err := NewSet(c, unpaused); err != nil || s.Views().Grid != "" || len(s.Settings()) != 15 {
		t.Errorf("the grid that is there unless told otherwise: %v", err)
	}
}

// sorted is want if its pieces are those of query, in any order.
func sorted(query, want string) string {
	for piece := range strings.SplitSeq(query, "&") {
		if !strings.Contains("&"+want+"&", "&"+piece+"&") {
			return query
		}
	}
	if strings.Count(query, "&") != strings.Count(want, "&") {
		return query
	}
	return want
}

func TestSecondsLeftAreThoseOfTheRunsLeft(t *testing.T) {
	speeds := Speeds{model.Baseline: 1000, model.Siamese2: 5000, model.Siamese10: 4000}
	for _, query := range []string{"view=techniques&rounds=3", "view=search&rounds=3&models=siamese2&grid=lr=0.1,1;ch1=16,32,64&shard=2/3"} {
		s := someSet(t, query)
		for done := range 5 {
			want := Seconds(allLeft(s), speeds, 2)
			if got := s.SecondsLeft(speeds, 2); math.Abs(float64(got-want)) > 1e-9*float64(want) {
				t.Errorf("%s: %v s left after %d runs, want %v", query, got, done, want)
			}
			next := allLeft(s)[0]
			for range 2 { // told twice, it counts once
				s.Apply(next.Setting.Name, Event{Kind: DoneEvent, Model: next.Setting.Model, Round: next.Round, Parameters: 7, Result: &train.Result{}})
			}
			if rounds := finishedRounds(s.Document()); rounds != done+1 {
				t.Errorf("%s: the document has %d rounds after %d", query, rounds, done+1)
			}
		}
		if done, total := s.CountShard(); done != 5 || total != 5+len(allLeft(s)) {
			t.Errorf("%s: %d of %d runs are done, %d left", query, done, total, len(allLeft(s)))
		}
	}
}

func finishedRounds(document any) int {
	var points []Point
	switch d := document.(type) {
	case AblationResult:
		points = d.Points
	case SearchResult:
		points = d.Points
	}
	rounds := 0
	for _, p := range points {
		rounds += len(p.Rounds)
	}
	return rounds
}

func TestSpeedsAreMeasuredByTraining(t *testing.T) {
	c, _ := ParseQuery("models=siamese2,siamese10&rounds=1")
	half, _ := ParseQuery("models=siamese2&rounds=1&ch1=32")
	given := TypicalSpeeds("simd")
	measure := func(c Config) Speeds {
		a := NewAccumulator(c, Environment{})
		a.Apply(Event{Kind: DoneEvent, Model: model.Siamese2, Result: &train.Result{Seconds: 2, PairsPerSecond: 9000}})
		return a.Result().Speeds(given)
	}
	full := measure(c)
	if full[model.Siamese2] != 9000 || full[model.Siamese10] != given[model.Siamese10] {
		t.Errorf("speeds %v, want Siamese2 as measured and all else as given", full)
	}
	// A narrower network at that speed says that this computer is slower.
	if slow := measure(half)[model.Siamese2]; slow < 4000 || slow > 6000 {
		t.Errorf("half as wide at the same speed: %v, want about half", slow)
	}
}

func allLeft(s interface{ Left() iter.Seq[Trial] }) []Trial { return slices.Collect(s.Left()) }
