package text

import (
	"errors"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// searched is a search whose runs reach more the higher the rate and the
// width.
func searched(t *testing.T, query string) *experiment.SearchResult {
	t.Helper()
	s := trials(t, query)
	for trial := range s.Set.Left() {
		accuracy := 0.5 + 0.1*float64(trial.Round)
		for i, v := range trial.Setting.Values() {
			if v == "1" || v == "16" {
				accuracy += 0.1 * float64(i+1)
			}
		}
		end(s, trial, train.Result{TestAccuracy: accuracy, Seconds: 2, PairsPerSecond: 12500})
	}
	r := s.Set.(*experiment.Search).Result()
	return &r
}

func TestTheBestPointIsNamed(t *testing.T) {
	r := searched(t, "view=search&models=siamese2,baseline&rounds=2&grid=lr=0.1,1;sharing=1,0")
	for kind, want := range map[model.Kind]string{
		model.Siamese2:  "85.00 ± 7.07 % over 2 rounds with learning rate 1, weight sharing 1",
		model.Baseline:  "65.00 ± 7.07 % over 2 rounds with learning rate 1",
		model.Siamese10: "",
	} {
		if got := plain(Best(r, kind)); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	r = searched(t, "view=search&models=siamese2,baseline&rounds=2&grid=aux=0,0.5")
	if got, want := plain(Best(r, model.Baseline)), "55.00 ± 7.07 % over 2 rounds"; got != want {
		t.Errorf("a network without the setting: %q, want %q", got, want)
	}
	if got := FieldLabel("pairloss:aux"); got != "Comparison loss weight and auxiliary loss weight" {
		t.Errorf("two settings together: %q", got)
	}
}

func TestASearchAsATable(t *testing.T) {
	r := searched(t, "view=search&models=baseline&rounds=2&grid=lr=0.1,1;sharing=1,0")
	var heads, cells []string
	for _, c := range SearchColumns(r.Fields) {
		heads = append(heads, c.Label)
		cells = append(cells, plain(SearchCell(&r.Points[1], r.Fields, c.Name)))
	}
	for _, c := range SearchColumns(r.Fields) {
		if err := r.Sort(c.Name, true); err != nil {
			t.Error(err)
		}
	}
	if got, want := strings.Join(heads, "|"), "Network|Test accuracy|Learning rate|Weight sharing|95 % interval|Rounds|Median|Collapsed|Diverged|Parameters|Time per round|Pairs/s"; got != want {
		t.Errorf("heads %s, want %s", got, want)
	}
	if got, want := strings.Join(cells, "|"), "Baseline|65.00 %|1|–|1.47–100.00 %|2|65.00 %|1|0|1,000|2.00 s|12,500"; got != want {
		t.Errorf("cells %s, want %s", got, want)
	}
}

func TestASearchAsAMap(t *testing.T) {
	r := searched(t, "view=search&models=siamese2&rounds=1&grid=lr=0.1,1;ch1=8,16,32")
	h, fits := HeatOf(r, model.Siamese2, "ch1", "lr")
	if !fits || h.Across != "First convolution" || h.Down != "Learning rate" || strings.Join(h.Columns, " ") != "8 16 32" || len(h.Rows) != 2 {
		t.Fatalf("%+v, %v", h, fits)
	}
	row := h.Rows[1]
	if row.Label != "1" || row.Cells[0].Text != "60.0" || row.Cells[1].Text != "80.0" || !row.Cells[1].Best || row.Cells[1].Shade != 1 || row.Cells[0].Best {
		t.Errorf("the row of rate 1: %+v", row)
	}
	if c := h.Rows[0].Cells[0]; c.Shade != 0 || c.Text != "50.0" {
		t.Errorf("the lowest: %+v", c)
	}
	// Over one setting all networks are shown.
	r = searched(t, "view=search&models=siamese2,siamese10&rounds=1&grid=lr=0.1,1")
	if h, fits = HeatOf(r, model.Siamese2, "lr", ""); !fits || h.Down != "Network" || len(h.Rows) != 2 || h.Rows[1].Label != "Siamese10" || h.Rows[1].Cells[1].Text != "60.0" {
		t.Errorf("%+v, %v", h, fits)
	}
	// What a network lacks makes no difference to it.
	r = searched(t, "view=search&models=baseline,siamese2&rounds=1&grid=lr=0.1,1;aux=0,1")
	h, _ = HeatOf(r, model.Baseline, "lr", "aux")
	for i, row := range h.Rows {
		if len(h.Rows) != 2 || row.Cells[0].Text != "50.0" || row.Cells[1].Text != "60.0" {
			t.Errorf("row %d of a network without its setting: %+v", i, row)
		}
	}
	r = searched(t, "view=search&models=baseline&rounds=1&grid=ch1=1..40;ch2=1..40")
	if _, fits = HeatOf(r, model.Baseline, "ch1", "ch2"); fits {
		t.Error("1,600 cells fit")
	}
}

func TestFilesAreSpokenOf(t *testing.T) {
	if got := Merged("b.json", 3, 15, 24); got != "“b.json” added 12 runs: 15 of 24 are here." {
		t.Error(got)
	}
	if got := NotMerged("b.json", errors.New("experiment: search: experiment: seed=x: bad")); got != "“b.json” was not added: seed=x: bad. What is here is as it was." {
		t.Error(got)
	}
}
