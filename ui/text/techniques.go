package text

import (
	"math"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
)

// Effect is what the page says of one comparison of an ablation.
type Effect struct {
	Key      string // the same for the same comparison
	Model    string // its value, if it is of one network
	Networks string
	Effect   string // on test accuracy
	Interval string // of the effect
	With     EffectSide
	Without  EffectSide
	Timed    string // what the times are to

	Mean, Low, High float64 // of the effect in percentage points; NaN where unknown
}

// EffectSide is what there is of runs with a technique, or of those
// without.
type EffectSide struct {
	Name                                 string
	Accuracy, Parameters, Seconds, Speed string
}

// EffectOf is a comparison in words and figures.
func EffectOf(c *experiment.Comparison) Effect {
	t := Effect{
		Networks: "All networks together", Effect: none, Interval: "no round finished yet",
		Timed: "Time to " + strings.ReplaceAll(Percent(c.Target, 1), ".0"+nbsp, nbsp),
		Mean:  100 * float64(c.Accuracy.Mean), Low: 100 * float64(c.Accuracy.Low), High: 100 * float64(c.Accuracy.High),
	}
	if len(c.Models) == 1 {
		t.Model = string(c.Models[0])
		t.Networks = experiment.Label(c.Models[0])
	}
	t.Key = t.Model + " " + c.High.Value + " " + c.Low.Value
	high, low := "With", "Without"
	if c.Technique == "aux" {
		high, low = "Weight "+c.High.Value, "Weight "+c.Low.Value
		t.Networks += ", weight " + c.High.Value
	}
	missed := c.High.Reached < c.High.Runs || c.Low.Reached < c.Low.Runs
	t.With, t.Without = side(high, &c.High, missed), side(low, &c.Low, missed)
	switch n := c.Accuracy.N; {
	case n == 0 && c.High.Runs > 0:
		t.Interval = "every pair of runs has one that diverged"
	case n > 0:
		t.Effect = signedPoints(t.Mean) + " points"
		t.Interval = "one round has no interval"
		if c.Accuracy.Bounded() {
			t.Interval = "95" + nbsp + "% interval " + signedPoints(t.Low) + " to " + signedPoints(t.High) + ", " + Times(n, "round")
		}
		if d := c.High.Diverged + c.Low.Diverged; d > 0 {
			t.Interval += "; " + Times(d, "run") + " diverged"
		}
	}
	return t
}

// side has the figures of a side. A time is a mean of the pairs of runs that
// both reached the accuracy; how many did is said where some missed it.
func side(name string, s *experiment.Side, missed bool) EffectSide {
	figure := func(v experiment.Number, format func(float64) string) string {
		if !v.Valid() {
			return none
		}
		return format(float64(v))
	}
	count := func(v float64) string { return Count(int(math.Round(v))) }
	t := EffectSide{
		Name:       name,
		Accuracy:   figure(s.Accuracy, func(v float64) string { return Percent(v, 2) }),
		Parameters: figure(s.Parameters, count),
		Speed:      figure(s.PairsPerSecond, count),
		Seconds:    figure(s.Seconds, seconds),
	}
	if missed {
		t.Seconds += "\n" + Count(s.Reached) + " of " + Count(s.Runs)
	}
	return t
}

// signedPoints is a number of percentage points with its sign: +1.67, −0.50.
func signedPoints(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', 2, 64)
	switch {
	case s == "0.00":
		return s
	case v < 0:
		return "−" + s
	}
	return "+" + s
}

// EffectSpan is the range of percentage points that a picture of the
// comparisons spans: 0 is in it, and a little room on both sides.
func EffectSpan(list []Effect) (low, high float64) {
	for _, c := range list {
		for _, v := range []float64{c.Mean, c.Low, c.High} {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low == high {
		return -1, 1
	}
	room := 0.06 * (high - low)
	return low - room, high + room
}

// EffectStyle places a comparison in that span, as custom properties for the
// style sheet: percentages from the left.
func EffectStyle(c Effect, low, high float64) string {
	at := func(v float64) string {
		if math.IsNaN(v) {
			v = c.Mean
		}
		return strconv.FormatFloat(100*(v-low)/(high-low), 'f', 2, 64) + "%"
	}
	style := "--zero:" + at(0)
	if math.IsNaN(c.Mean) {
		return style + ";--shown:none"
	}
	return style + ";--low:" + at(c.Low) + ";--high:" + at(c.High) + ";--mean:" + at(c.Mean)
}
