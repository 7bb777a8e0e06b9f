package text

import (
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func shelved(t *testing.T, id, name, query string, accuracies ...float64) Shelved {
	t.Helper()
	c, err := experiment.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	var rounds []train.Result
	for _, a := range accuracies {
		rounds = append(rounds, train.Result{TestAccuracy: a, Seconds: 2})
	}
	return Shelved{
		ID: id, Name: name, When: "24 Nov 2026, 23:05", Config: c, Settings: Settings(c), Digest: "0123456789abcdef",
		Models: []ShelvedModel{{
			Kind: model.Siamese10, Rounds: len(rounds), Parameters: 39_588,
			Summary: experiment.Summarize(rounds), Interval: experiment.AccuracyInterval(rounds),
		}},
	}
}

func TestTheListSaysWhatAnExperimentWas(t *testing.T) {
	r := shelved(t, "1", "", "models=siamese10&rounds=2&epochs=3&bn=0", 0.79, 0.81)
	if got := r.Title(); got != "Experiment of 24 Nov 2026, 23:05" {
		t.Errorf("title %q", got)
	}
	if got, want := plain(r.Scores()), "Siamese10: 80.00 ± 1.41 %, 2 rounds, 95 % interval 67.29–92.71 %"; got != want {
		t.Errorf("scores %q, want %q", got, want)
	}
	want := "Paper preset, but Networks Siamese10, Rounds 2, Epochs 3, Batch normalisation off. Digest 0123456789ab."
	if got := plain(r.About()); got != want {
		t.Errorf("about %q, want %q", got, want)
	}
	as := shelved(t, "2", "Mine", "")
	if got := as.About(); as.Title() != "Mine" || got != "24 Nov 2026, 23:05. Paper preset as it is. Digest 0123456789ab." {
		t.Errorf("%q, %q", as.Title(), got)
	}
	if got := as.Scores(); got != "Siamese10: no round finished" {
		t.Errorf("scores %q", got)
	}
}

func TestExperimentsAreComparedByWhatDiffers(t *testing.T) {
	one := shelved(t, "1", `<b>&"x"</b>`, "models=siamese10&rounds=2&epochs=3", 0.79, 0.81)
	two := shelved(t, "2", "Two", "models=siamese10&rounds=2&epochs=3&bn=0", 0.9, 0.9)
	got := plain(Comparison([]Shelved{one, two}))
	for _, want := range []string{
		`<th scope="col">&lt;b>&amp;"x"&lt;/b></th><th scope="col">Two</th>`,
		`<tr><th scope="row">Batch normalisation</th><td>on</td><td>off</td></tr>`,
		`<tr><th scope="row">Siamese10 accuracy</th><td>80.00 ± 1.41 %, 2 rounds, 95 % interval 67.29–92.71 %</td><td>90.00 ± 0.00 %, 2 rounds, 95 % interval 90.00–90.00 %</td></tr>`,
		`<tr><th scope="row">Siamese10 parameters</th><td>39,588</td><td>39,588</td></tr>`,
		`<tr><th scope="row">Siamese10 time per round</th><td>2.00 s</td><td>2.00 s</td></tr>`,
		`<tr><th scope="row">Digest</th><td>0123456789ab</td><td>0123456789ab</td></tr>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the comparison lacks %s:\n%s", want, got)
		}
	}
	tuned := plain(Comparison([]Shelved{one, shelved(t, "3", "Three", "preset=tuned")}))
	for _, want := range []string{
		`<tr><th scope="row">Learning rate</th><td>Baseline 0.1, Siamese2 1, Siamese10 0.1</td><td>Baseline 0.003, Siamese2 0.01, Siamese10 0.01</td></tr>`,
		`<tr><th scope="row">Compare probabilities</th><td>off</td><td>Siamese2 on, Siamese10 off</td></tr>`,
	} {
		if !strings.Contains(tuned, want) {
			t.Errorf("of two presets, the comparison lacks %s:\n%s", want, tuned)
		}
	}
	for _, not := range []string{"<b>", "Epochs", "Baseline"} {
		if strings.Contains(got, not) {
			t.Errorf("the comparison has %s:\n%s", not, got)
		}
	}
}
