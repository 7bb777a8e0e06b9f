package experiment

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/train"
)

func TestRunsAreRoundsOutermostWithOneSeedARound(t *testing.T) {
	c, err := ParseQuery("models=baseline,siamese2&rounds=3&seed=40")
	if err != nil {
		t.Fatal(err)
	}
	runs := c.Runs()
	if len(runs) != 6 {
		t.Fatalf("%d runs, want 6", len(runs))
	}
	for i, r := range runs {
		round, kind := i/2, c.Models[i%2]
		if r.Round != round || r.Model != kind || r.Seed != uint64(40+round) || r.Config.Model.Kind != kind {
			t.Errorf("run %d: %+v", i, r)
		}
	}
}

func TestPaperPresetIsThePublishedTraining(t *testing.T) {
	c, err := Defaults("")
	if err != nil {
		t.Fatal(err)
	}
	for kind, rate := range map[model.Kind]float64{model.Baseline: 0.1, model.Siamese2: 1, model.Siamese10: 0.1} {
		want := train.Config{
			Model: model.Paper(kind), Optim: optim.Config{Kind: optim.SGDKind, Rate: rate}, Batch: 100, Epochs: 25,
		}
		if got := c.Train(kind); got != want {
			t.Errorf("%s: %+v, want %+v", kind, got, want)
		}
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

// Each network is trained exactly as train.Tuned has it, from a link as well
// as from a result's settings.
func TestTunedPresetIsTheTunedTraining(t *testing.T) {
	c, err := ParseQuery("preset=tuned")
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
	fromObject, err := ParseObject(object)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range model.Kinds {
		for _, c := range []Config{c, fromObject} {
			if got, want := c.Train(kind), train.Tuned(kind); got != want {
				t.Errorf("%s: %+v, want %+v", kind, got, want)
			}
		}
	}
	if c.Rounds != 10 || c.Pairs != 1000 || c.Pool != 60_000 {
		t.Errorf("%+v: want the published rounds, pairs and images", c)
	}
	if c.Encode() != "preset=tuned" {
		t.Errorf("encoded as %q", c.Encode())
	}
}

// The tuned training can also be spelled out: nothing about it is out of reach
// of the settings.
func TestTunedTrainingCanBeSetByHand(t *testing.T) {
	const common = "epochs=200&optimizer=adam&schedule=cosine&recombine=1&logitrelu=0"
	for kind, own := range map[model.Kind]string{
		model.Baseline:  "lr=0.003&shift=0.5&shear=0.15&noise=0.3",
		model.Siamese2:  "lr=0.01&shift=1&shear=0.25&noise=0.4&soft=1",
		model.Siamese10: "lr=0.01&shift=1&shear=0.25&noise=0.4",
	} {
		c, err := ParseQuery(common + "&" + own)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c.Train(kind), train.Tuned(kind); got != want {
			t.Errorf("%s: %+v, want %+v", kind, got, want)
		}
	}
}

// What a setting allows, the training takes; and no more than that.
func TestRangesOfDistortionsAreTheTrainings(t *testing.T) {
	for _, name := range []string{"shift", "shear", "noise"} {
		f := FieldByName(name)
		var c Config
		f.set(&c, formatNumber(f.Max))
		c.Preset, c.Epochs, c.Batch = DefaultPreset, 1, 1
		if err := c.Train(model.Siamese10).Check(); err != nil {
			t.Error(err)
		}
		f.set(&c, formatNumber(f.Max+0.01))
		if c.Train(model.Siamese10).Check() == nil {
			t.Errorf("%s: the training takes more than %v", name, f.Max)
		}
	}
}

// A result of the paper preset says what it always has.
func TestPaperPresetIsWrittenAsEver(t *testing.T) {
	c, err := Defaults("")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"preset":"paper","models":["baseline","siamese2","siamese10"],"rounds":10,"epochs":25,"pairs":1000,` +
		`"batch":100,"workers":0,"kernels":"simd","transport":"auto","seed":1,"pool":60000}`
	if text, err := json.Marshal(c); err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}

func TestAnotherPresetKeepsTheChanges(t *testing.T) {
	for _, c := range []struct{ from, preset, want string }{
		{"", "tuned", "preset=tuned"},
		{"preset=tuned", "paper", ""},
		{"epochs=3&lr=0.5&bn=0&models=siamese2&seed=7", "tuned", "preset=tuned&models=siamese2&epochs=3&seed=7&lr=0.5&bn=0"},
		{"preset=tuned&epochs=25&soft=1", "paper", "soft=1"}, // 25 is the paper's own
		{"optimizer=adam&recombine=1", "tuned", "preset=tuned"},
		{"preset=tuned&optimizer=sgd&autostart=1", "paper", "autostart=1"},
		{"rounds=2", "paper", "rounds=2"},
	} {
		config, err := ParseQuery(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := config.With(c.preset).Encode(); got != c.want {
			t.Errorf("%q with %s: %q, want %q", c.from, c.preset, got, c.want)
		}
		if err := config.With(c.preset).Check(); err != nil {
			t.Errorf("%q with %s: %v", c.from, c.preset, err)
		}
	}
}

func TestUnknownPresetIsAnErrorAndNoPanic(t *testing.T) {
	if _, err := Defaults("poster"); err == nil {
		t.Error("Defaults: no error")
	}
	c, _ := Defaults("")
	c.Preset = "poster"
	c.Runs()
	var field *FieldError
	if err := c.Check(); !errors.As(err, &field) || field.Name != "preset" {
		t.Errorf("Check: %v, want an error about preset", err)
	}
}

func TestCheckFindsWhatNoTextCouldHaveSet(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"models":  func(c *Config) { c.Models = nil },
		"rounds":  func(c *Config) { c.Rounds = -1 },
		"batch":   func(c *Config) { c.Batch = 0 },
		"lr":      func(c *Config) { c.Rate = new(-0.5) },
		"seed":    func(c *Config) { c.Seed = 1 << 60 },
		"kernels": func(c *Config) { c.Kernels = "" },
	} {
		c, _ := Defaults("")
		spoil(&c)
		var field *FieldError
		if err := c.Check(); !errors.As(err, &field) || field.Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFieldsAreDescribedAndTheirDefaultsAllowed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Name] {
			t.Errorf("%s is in the table twice", f.Name)
		}
		seen[f.Name] = true
		if f.Label == "" || !strings.HasSuffix(f.Help, ".") || f.Range() == "" {
			t.Errorf("%s: label %q, help %q, range %q", f.Name, f.Label, f.Help, f.Range())
		}
		for _, p := range Presets() {
			c, err := Defaults(p.Name)
			if err != nil {
				t.Fatal(err)
			}
			text, same := f.Default(c)
			if same {
				if err := f.check(text); err != nil {
					t.Errorf("%s: default %q: %v", f.Name, text, err)
				}
			} else if !f.PerModel() || !strings.Contains(text, ", ") {
				t.Errorf("%s: default %q is not one of each model", f.Name, text)
			}
			if f.Changed(c) {
				t.Errorf("%s: the preset %s differs from itself", f.Name, p.Name)
			}
		}
	}
}

func TestDefaultsFollowTheOtherSettings(t *testing.T) {
	rate := FieldByName("lr")
	c, _ := Defaults("")
	if text, same := rate.Default(c); text != "0.1, 1, 0.1" || same {
		t.Errorf("SGD: %q, %v", text, same)
	}
	c.Optimizer = new(optim.AdamKind)
	if text, same := rate.Default(c); text != "0.001" || !same {
		t.Errorf("Adam: %q, %v", text, same)
	}
	c, _ = Defaults(TunedPreset)
	if text, same := rate.Default(c); text != "0.003, 0.01, 0.01" || same {
		t.Errorf("tuned: %q, %v", text, same)
	}
	c.Optimizer = new(optim.SGDKind)
	if text, _ := rate.Default(c); text != "0.1, 1, 0.1" {
		t.Errorf("tuned, but SGD: %q", text)
	}
	if text, same := FieldByName("soft").Default(c); text != "1, 0" || same {
		t.Errorf("soft: %q, %v", text, same)
	}
	if text, _ := FieldByName("ch2").Default(c); text != "64, 8, 16" {
		t.Errorf("ch2: %q", text)
	}
	if text, same := FieldByName("aux").Default(c); text != "1" || !same {
		t.Errorf("aux: %q, %v: want the siamese networks' only", text, same)
	}
}
