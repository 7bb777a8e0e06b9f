package text

import (
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
)

// Rows are the lines of the results table that are measured here, by the
// names that the page's cells have (data-cell="mean-baseline").
var Rows = [...]string{"mean", "interval", "median", "rounds", "collapsed", "diverged", "parameters", "seconds", "speed"}

// Cell is what a cell of the results table says; empty means that the page's
// text stays.
func Cell(s *state.State, kind model.Kind, row string) string {
	c, begun := s.Config()
	m := s.Model(kind)
	if row == "parameters" && !begun {
		return ""
	}
	if m == nil {
		return none
	}
	sum := m.Summary
	number := func(v experiment.Number, format func(float64) string) string {
		if !v.Valid() {
			return none
		}
		return format(float64(v))
	}
	switch row {
	case "mean":
		mean, std := meanStd(sum.Mean, sum.Std)
		return strings.TrimSpace(mean + " " + std)
	case "interval":
		return interval(experiment.AccuracyInterval(m.Finished))
	case "median":
		return number(sum.Median, func(v float64) string { return Percent(v, 2) })
	case "rounds":
		return Count(len(m.Finished)) + " of " + Count(m.Rounds())
	case "collapsed":
		return tally(sum.Collapsed, len(m.Finished))
	case "diverged":
		return tally(sum.Diverged, len(m.Finished))
	case "parameters":
		return Count(c.Train(kind).Model.Parameters())
	case "seconds":
		return number(sum.Seconds, seconds)
	case "speed":
		return number(sum.PairsPerSecond, speed)
	}
	return none
}

// interval is the 95 % interval of an accuracy: 96.80–97.60 %. It ends where
// accuracies do.
func interval(i experiment.Interval) string {
	if !i.Bounded() {
		return none
	}
	low, high := max(float64(i.Low), 0), min(float64(i.High), 1)
	return strconv.FormatFloat(100*low, 'f', 2, 64) + "–" + Percent(high, 2)
}

func tally(n, of int) string {
	if of == 0 {
		return none
	}
	return Count(n)
}
