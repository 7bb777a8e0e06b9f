package text

import (
	"math"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/figure"
	"github.com/pairlab/pairlab/ui/state"
)

func percentOf(e train.Epoch, training bool) float64 {
	if training {
		return 100 * e.TrainAccuracy
	}
	return 100 * e.TestAccuracy
}

func twoNetworks() map[model.Kind]state.Curves {
	return map[model.Kind]state.Curves{
		model.Baseline:  {Live: []train.Epoch{{TestAccuracy: 0.6}}},
		model.Siamese10: {Mean: []train.Epoch{{TestAccuracy: 0.8, TrainAccuracy: 1}, {TestAccuracy: 0.9}}, Std: []train.Epoch{{TestAccuracy: 0.05}, {}}, Live: []train.Epoch{{TestAccuracy: math.NaN()}}},
	}
}

func TestTheTableHasWhatTheChartShows(t *testing.T) {
	got := plain(ChartTable("Accuracy", "%", twoNetworks(), percentOf, false, AccuracyFigure))
	for _, want := range []string{
		"<caption>Accuracy on the test pairs, %: mean ± std</caption>",
		`<tr><th scope="col">Epoch</th><th scope="col">Baseline</th><th scope="col">Siamese10</th><th scope="col">Siamese10, round in progress</th></tr>`,
		`<tr><th scope="row">1</th><td>60.00</td><td>80.00 ± 5.00</td><td>–</td></tr>`,
		`<tr><th scope="row">2</th><td>–</td><td>90.00 ± 0.00</td><td>–</td></tr>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %s: %s", want, got)
		}
	}
	if training := ChartTable("Accuracy", "%", twoNetworks(), percentOf, true, AccuracyFigure); !strings.Contains(training, "<td>100.00 ±") {
		t.Errorf("training pairs: %s", training)
	}
	if empty := ChartTable("Loss", "mean per pair", nil, percentOf, false, LossFigure); strings.Contains(empty, "<table") {
		t.Errorf("a table of nothing: %s", empty)
	}
}

func TestTheSavedChartHasTheNetworksThatAreNotHidden(t *testing.T) {
	c, _ := experiment.Defaults("")
	chart := ChartFigure("Accuracy", "%", c, twoNetworks(), map[model.Kind]bool{model.Baseline: true}, percentOf, false, figure.Range{})
	if len(chart.Lines) != 1 || chart.Lines[0].Name != "Siamese10" || chart.Lines[0].Low[0] != 75 || chart.Lines[0].High[0] != 85 {
		t.Errorf("lines %+v", chart.Lines)
	}
	want := "Strong lines: mean over finished rounds. Fine lines: the round in progress. Bands: ± one standard deviation."
	if chart.About != "Paper preset: 10 rounds of 25 epochs, seed 1." || chart.Note != want || chart.Title != "Accuracy on the test pairs" || chart.Y != "Accuracy, %" {
		t.Errorf("%q, %q, %q", chart.Title, chart.About, chart.Y)
	}
}

func TestTheKeySaysHowFarRoundsDiffer(t *testing.T) {
	c := twoNetworks()[model.Siamese10]
	if got := plain(Key(c, false, 0)); got != "80.0 ± 5.0 %, loss 0.000" {
		t.Errorf("%q", got)
	}
	if got := plain(Key(twoNetworks()[model.Baseline], false, -1)); got != "60.0 %, loss 0.000" {
		t.Errorf("%q", got)
	}
}
