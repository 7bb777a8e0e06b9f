package experiment

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/train"
)

func TestEmptyQueryIsThePaperPreset(t *testing.T) {
	for _, query := range []string{"", "?", "preset=paper", "?preset=paper&rounds=10&lr="} {
		c, err := ParseQuery(query)
		if query == "?preset=paper&rounds=10&lr=" {
			if err == nil {
				t.Errorf("%s: no error for an empty number", query)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		want := Config{
			Preset: "paper", Models: []model.Kind{model.Baseline, model.Siamese2, model.Siamese10},
			Rounds: 10, Epochs: 25, Pairs: 1000, Batch: 100, Kernels: "simd", Transport: "auto", Seed: 1, Pool: 60000,
		}
		if !reflect.DeepEqual(c, want) {
			t.Errorf("%q: %+v, want %+v", query, c, want)
		}
	}
}

func TestEncodeIsShortAndReadsBack(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"", ""},
		{"rounds=10&epochs=25&seed=1&kernels=simd&workers=0&transport=auto&autostart=0", ""},
		{"?epochs=2&autostart=1", "epochs=2&autostart=1"},
		{"models=siamese10,baseline", "models=baseline,siamese10"},
		{"models=siamese2%2Csiamese10", "models=siamese2,siamese10"},
		{"lr=0.10", "lr=0.1"},
		{"lr=1e6", "lr=1e6"},
		{"lr=0.00000025", "lr=2.5e-7"},
		{"lr=1000000000", "lr=1e9"},
		{"bn=1&sharing=1&aux=1&ch1=64&momentum=0&optimizer=sgd", ""}, // what each model has anyway
		{"bn=0&sharing=0&aux=0.5&ch1=32", "bn=0&sharing=0&aux=0.5&ch1=32"},
		{"ch2=64", "ch2=64"}, // the Baseline's own, not the others'
		{"lr=0.001&optimizer=adam", "optimizer=adam"},
		{"optimizer=adam&lr=0.01", "lr=0.01&optimizer=adam"},
		{"lr=0.001", "lr=0.001"},
		{"preset=tuned", "preset=tuned"},
		{"schedule=constant&recombine=0&shift=0&shear=0&noise=0&logitrelu=1&soft=0", ""},
		{"preset=tuned&epochs=200&optimizer=adam&schedule=cosine&recombine=1&logitrelu=0", "preset=tuned"},
		{"shift=1.5&schedule=constant&preset=tuned&soft=1", "preset=tuned&schedule=constant&shift=1.5&soft=1"},
		{"preset=tuned&epochs=25&lr=0.01", "preset=tuned&epochs=25&lr=0.01"}, // the Baseline's is another
		{"seed=9007199254740982", "seed=9007199254740982"},
		{"&&epochs=3&", "epochs=3"},
		{"rounds=007", "rounds=7"},
	} {
		c, err := ParseQuery(test.query)
		if err != nil {
			t.Errorf("%q: %v", test.query, err)
			continue
		}
		if got := c.Encode(); got != test.want {
			t.Errorf("%q: encoded as %q, want %q", test.query, got, test.want)
		}
		again, err := ParseQuery(c.Encode())
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%q: %+v read back as %+v, %v", test.query, c, again, err)
		}
	}
}

func TestBadQueriesNameTheSettingAndItsValue(t *testing.T) {
	for _, test := range []struct{ query, name, value, message string }{
		{"preset=poster", "preset", "poster", "paper"},
		{"preset=", "preset", "", "paper"},
		{"models=siamese3", "models", "siamese3", "baseline, siamese2, siamese10"},
		{"models=", "models", "", "baseline"},
		{"models=baseline,baseline", "models", "baseline,baseline", "baseline is named twice"},
		{"models=baseline,", "models", "baseline,", "one or more"},
		{"rounds=0", "rounds", "0", "1 to 100"},
		{"rounds=101", "rounds", "101", "1 to 100"},
		{"rounds=1.5", "rounds", "1.5", "whole number"},
		{"rounds=1e1", "rounds", "1e1", "whole number"},
		{"rounds=-1", "rounds", "-1", "1 to 100"},
		{"rounds=+1", "rounds", " 1", "whole number"},
		{"rounds", "rounds", "", "whole number"},
		{"epochs=1001", "epochs", "1001", "1 to 1000"},
		{"epochs=99999999999999999999999", "epochs", "99999999999999999999999", "1 to 1000"},
		{"pairs=5001", "pairs", "5001", "1 to 5000"},
		{"batch=0", "batch", "0", "1 to 1000"},
		{"workers=17", "workers", "17", "0 to 16"},
		{"kernels=quantum", "kernels", "quantum", "simd"},
		{"seed=9007199254740992", "seed", "9007199254740992", "9007199254740991"},
		{"seed=9007199254740993", "seed", "9007199254740993", "9007199254740991"},
		{"seed=9007199254740991", "seed", "9007199254740991", "last round"},
		{"pool=15000", "pool", "15000", "steps of 10000"},
		{"pool=70000", "pool", "70000", "60000"},
		{"lr=0", "lr", "0", "above 0"},
		{"lr=1e-999", "lr", "1e-999", "above 0"},
		{"lr=-1", "lr", "-1", "above 0"},
		{"lr=2e9", "lr", "2e9", "1e9"},
		{"lr=NaN", "lr", "NaN", "number"},
		{"lr=Inf", "lr", "Inf", "number"},
		{"lr=0x1p-2", "lr", "0x1p-2", "number"},
		{"lr=1_0", "lr", "1_0", "number"},
		{"momentum=1", "momentum", "1", "just under 1"},
		{"weightdecay=1.1", "weightdecay", "1.1", "0 to 1"},
		{"optimizer=rprop", "optimizer", "rprop", "sgd, adam"},
		{"schedule=", "schedule", "", "constant, cosine"},
		{"schedule=step", "schedule", "step", "constant, cosine"},
		{"shift=3.1", "shift", "3.1", "0 to 3 pixels"},
		{"shear=-0.1", "shear", "-0.1", "0 to 0.4 pixels per row"},
		{"noise=2.5", "noise", "2.5", "0 to 2 standard deviations"},
		{"recombine=2", "recombine", "2", "0 or 1"},
		{"bn=yes", "bn", "yes", "0 or 1"},
		{"autostart=2", "autostart", "2", "0 or 1"},
		{"aux=101", "aux", "101", "0 to 100"},
		{"aux=1e-60", "aux", "1e-60", "0 to 100"},
		{"lr=1e-60", "lr", "1e-60", "above 0"},
		{"momentum=0.999999999", "momentum", "0.999999999", "just under 1"},
		{"ch1=257", "ch1", "257", "1 to 256"},
		{"fc=1025", "fc", "1025", "1 to 1024"},
		{"rounds=1&rounds=2", "rounds", "2", "more than once"},
		{"lr=%zz", "lr", "%zz", "hexadecimal"},
		{"lr=%4", "lr", "%4", "hexadecimal"},
		{"%=4", "%", "4", "hexadecimal"},
		{"learningrate=1", "learningrate", "1", "no setting"},
		{"Rounds=1", "Rounds", "1", "no setting"},
		{"=1", "", "1", "no setting"},
		// Settings that do not go together.
		{"pairloss=0", "pairloss", "0", "Baseline with no loss"},
		{"models=siamese10&aux=0", "aux", "0", "Siamese10 with no loss"},
		{"pairs=101&batch=100", "batch", "100", "one pair"},
		{"pairs=100&batch=1", "batch", "1", "one pair"},
	} {
		c, err := ParseQuery(test.query)
		var field *FieldError
		if !errors.As(err, &field) {
			t.Errorf("%s: error %v, want a FieldError", test.query, err)
			continue
		}
		if field.Name != test.name || field.Value != test.value || !strings.Contains(field.Message, test.message) {
			t.Errorf("%s: %+v, want %s=%s and %q", test.query, *field, test.name, test.value, test.message)
		}
		if !strings.Contains(err.Error(), test.name) || !strings.HasPrefix(err.Error(), "experiment: ") {
			t.Errorf("%s: %q does not say which setting", test.query, err)
		}
		if c.Preset != "paper" {
			t.Errorf("%s: no settings to go on with: %+v", test.query, c)
		}
	}
}

func TestGoodSettingsSurviveBadOnes(t *testing.T) {
	c, err := ParseQuery("epochs=3&rounds=0&lr=x&seed=7&bogus=1")
	var errs Errors
	if !errors.As(err, &errs) || len(errs) != 3 {
		t.Fatalf("errors %v, want three", err)
	}
	if c.Epochs != 3 || c.Seed != 7 || c.Rounds != 10 || c.Rate != nil {
		t.Errorf("%+v, want epochs 3 and seed 7, the rest the preset's", c)
	}
	if !errs[2].Unknown || errs[0].Unknown {
		t.Errorf("unknown: %v and %v, want the last only", errs[2], errs[0])
	}
}

func TestLonePairsAreFineWithoutBatchNormOrBranches(t *testing.T) {
	for _, query := range []string{"pairs=101&bn=0", "pairs=101&models=baseline", "pairs=102", "pairs=50", "pairs=1&bn=0&batch=1"} {
		if _, err := ParseQuery(query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestObjectsHaveNumbersArraysAndBooleans(t *testing.T) {
	var object map[string]any
	text := `{"models":["siamese10"],"rounds":2,"epochs":3,"seed":5,"lr":0.5,"optimizer":"adam","bn":false,"sharing":0,"ch1":8,"pool":null}`
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	c, err := ParseObject(object)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ParseQuery("models=siamese10&rounds=2&epochs=3&seed=5&lr=0.5&optimizer=adam&bn=0&sharing=0&ch1=8")
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, want %+v (%v)", c, want, err)
	}
}

func TestBadObjects(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
	}{
		{"rounds", "3"}, {"rounds", 2.5}, {"rounds", true}, {"rounds", []any{1.0}}, {"rounds", map[string]any{}},
		{"rounds", -1.0}, {"lr", "0.1"}, {"lr", 1e300}, {"models", "baseline"}, {"models", []any{1.0}}, {"models", []any{}},
		{"models", []any{"baseline", "siamese3"}}, {"bn", "1"}, {"bn", 2.0}, {"optimizer", 1.0}, {"optimizer", "x"},
		{"schedule", ""}, {"recombine", "1"}, {"shift", 4.0}, {"preset", "best"}, {"kernels", false}, {"autostart", true}, {"colour", "red"}, {"colour", nil}, {"seed", 1e17},
	} {
		_, err := ParseObject(map[string]any{test.name: test.value})
		var field *FieldError
		if !errors.As(err, &field) || field.Name != test.name {
			t.Errorf("%s: %v: error %v, want one of %s", test.name, test.value, err, test.name)
		}
	}
}

func TestAConfigsJSONReadsBackAsAnObject(t *testing.T) {
	for _, query := range []string{
		"", "epochs=3&lr=1e6&bn=0&optimizer=adam&fc=7&models=siamese2&seed=123&aux=0.25",
		"preset=tuned&schedule=constant&soft=1&recombine=0", "schedule=cosine&shift=0.5&shear=0.1&noise=1&logitrelu=0",
	} {
		c, err := ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]any
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatal(err)
		}
		again, err := ParseObject(object)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%s: %s read back as %+v, %v", query, text, again, err)
		}
		for name := range object {
			if FieldByName(name).Name != name {
				t.Errorf("%s in the JSON form is not a setting's name", name)
			}
		}
	}
}

func TestFormValuesMayLeaveModelsTheirOwn(t *testing.T) {
	c, err := ParseValues(map[string]string{"lr": " ", "rounds": " 3 ", "aux": "", "momentum": "0.5"})
	if err != nil || c.Rounds != 3 || c.Rate != nil || *c.Momentum != 0.5 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := ParseValues(map[string]string{"rounds": ""}); err == nil {
		t.Error("no error for an empty number of rounds")
	}
}

// A query that is accepted is encoded as one that reads the same, and that
// encodes as itself; one that is not gives errors that are Errors.
func FuzzParseQuery(f *testing.F) {
	for _, query := range []string{
		"", "?epochs=2&lr=0.1", "models=siamese10,baseline&seed=9007199254740991&rounds=1", "lr=%31e6&bn=0",
		"preset=tuned&schedule=constant&soft=0&shear=.2", "optimizer=adam&lr=0.001", "a=b&a=c", "lr=-0&aux=-0", "momentum=.5&aux=5.", "%&%%&=", "aux=1e-7&pool=20000",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		c, err := ParseQuery(query)
		if err != nil {
			var errs Errors
			if !errors.As(err, &errs) || len(errs) == 0 {
				t.Fatalf("%q: error %v is not an Errors", query, err)
			}
			return
		}
		if err := c.Check(); err != nil {
			t.Fatalf("%q: accepted, but %v", query, err)
		}
		short := c.Encode()
		again, err := ParseQuery(short)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Fatalf("%q: encoded as %q, which reads as %+v, %v; want %+v", query, short, again, err, c)
		}
		if twice := again.Encode(); twice != short {
			t.Fatalf("%q: encoded as %q, then as %q", query, short, twice)
		}
	})
}

func TestOverridesReachTheModelsThatHaveThem(t *testing.T) {
	c, err := ParseQuery("lr=0.3&bn=0&sharing=0&aux=2&pairloss=3&momentum=0.9&weightdecay=0.01&ch1=4&ch2=5&fc=6&batch=50&epochs=7&optimizer=adam&schedule=cosine" +
		"&recombine=1&shift=1&shear=0.1&noise=0.5&logitrelu=0&soft=1")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range model.Kinds {
		got := c.Train(kind)
		m := model.Paper(kind)
		m.Ch1, m.Ch2, m.FC, m.BatchNorm, m.PairLoss = 4, 5, 6, false, 3
		if kind != model.Baseline { // which has no digits to name, and nothing to share
			m.Sharing, m.AuxLoss, m.LogitReLU, m.Soft = false, 2, false, true
		}
		o := optim.Config{Kind: optim.AdamKind, Rate: 0.3, Momentum: 0.9, WeightDecay: 0.01, Schedule: optim.Cosine}
		if got.Model != m || got.Optim != o || got.Batch != 50 || got.Epochs != 7 ||
			!got.Recombine || got.Augment != (train.Augment{Shift: 1, Shear: 0.1, Noise: 0.5}) {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}
