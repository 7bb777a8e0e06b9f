package experiment

import (
	"math"

	"github.com/pairlab/pairlab/engine/train"
)

// CollapseBelow is the test accuracy under which a finished run counts as
// collapsed: nearer to always giving the commoner answer (0.55) than to any
// published figure.
const CollapseBelow = 0.7

// Summary is what a model's finished rounds come to. The accuracies are those
// on the test pairs, as fractions, over the rounds that did not diverge; each
// is NaN (null) where there are too few rounds for it: none, or for Std one.
type Summary struct {
	Mean      Number `json:"mean"`
	Std       Number `json:"std"` // unbiased
	Median    Number `json:"median"`
	Collapsed int    `json:"collapsed"` // rounds whose accuracy is below CollapseBelow
	Diverged  int    `json:"diverged"`  // rounds that stopped on a loss that was not finite
	// Seconds and PairsPerSecond are means over the same rounds, of training only.
	Seconds        Number `json:"seconds"`
	PairsPerSecond Number `json:"pairsPerSecond"`
}

// Summarize sums up finished rounds.
func Summarize(rounds []train.Result) Summary {
	var s Summary
	var accuracy, seconds, rate []float64
	for _, r := range rounds {
		if r.Diverged > 0 {
			s.Diverged++
			continue
		}
		if r.TestAccuracy < CollapseBelow {
			s.Collapsed++
		}
		accuracy = append(accuracy, r.TestAccuracy)
		seconds = append(seconds, r.Seconds)
		rate = append(rate, r.PairsPerSecond)
	}
	s.Mean, s.Std, s.Median = mean(accuracy), Number(math.NaN()), median(accuracy)
	if len(accuracy) > 1 {
		s.Std = std(accuracy)
	}
	s.Seconds, s.PairsPerSecond = mean(seconds), mean(rate)
	return s
}

// mean and std are gonum's stat.Mean and stat.StdDev, which the tests compare
// them with. (Imported into the page's program, that package would make it
// 200 kB larger, for its unused matrix decompositions.)
func mean(x []float64) Number {
	if len(x) == 0 {
		return Number(math.NaN())
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return Number(sum / float64(len(x)))
}

// std is the unbiased standard deviation of two or more values, in two passes.
func std(x []float64) Number {
	m := float64(mean(x))
	squares, rest := 0.0, 0.0
	for _, v := range x {
		squares += (v - m) * (v - m)
		rest += v - m // 0 but for rounding
	}
	n := float64(len(x))
	return Number(math.Sqrt((squares - rest*rest/n) / (n - 1)))
}

// ascending is a sorted copy of a few values. (What package slices has for it
// would add 5 KB to the program.)
func ascending(x []float64) []float64 {
	var sorted []float64
	for _, v := range x {
		sorted = append(sorted, v)
		for i := len(sorted) - 1; i > 0 && sorted[i] < sorted[i-1]; i-- {
			sorted[i], sorted[i-1] = sorted[i-1], sorted[i]
		}
	}
	return sorted
}

// median is the middle value, or the mean of the two middle ones. (gonum's
// quantiles choose the lower of the two.)
func median(x []float64) Number {
	if len(x) == 0 {
		return Number(math.NaN())
	}
	sorted := ascending(x)
	h := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return Number(sorted[h])
	}
	return Number((sorted[h-1] + sorted[h]) / 2)
}
