package main

import (
	"math"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func TestSettingsLeftEmptyComeFromThePreset(t *testing.T) {
	_, c, err := parseSettings([]string{"rounds=3", "epochs=", "models=siamese2", "lr="})
	if err != nil {
		t.Fatal(err)
	}
	preset, err := experiment.Defaults("")
	if err != nil {
		t.Fatal(err)
	}
	if c.Rounds != 3 || c.Epochs != preset.Epochs || len(c.Models) != 1 || c.Models[0] != model.Siamese2 || c.Rate != nil {
		t.Errorf("got %+v", c)
	}
	for arg, want := range map[string]string{"rounds=0": "rounds", "round=3": "round", "rounds": "NAME=VALUE"} {
		if _, _, err := parseSettings([]string{arg}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", arg, err, want)
		}
	}
}

func TestBenchRefusesWhatItSetsItself(t *testing.T) {
	for _, arg := range []string{"rounds=3", "epochs=5", "pool=2000"} {
		// Before it looks for a site or a browser.
		err := run(t.Context(), []string{"bench", "-dir", t.TempDir(), "models=siamese2", arg})
		if err == nil || !strings.Contains(err.Error(), arg) {
			t.Errorf("%s: error %v, want one that names it", arg, err)
		}
	}
	if _, _, err := parseSettings([]string{"rounds=", "epochs=", "workers=2"}, benchSets...); err != nil {
		t.Errorf("what make leaves empty: %v", err)
	}
}

func TestObjectIsWhatTheScriptInterfaceTakes(t *testing.T) {
	_, want, err := parseSettings([]string{"models=siamese2,baseline", "lr=0.5", "bn=0", "seed=7"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := object(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := experiment.ParseObject(o)
	if err != nil || got.Encode() != want.Encode() {
		t.Errorf("got %q, %v, want %q", got.Encode(), err, want.Encode())
	}
}

func TestTableHasOurFiguresBesideThePublishedOnes(t *testing.T) {
	rounds := []train.Result{{TestAccuracy: 0.97}, {TestAccuracy: 0.98}, {Diverged: 2}}
	one := []train.Result{{TestAccuracy: 0.6}}
	var out strings.Builder
	printTable(&out, experiment.Result{Models: []experiment.ModelResult{
		{Name: model.Siamese10, Parameters: 39588, Summary: experiment.Summarize(rounds), Rounds: rounds},
		{Name: model.Siamese2, Parameters: 20620, Summary: experiment.Summarize(one), Rounds: one},
	}})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	// The unbiased standard deviation of 97 and 98 is sqrt(1/2).
	for line, wants := range map[int][]string{
		2: {"Siamese10", "97.50 ± " + percent(experiment.Number(math.Sqrt(0.5)/100)), "1 of 3", "97.23 ± 0.57", "39588"},
		3: {"Siamese2", "| 60.00 |", "1 of 1", "91.50 ± 1.65"},
	} {
		for _, want := range wants {
			if !strings.Contains(strings.Join(strings.Fields(lines[line]), " "), want) {
				t.Errorf("line %q lacks %q", lines[line], want)
			}
		}
	}
	for _, line := range lines[1:] {
		if len([]rune(line)) != len([]rune(lines[0])) {
			t.Errorf("the table's lines differ in length:\n%s", out.String())
			break
		}
	}
}
