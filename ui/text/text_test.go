package text

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/state"
)

func plain(s string) string { return strings.ReplaceAll(s, nbsp, " ") }

func TestFigures(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Percent(0.97234, 2), "97.23 %"}, {Percent(1, 0), "100 %"}, {Percent(math.NaN(), 1), "–"},
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1,000"}, {Count(289666), "289,666"}, {Count(-1234567), "-1,234,567"},
		{seconds(0.456), "0.46 s"}, {seconds(12.34), "12.3 s"}, {seconds(123.4), "123 s"},
		{speed(1519.6), "1,520 pairs/s"},
		{loss(0.12345), "0.123"}, {loss(12.345), "12.3"}, {loss(1234.4), "1,234"}, {loss(1.5e9), "1.5e+09"},
		{roughly(0), "1 s"}, {roughly(7500 * time.Millisecond), "8 s"}, {roughly(31 * time.Second), "35 s"},
		{roughly(55 * time.Second), "55 s"}, {roughly(56 * time.Second), "1 min"}, {roughly(59 * time.Minute), "59 min"}, {roughly(59*time.Minute + time.Second), "1 h"},
		{roughly(61 * time.Second), "1 min 10 s"}, {roughly(120 * time.Second), "2 min"}, {roughly(11*time.Minute + time.Second), "12 min"},
		{roughly(2 * time.Hour), "2 h"}, {roughly(121 * time.Minute), "2 h 10 min"},
		{megabytes(3_440_000), "3.4"}, {Times(1, "round"), "1 round"}, {Times(1000, "pair"), "1,000 pairs"},
		{TrainLabel(model.Kinds[:]), "Train all three"}, {TrainLabel(model.Kinds[:2]), "Train both"},
		{TrainLabel(model.Kinds[2:]), "Train Siamese10"},
	} {
		if plain(test.got) != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestCardFollowsARun(t *testing.T) {
	c, err := experiment.ParseQuery("models=baseline,siamese2&rounds=2&epochs=3")
	if err != nil {
		t.Fatal(err)
	}
	s := state.New()
	card := func(now time.Duration) Card { return CardOf(s, model.Baseline, now) }
	if got := card(0); got.Where != "Not trained yet" || got.Score != none || got.Off {
		t.Errorf("at first: %+v", got)
	}
	s.Begin(0, c, experiment.Environment{})
	if got := card(0); got.Where != "Waiting for its turn" {
		t.Errorf("waiting: %+v", got)
	}
	if got := CardOf(s, model.Siamese10, 0); !got.Off {
		t.Errorf("a model not in the experiment: %+v", got)
	}
	event := func(e experiment.Event) {
		e.Model = model.Baseline
		s.Apply(3*time.Second, e)
	}
	event(experiment.Event{Kind: experiment.StartEvent, Parameters: 289666})
	if got := card(0); got.Where != "Round 1 of 2, starting" || got.Parameters != "289,666" || !got.Active {
		t.Errorf("starting: %+v", got)
	}
	stopped := *s
	stopped.SetPhase(0, state.Done)
	if got := CardOf(&stopped, model.Baseline, 0); got.Where != "Round 1 of 2, not begun" {
		t.Errorf("stopped before it has begun: %+v", got)
	}
	event(experiment.Event{Kind: experiment.EpochEvent, EpochNumber: 1, Epoch: &train.Epoch{TestAccuracy: 0.654}})
	event(experiment.Event{Kind: experiment.ProgressEvent, Progress: &train.Progress{
		Epoch: 2, Epochs: 3, Batch: 5, Batches: 10, Loss: 0.5, Accuracy: 0.75, Seconds: 3, PairsPerSecond: 500,
	}})
	got := card(6 * time.Second)
	want := Card{
		Parameters: "289,666", Score: "65.4 %", ScoreNote: "test accuracy after epoch 1",
		Where: "Round 1 of 2, epoch 2 of 3, batch 5 of 10", Left: "3 s left in this round",
		Training: "75.0 %, loss 0.500", Time: "3.00 s at 500 pairs/s", Fraction: 0.25, Active: true,
	}
	got.Score, got.Training, got.Time = plain(got.Score), plain(got.Training), plain(got.Time)
	if got != want {
		t.Errorf("training: %+v, want %+v", got, want)
	}
	finished := &train.Result{TestAccuracy: 0.8, TrainAccuracy: 0.9, Seconds: 6, PairsPerSecond: 480, Epochs: []train.Epoch{{TrainLoss: 0.25}}}
	event(experiment.Event{Kind: experiment.DoneEvent, Result: finished})
	event(experiment.Event{Kind: experiment.DoneEvent, Round: 1, Result: &train.Result{Diverged: 2}})
	if got := card(0); plain(got.Score) != "80.00 %" || got.Where != "2 rounds done, 1 diverged" {
		t.Errorf("done: %+v", got)
	}
	cells := map[string]string{"mean": "80.00 %", "interval": "–", "median": "80.00 %", "rounds": "2 of 2", "collapsed": "0", "diverged": "1", "parameters": "289,666", "seconds": "6.00 s", "speed": "480 pairs/s"}
	for _, row := range Rows {
		if got := plain(Cell(s, model.Baseline, row)); got != cells[row] {
			t.Errorf("%s: %q, want %q", row, got, cells[row])
		}
	}
}

// The column of a network is of the experiment in hand, from its beginning on.
func TestTheTableSaysTheParameters(t *testing.T) {
	s := state.New()
	if got := Cell(s, model.Siamese10, "parameters"); got != "" {
		t.Errorf("before any experiment: %q, want the page's own", got)
	}
	c, _ := experiment.ParseQuery("models=siamese10&ch1=8")
	s.Begin(0, c, experiment.Environment{})
	want := Count(c.Train(model.Siamese10).Model.Parameters())
	if got := Cell(s, model.Siamese10, "parameters"); got != want || got == "39,588" {
		t.Errorf("before its first round: %q, want %q", got, want)
	}
	if got := Cell(s, model.Baseline, "parameters"); got != none {
		t.Errorf("of a network that is not trained: %q, want none", got)
	}
}

// With two rounds the half width is 12.706 standard errors: 12.706·0.02/2 for
// 0.79 and 0.81.
func TestTheTableSaysTheInterval(t *testing.T) {
	c, _ := experiment.ParseQuery("models=baseline&rounds=2")
	s := state.New()
	s.Begin(0, c, experiment.Environment{})
	for round, accuracy := range []float64{0.79, 0.81} {
		s.Apply(0, experiment.Event{Kind: experiment.DoneEvent, Model: model.Baseline, Round: round, Result: &train.Result{TestAccuracy: accuracy}})
	}
	if got := plain(Cell(s, model.Baseline, "interval")); got != "67.29–92.71 %" {
		t.Errorf("%q, want 67.29–92.71 %%", got)
	}
}

func TestADivergedRunSaysWhere(t *testing.T) {
	c, _ := experiment.ParseQuery("models=baseline&rounds=1&lr=1e6")
	s := state.New()
	s.Begin(0, c, experiment.Environment{})
	s.Apply(0, experiment.Event{Kind: experiment.DoneEvent, Model: model.Baseline, Result: &train.Result{Diverged: 3}})
	if got := CardOf(s, model.Baseline, 0); got.Score != "Diverged" || !strings.Contains(got.ScoreNote, "epoch 3") {
		t.Errorf("%+v", got)
	}
}

func TestAnnouncementsAreThrottledButNotPhases(t *testing.T) {
	c, _ := experiment.ParseQuery("models=baseline&rounds=10&epochs=1")
	s := state.New()
	a := &Announcer{}
	s.SetPhase(0, state.Ready)
	if text, due := a.Next(s, 0); !due || text != "Ready to train." {
		t.Errorf("%q, %v", text, due)
	}
	s.Begin(0, c, experiment.Environment{})
	if _, due := a.Next(s, time.Second); !due {
		t.Error("the beginning is not announced")
	}
	for round := range 3 {
		s.Apply(0, experiment.Event{Kind: experiment.DoneEvent, Model: model.Baseline, Round: round, Result: &train.Result{TestAccuracy: 0.8}})
		if text, due := a.Next(s, 2*time.Second); due {
			t.Errorf("%q one second after the last announcement", text)
		}
	}
	if text, due := a.Next(s, 10*time.Second); !due || text != "Training, 30 % done." {
		t.Errorf("%q, %v", text, due)
	}
	if _, due := a.Next(s, 100*time.Second); due {
		t.Error("the same is announced twice")
	}
	s.SetPhase(0, state.Done)
	if text, due := a.Next(s, 100*time.Second); !due || plain(text) != "Training stopped. Baseline 80.0 %." {
		t.Errorf("%q, %v", text, due)
	}
}

func TestChartDataIsJSONWithGaps(t *testing.T) {
	epochs := func(accuracies ...float64) (list []train.Epoch) {
		for _, a := range accuracies {
			list = append(list, train.Epoch{TestAccuracy: a})
		}
		return list
	}
	curves := map[model.Kind]state.Curves{
		model.Baseline:  {Live: epochs(0.5)},
		model.Siamese10: {Mean: epochs(0.25, math.NaN(), 0.75), Std: epochs(0.25, math.NaN(), 0.25), Live: epochs(0.5, 1)},
	}
	text := ChartData(curves, func(e train.Epoch, _ bool) float64 { return e.TestAccuracy }, false)
	none := "[null,null,null]"
	want := "[[1,2,3]," + none + "," + none + ",[0.5,null,null]," + none + // Baseline: edges of the band, line, line beside
		"," + none + "," + none + "," + none + "," + none +
		",[0.5,null,1],[0,null,0.5],[0.25,null,0.75],[0.5,1,null]]"
	if text != want {
		t.Errorf("%s, want %s", text, want)
	}
	if empty := ChartData(nil, nil, false); !json.Valid([]byte(empty)) {
		t.Errorf("no curves: %s", empty)
	}
}

func TestRangesAndErrorsAreSentences(t *testing.T) {
	for preset, wants := range map[string]map[string]string{
		"paper": {
			"rounds":  "1 to 100 rounds; default 10.",
			"lr":      "Above 0 to 1e9; default Baseline 0.1, Siamese2 1, Siamese10 0.1.",
			"pool":    "10000 to 60000 images in steps of 10000; default 60000.",
			"bn":      "Default on.",
			"sharing": "Default on. Not for the Baseline.",
			"models":  "Default all.", "optimizer": "Default SGD.",
			"soft": "Default off. Not for the Baseline.",
		},
		"tuned": {
			"epochs": "1 to 1000 epochs; default 200.",
			"shift":  "0 to 3 pixels; default Baseline 0.5, Siamese2 1, Siamese10 1.",
			"soft":   "Default Siamese2 on, Siamese10 off. Not for the Baseline.", "optimizer": "Default Adam.",
			"schedule": "Default Falls to 0 along a cosine.",
		},
	} {
		c, err := experiment.Defaults(preset)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range wants {
			if got := plain(Range(experiment.FieldByName(name), c)); got != want {
				t.Errorf("%s, %s: %q, want %q", preset, name, got, want)
			}
		}
	}
	for query, want := range map[string]string{
		"rounds=0": "“0”: want a whole number, 1 to 100 rounds.", "seed=": "Empty: want a whole number, 0 to 9007199254740991.",
	} {
		_, err := experiment.ParseQuery(query)
		if got := Error(err.(experiment.Errors)[0]); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestChangesArePutInWords(t *testing.T) {
	paper, _ := experiment.Defaults("")
	tuned, _ := experiment.Defaults("tuned")
	tuned.Rounds = 1
	for got, want := range map[string]string{
		Brief(paper, 0):          "Paper preset: 10 rounds of 25 epochs, seed 1",
		Brief(tuned, 1):          "Tuned preset, 1 change: 1 round of 200 epochs, seed 1",
		Changes(paper, 0, false): "No changes from the Paper preset.",
		Changes(tuned, 2, false): "2 changes from the Tuned preset.",
		Changes(tuned, 2, true):  "Some settings need attention.",
		Folded(0):                "",
		Folded(3):                "3 changed",
		ResetLabel(tuned):        "Reset to Tuned",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The page shows figures and controls before the program has started. They
// must be those that the program knows.
func TestThePageAgreesWithTheProgram(t *testing.T) {
	file, err := os.ReadFile("../../assets/index.html")
	if err != nil {
		t.Fatal(err)
	}
	page := regexp.MustCompile(`\s+`).ReplaceAllString(strings.ReplaceAll(string(file), "&nbsp;", " "), " ")
	for _, kind := range model.Kinds {
		p := experiment.PublishedFor(kind)
		mean, std := meanStd(experiment.Number(p.Mean), experiment.Number(p.Std))
		for _, want := range []string{
			`<td>` + mean + ` <span class="pm">` + plain(std) + `</span></td>`,
			`<td data-cell="parameters-` + string(kind) + `">` + Count(p.Parameters) + `</td>`,
			`<span data-part="parameters">` + Count(p.Parameters) + `</span>`,
			`<p class="about" data-part="about">` + About(model.Paper(kind)) + `</p>`,
			`<h3 id="name-` + string(kind) + `">` + experiment.Label(kind) + `</h3>`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page has no %s", kind, want)
			}
		}
		for _, row := range Rows {
			if !strings.Contains(page, `data-cell="`+row+`-`+string(kind)+`"`) {
				t.Errorf("%s: the page has no cell %s", kind, row)
			}
		}
	}
	mean, std := meanStd(experiment.BestPublishedMean, experiment.BestPublishedStd)
	if best := plain(mean + " " + std); !strings.Contains(page, "is "+best+".") {
		t.Errorf("the page does not say that the best published figure is %s", best)
	}
	c, _ := experiment.Defaults("")
	if !strings.Contains(page, ">"+Brief(c, 0)+"<") || !strings.Contains(page, ">"+ResetLabel(c)+"<") || !strings.Contains(page, ">"+TrainLabel(c.Models)+"<") {
		t.Errorf("the page does not say %q, %q and %q", Brief(c, 0), ResetLabel(c), TrainLabel(c.Models))
	}
	for _, f := range experiment.Fields() {
		if f.Group != experiment.MainGroup && !strings.Contains(page, `id="fields-`+string(f.Group)+`"`) {
			t.Errorf("%s: the page has no place for the group %s", f.Name, f.Group)
		}
	}
}
