package experiment

import (
	"slices"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// Technique is what an ablation shows of one technique.
type Technique struct {
	Name     string `json:"name"` // the setting's: bn, sharing or aux
	Label    string `json:"label"`
	Sentence string `json:"sentence"` // what the numbers show, in plain English
	// Comparisons are of all networks that have both values together, then, if
	// there are several, of each; of the auxiliary loss, so for every weight
	// against the smallest one, the largest first.
	Comparisons []Comparison `json:"comparisons"`
}

// Comparison sets runs with a technique against runs without it (or with two
// weights of it): High against Low. They are paired: both of a pair are of the
// same network and round, and the same in all else.
type Comparison struct {
	Technique string       `json:"technique"`
	Models    []model.Kind `json:"models"`
	High      Side         `json:"high"`
	Low       Side         `json:"low"`
	Pairs     int          `json:"pairs"`  // of runs neither of which diverged
	Target    float64      `json:"target"` // test accuracy to which time is taken

	// The differences, High - Low. A round's difference is the mean over its
	// pairs (one for each network and each combination of the other
	// techniques), and the interval is over rounds, which are independent, as
	// a round's pairs are not. A round counts when all of its runs are
	// finished. Pairs with a diverged run are left out.
	Accuracy       Interval `json:"accuracy"`       // of test accuracy, in fractions
	PairsPerSecond Interval `json:"pairsPerSecond"` // of training
	Seconds        Interval `json:"seconds"`        // to Target, of pairs in which both reach it
	Parameters     Number   `json:"parameters"`
}

// Side is one side of a comparison. The figures are means over the pairs that
// the differences are of; Runs and what follows counts all of its runs in the
// rounds that count.
type Side struct {
	Value          string `json:"value"` // of the technique's setting
	Accuracy       Number `json:"testAccuracy"`
	Parameters     Number `json:"parameters"`
	PairsPerSecond Number `json:"pairsPerSecond"`
	Seconds        Number `json:"seconds"`
	Runs           int    `json:"runs"`
	Reached        int    `json:"reached"` // the target accuracy
	Collapsed      int    `json:"collapsed"`
	Diverged       int    `json:"diverged"`
}

// SecondsTo is how long a run trained until the end of the first epoch after
// which its test accuracy was the target or more, its epochs taken to be
// equally long; false if it never was, or the run diverged.
func SecondsTo(r train.Result, target float64) (seconds float64, reached bool) {
	for i, e := range r.Epochs {
		if e.TestAccuracy >= target && r.Diverged == 0 {
			return r.Seconds * float64(i+1) / float64(len(r.Epochs)), true
		}
	}
	return 0, false
}

// Techniques are what the rounds finished so far show of each technique.
func (a *Ablation) Techniques() []Technique {
	var list []Technique
	for field, axis := range a.grid.Axes {
		t := Technique{Name: axis.Fields[0], Label: FieldByName(axis.Fields[0]).Label, Comparisons: []Comparison{}}
		values := descending(axis)
		low := values[len(values)-1]
		for _, high := range values[:len(values)-1] {
			t.Comparisons = append(t.Comparisons, a.comparisons(field, high, low)...)
		}
		t.Sentence = sentence(t)
		list = append(list, t)
	}
	return list
}

// descending are the values of an axis of one field, the largest first.
func descending(axis Axis) []string {
	var list []string
	for _, v := range axis.Values {
		list = append(list, v[0])
		for i := len(list) - 1; i > 0 && number().parse(list[i]) > number().parse(list[i-1]); i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
	}
	return list
}

// comparisons are of the networks together, then of each.
func (a *Ablation) comparisons(field int, high, low string) []Comparison {
	var together, single []Comparison
	var all []cell
	for _, kind := range a.grid.Config.Models {
		if cells := a.cells(kind, field, high, low); len(cells) > 0 {
			all = append(all, cells...)
			single = append(single, a.compare(field, high, low, cells))
		}
	}
	if len(single) > 1 {
		together = append(together, a.compare(field, high, low, all))
	}
	return append(together, single...)
}

// cell is two settings that differ in a technique alone, by their place.
type cell struct{ high, low int }

func (a *Ablation) cells(kind model.Kind, field int, high, low string) []cell {
	var cells []cell
	fields := a.grid.fields()
	for i := range a.settings {
		s := &a.settings[i]
		if s.Model != kind {
			continue
		}
		values := s.Values()
		if values[field] != high {
			continue
		}
		values[field] = low
		if j, ok := a.index[string(appendName(nil, kind, fields, values))]; ok {
			cells = append(cells, cell{i, j})
		}
	}
	return cells
}

func (a *Ablation) compare(field int, high, low string, cells []cell) Comparison {
	c := Comparison{
		Technique: a.grid.Axes[field].Fields[0], Target: a.target,
		High: Side{Value: high}, Low: Side{Value: low},
	}
	var accuracy, speed, seconds, parameters differences
	for _, cell := range cells {
		if kind := a.settings[cell.high].Model; !slices.Contains(c.Models, kind) {
			c.Models = append(c.Models, kind)
		}
		if h, l := a.outcomes[cell.high].parameters, a.outcomes[cell.low].parameters; h > 0 && l > 0 {
			parameters.add(float64(h), float64(l))
		}
	}
	for round := range a.rounds {
		unfinished := func(x cell) bool {
			return a.outcomes[x.high].result(round) == nil || a.outcomes[x.low].result(round) == nil
		}
		if slices.ContainsFunc(cells, unfinished) {
			continue
		}
		for _, cell := range cells {
			h, l := a.outcomes[cell.high].result(round), a.outcomes[cell.low].result(round)
			secondsHigh, reachedHigh := c.High.count(h, a.target)
			secondsLow, reachedLow := c.Low.count(l, a.target)
			if h.Diverged > 0 || l.Diverged > 0 {
				continue
			}
			accuracy.add(h.TestAccuracy, l.TestAccuracy)
			if h.PairsPerSecond > 0 && l.PairsPerSecond > 0 {
				speed.add(h.PairsPerSecond, l.PairsPerSecond)
			}
			if reachedHigh && reachedLow {
				seconds.add(secondsHigh, secondsLow)
			}
		}
		accuracy.endRound()
		speed.endRound()
		seconds.endRound()
	}
	c.Pairs = len(accuracy.high)
	c.Accuracy, c.High.Accuracy, c.Low.Accuracy = accuracy.interval()
	c.PairsPerSecond, c.High.PairsPerSecond, c.Low.PairsPerSecond = speed.interval()
	c.Seconds, c.High.Seconds, c.Low.Seconds = seconds.interval()
	_, c.High.Parameters, c.Low.Parameters = parameters.interval()
	c.Parameters = c.High.Parameters - c.Low.Parameters
	return c
}

// count counts a run in.
func (s *Side) count(r *train.Result, target float64) (seconds float64, reached bool) {
	s.Runs++
	seconds, reached = SecondsTo(*r, target)
	switch {
	case r.Diverged > 0:
		s.Diverged++
	case r.TestAccuracy < CollapseBelow:
		s.Collapsed++
	}
	if reached {
		s.Reached++
	}
	return seconds, reached
}

// differences gathers pairs of figures by rounds.
type differences struct {
	high, low []float64 // of every pair
	rounds    []float64 // of every round, the mean difference of its pairs
	ended     int       // pairs of the rounds before
}

func (d *differences) add(high, low float64) {
	d.high, d.low = append(d.high, high), append(d.low, low)
}

func (d *differences) endRound() {
	if n := len(d.high); n > d.ended {
		d.rounds = append(d.rounds, float64(mean(d.high[d.ended:])-mean(d.low[d.ended:])))
		d.ended = n
	}
}

func (d *differences) interval() (i Interval, high, low Number) {
	return MeanInterval(d.rounds), mean(d.high), mean(d.low)
}
