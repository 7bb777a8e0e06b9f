package experiment

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
)

func TestAxesAreReadAndWrittenOut(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"lr=0.01,0.03,0.1", "lr=0.01,0.03,0.1"},
		{" lr = 0.10 ,1e6", "lr=0.1,1e6"},
		{"ch1=16..64 step 16", "ch1=16,32,48,64"},
		{"ch1=8,16..70  step  16", "ch1=8,16,32,48,64"},
		{"ch1=1..4", "ch1=1,2,3,4"},
		{"ch1=8..64 times 2", "ch1=8,16,32,64"},
		{"pool=10000..30000", "pool=10000,20000,30000"},
		{"lr=0.001..1 times 10", "lr=0.001,0.01,0.1,1"},
		{"lr=0.1..0.5 step 0.1", "lr=0.1,0.2,0.3,0.4,0.5"},
		{"lr=0.1234567890123..1.1234567890123 step 1", "lr=0.1234567890123,1.1234567890123"},
		{"momentum=0..0.9999999 step 0.9999999", "momentum=0,0.9999999"},
		{"aux=0..1 step 0.1", "aux=0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1"},
		{"momentum=0..0 step 1", "momentum=0"},
		{"bn=1,0", "bn=1,0"},
		{"optimizer=sgd,adam", "optimizer=sgd,adam"},
		{"pairloss:aux=1:0, 1 : 0.5,0:1", "pairloss:aux=1:0,1:0.5,0:1"},
		{"pairs=007", "pairs=7"},
	} {
		a, err := ParseAxis(test.text)
		if err != nil || a.String() != test.want {
			t.Errorf("%q: %q, %v; want %q", test.text, a, err, test.want)
		}
	}
}

func TestBadGridsNameTheSettingAndItsValue(t *testing.T) {
	for _, test := range []struct{ text, name, value, message string }{
		{"", "grid", "", "at least one axis"},
		{";\n ;", "grid", ";\n ;", "at least one axis"},
		{"ch1=16,300", "ch1", "300", "1 to 256 channels"},
		{"ch1=16..300 step 16", "ch1", "300", "1 to 256 channels"},
		{"ch1=0..3", "ch1", "0", "1 to 256"},
		{"ch1=1..8 times 1.5", "ch1", "1.5", "whole number"},
		{"ch1=", "ch1", "", "whole number"},
		{"ch1", "ch1", "", "whole number"},
		{"ch1=8,,16", "ch1", "", "whole number"},
		{"ch1=16,016", "ch1", "16", "more than once"},
		{"ch1=1..3,2..4", "ch1", "2", "more than once"},
		{"ch1=9..3", "ch1", "9..3", "ends before"},
		{"ch1=3..9 step 0", "ch1", "3..9 step 0", "above 0"},
		{"ch1=3..9 step -1", "ch1", "3..9 step -1", "above 0"},
		{"ch1=3..9 step 0x2", "ch1", "3..9 step 0x2", "not a number"},
		{"ch1=3..9 by 2", "ch1", "3..9 by 2", "1..9 step 2"},
		{"ch1=3..9 step", "ch1", "3..9 step", "1..9 step 2"},
		{"lr=1..2", "lr", "1..2", "1..9 step 2"},
		{"lr=1..2 times 1", "lr", "1..2 times 1", "factor above 1"},
		{"aux=0..2 times 2", "aux", "0..2 times 2", "begins above 0"},
		{"lr=1..1e9 step 1", "lr", "1..1e9 step 1", "more than 1000"},
		{"momentum=0..1 step 0.5", "momentum", "1", "just under 1"},
		{"bn=0..1", "bn", "0..1", "a range needs numbers"},
		{"bn=on", "bn", "on", "0 or 1"},
		{"learningrate=1", "learningrate", "1", "no setting"},
		{"=1", "", "1", "no setting"},
		{"seed=1,2", "seed", "1,2", "not a setting to search over"},
		{"models=baseline,siamese2", "models", "baseline,siamese2", "want one of epochs, lr, bn"},
		{"lr=1;lr=2", "lr", "lr=2", "more than once"},
		{"lr=1;ch1:lr=2:2", "lr", "ch1:lr=2:2", "more than once"},
		{"lr:lr=1:1", "lr", "1:1", "more than once"},
		{"pairloss:aux=1", "pairloss:aux", "1", "a : between"},
		{"lr=1:2", "lr", "1:2", "a : between"},
		{"pairloss:aux=1..2:1", "pairloss", "1..2", "number"},
		{"ch1=1..256;ch2=1..256", "grid", "ch1=1..256;ch2=1..256", "more than 20000"},
		{"pairloss=0;aux=0", "grid", "pairloss=0;aux=0", "no loss"},
	} {
		c, _ := Defaults("")
		_, err := ParseGrid(c, test.text)
		var field *FieldError
		if !errors.As(err, &field) {
			t.Errorf("%q: error %v, want a FieldError", test.text, err)
			continue
		}
		if field.Name != test.name || field.Value != test.value || !strings.Contains(field.Message, test.message) {
			t.Errorf("%q: %+v, want %s=%s and %q", test.text, *field, test.name, test.value, test.message)
		}
	}
}

func TestGridChecksTheSettingsItStartsFrom(t *testing.T) {
	c, _ := Defaults("")
	c.Rounds = 0
	if _, err := ParseGrid(c, "lr=1;ch1=0"); err == nil || !strings.Contains(err.Error(), "rounds=0") || !strings.Contains(err.Error(), "ch1=0") {
		t.Errorf("error %v, want one about rounds and ch1", err)
	}
	// What the axes set need not go together in what they start from.
	c, _ = Defaults("")
	c.Pairs = 101
	c.Models = []model.Kind{model.Siamese2}
	if _, err := ParseGrid(c, "batch=50"); err == nil || !strings.Contains(err.Error(), "a batch of one pair") {
		t.Errorf("101 pairs in batches of 50: %v", err)
	}
	g, err := ParseGrid(c, "batch=50,30")
	if err != nil {
		t.Fatal(err)
	}
	if settings, skipped := g.Settings(); len(settings) != 1 || len(skipped) != 1 || skipped[0].Name != "siamese2 batch=50" {
		t.Errorf("settings %v, skipped %v: want batch=50 skipped", settings, skipped)
	}
}

func grid(t *testing.T, query, axes string) Grid {
	t.Helper()
	c, err := ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	g, err := ParseGrid(c, axes)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestSettingsLeaveOutWhatMeansNothing(t *testing.T) {
	g := grid(t, "rounds=2&epochs=3", "lr=0.5;sharing=1,0;pairloss:aux=1:1,0:1,1:0,0:0")
	settings, skipped := g.Settings()
	var got []string
	for _, s := range settings {
		got = append(got, s.Name)
	}
	want := []string{
		"baseline lr=0.5 pairloss=1",
		"siamese2 lr=0.5 sharing=1 pairloss=1 aux=1", "siamese10 lr=0.5 sharing=1 pairloss=1 aux=1",
		"siamese2 lr=0.5 sharing=1 pairloss=0 aux=1", "siamese10 lr=0.5 sharing=1 pairloss=0 aux=1",
		"siamese2 lr=0.5 sharing=1 pairloss=1 aux=0", "siamese10 lr=0.5 sharing=1 pairloss=1 aux=0",
		"siamese2 lr=0.5 sharing=0 pairloss=1 aux=1", "siamese10 lr=0.5 sharing=0 pairloss=1 aux=1",
		"siamese2 lr=0.5 sharing=0 pairloss=0 aux=1", "siamese10 lr=0.5 sharing=0 pairloss=0 aux=1",
		"siamese2 lr=0.5 sharing=0 pairloss=1 aux=0", "siamese10 lr=0.5 sharing=0 pairloss=1 aux=0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("settings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(skipped) != 5 || skipped[0].Name != "baseline lr=0.5 pairloss=0" || !strings.Contains(skipped[0].Reason, "no loss") {
		t.Errorf("skipped %+v, want Baseline's pairloss=0 and each siamese with neither loss", skipped)
	}
	if !slices.Equal(settings[0].Values(), []string{"0.5", "", "1", ""}) {
		t.Errorf("Baseline's values %q", settings[0].Values())
	}
}

func TestSettingsRunAsTheirConfigSays(t *testing.T) {
	g := grid(t, "rounds=3&seed=40&epochs=7&bn=0", "ch1=4,5;batch=10,20;optimizer=adam;sharing=0,1")
	settings, _ := g.Settings()
	if len(settings) != 4+8+8 {
		t.Fatalf("%d settings, want 20", len(settings))
	}
	for i := range settings {
		s := &settings[i]
		if err := s.Config().Check(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		for round, want := range s.Config().Runs() {
			if got := s.Run(round); got != want || got.Model != s.Model {
				t.Errorf("%s: round %d is %+v, want %+v", s.Name, round, got, want)
			}
		}
		// The name says all that the setting sets.
		fields := strings.Fields(s.Name)
		c, err := ParseQuery("rounds=3&seed=40&epochs=7&bn=0&models=" + strings.Join(fields, "&"))
		if err != nil || !reflect.DeepEqual(c.Runs(), s.Config().Runs()) {
			t.Errorf("%s: not the runs that its name says (%v)", s.Name, err)
		}
	}
	if g.Config.Ch1 != nil {
		t.Error("the grid's own settings were changed")
	}
}

func TestGridPresetsAreThePublishedSearch(t *testing.T) {
	c, _ := Defaults("")
	for name, want := range map[string]int{
		"rates": 3 * 5, "widths": 3 * 64, "losses": 2 * 8, "baseline": 4 * 4 * 4 * 5, "siamese": 2 * 4 * 4 * 4 * 5 * 8,
	} {
		presets := GridPresets()
		i := slices.IndexFunc(presets, func(p GridPreset) bool { return p.Name == name })
		if i < 0 {
			t.Errorf("no preset %s", name)
			continue
		}
		g, err := presets[i].Grid(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		settings, skipped := g.Settings()
		if len(settings) != want || len(skipped) > 0 {
			t.Errorf("%s: %d settings and %d skipped, want %d and none", name, len(settings), len(skipped), want)
		}
		if again, err := ParseGrid(g.Config, g.String()); err != nil || !reflect.DeepEqual(again, g) {
			t.Errorf("%s: %s does not read back: %v", name, g, err)
		}
	}
	// The published settings are points of it.
	for kind, name := range map[model.Kind]string{
		model.Baseline:  "baseline ch1=64 ch2=64 fc=128 lr=0.1",
		model.Siamese2:  "siamese2 ch1=64 ch2=8 fc=64 lr=1 pairloss=1 aux=1",
		model.Siamese10: "siamese10 ch1=64 ch2=16 fc=64 lr=0.1 pairloss=0 aux=1",
	} {
		presets := GridPresets()
		g, err := presets[len(presets)-1].Grid(c)
		if kind == model.Baseline {
			g, err = presets[len(presets)-2].Grid(c)
		}
		if err != nil {
			t.Fatal(err)
		}
		settings, _ := g.Settings()
		i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
		if i < 0 {
			t.Errorf("%s is not a point", name)
		} else if got := settings[i].Run(0).Config; got != c.Train(kind) {
			t.Errorf("%s: %+v, want %+v", name, got, c.Train(kind))
		}
	}
}

// A grid that is accepted reads the same from the text that it is written as.
func FuzzParseGrid(f *testing.F) {
	for _, text := range []string{
		"lr=0.01,0.03", "ch1=16..64 step 16;bn=0,1", "pairloss:aux=1:0,0:1", "lr=0.001..1 times 10\nfc=7",
		"aux=-0", "momentum=.5", "ch1=1..2 step 1e-9", "lr=1e-300..1e9 times 1e300", ";;=:=",
	} {
		f.Add(text)
	}
	c, err := ParseQuery("rounds=1&models=siamese2")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ParseGrid(c, text)
		if err != nil {
			var errs Errors
			if !errors.As(err, &errs) || len(errs) == 0 {
				t.Fatalf("%q: error %v is not an Errors", text, err)
			}
			return
		}
		again, err := ParseGrid(c, g.String())
		if err != nil || !reflect.DeepEqual(again, g) {
			t.Fatalf("%q: written as %q, which reads as %+v, %v", text, g.String(), again, err)
		}
		settings, _ := g.Settings()
		for _, s := range settings {
			if err := s.Config().Check(); err != nil {
				t.Fatalf("%q: %s: %v", text, s.Name, err)
			}
		}
	})
}
