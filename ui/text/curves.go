package text

import (
	"math"
	"strconv"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/state"
)

// Figure picks the figure that a chart is of.
type Figure func(e train.Epoch, training bool) float64

// ChartData is uPlot's data as JSON: the epochs, then for each network the mean
// of its finished rounds and the round in progress. While no round is finished,
// the round in progress takes the mean's place, as the main line.
func ChartData(curves map[model.Kind]state.Curves, of Figure, training bool) string {
	length := 0
	for _, c := range curves {
		length = max(length, len(c.Mean), len(c.Live))
	}
	b := []byte("[[")
	for i := range length {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(i+1), 10)
	}
	b = append(b, ']')
	for _, kind := range model.Kinds {
		main, live := MainLine(curves[kind])
		for _, line := range [][]train.Epoch{main, live} {
			b = append(b, ",["...)
			for i := range length {
				if i > 0 {
					b = append(b, ',')
				}
				v := math.NaN()
				if i < len(line) {
					v = of(line[i], training)
				}
				if math.IsNaN(v) || math.IsInf(v, 0) {
					b = append(b, "null"...)
				} else {
					b = strconv.AppendFloat(b, v, 'g', 6, 64)
				}
			}
			b = append(b, ']')
		}
	}
	return string(append(b, ']'))
}

// MainLine is what stands for the network: the mean of finished rounds if there
// are any, and then the round in progress beside it.
func MainLine(c state.Curves) (main, beside []train.Epoch) {
	if len(c.Mean) == 0 {
		return c.Live, nil
	}
	return c.Mean, c.Live
}

// Key is a network's line in the key: accuracy and loss at an epoch (from
// 0), or at its last if that is negative.
func Key(c state.Curves, training bool, epoch int) string {
	line, _ := MainLine(c)
	if epoch < 0 {
		epoch = len(line) - 1
	}
	if epoch < 0 || epoch >= len(line) {
		return ""
	}
	e := line[epoch]
	if training {
		return Percent(e.TrainAccuracy, 1) + ", loss " + loss(e.TrainLoss)
	}
	return Percent(e.TestAccuracy, 1) + ", loss " + loss(e.TestLoss)
}

// Note says which lines are which.
func Note(curves map[model.Kind]state.Curves) string {
	finished, live := false, false
	for _, c := range curves {
		finished = finished || len(c.Mean) > 0
		live = live || len(c.Live) > 0
	}
	const losses = " Each network’s loss is the one that it trains on, so their levels differ."
	switch {
	case finished && live:
		return "Strong lines: mean over finished rounds. Fine lines: the round in progress." + losses
	case finished:
		return "Mean over the finished rounds." + losses
	case live:
		return "The round in progress." + losses
	}
	return "Curves appear here as training goes on."
}

// ChartLabel says in words what a chart shows.
func ChartLabel(name string, curves map[model.Kind]state.Curves, of Figure, training bool) string {
	text, pairs := "", "test"
	if training {
		pairs = "training"
	}
	for _, kind := range model.Kinds {
		if line, _ := MainLine(curves[kind]); len(line) > 0 {
			v := of(line[len(line)-1], training)
			text += ", " + experiment.Label(kind) + " " + strconv.FormatFloat(v, 'g', 3, 64) + " after epoch " + Count(len(line))
		}
	}
	if text == "" {
		return name + " by epoch: nothing trained yet"
	}
	return name + " by epoch on the " + pairs + " pairs" + text
}
