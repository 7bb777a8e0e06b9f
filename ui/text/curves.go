package text

import (
	"math"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/figure"
	"github.com/pairlab/pairlab/ui/state"
)

// Figure picks the figure that a chart is of.
type Figure func(e train.Epoch, training bool) float64

// Lines are a chart's lines, one for each network that has any figures, in
// percent or as losses.
func Lines(curves map[model.Kind]state.Curves, of Figure, training bool) []figure.Line {
	var lines []figure.Line
	for _, kind := range model.Kinds {
		c := curves[kind]
		main, beside := MainLine(c)
		if len(main) == 0 {
			continue
		}
		line := figure.Line{Name: experiment.Label(kind), Color: color(kind)}
		for _, e := range main {
			line.Main = append(line.Main, of(e, training))
		}
		for _, e := range beside {
			line.Beside = append(line.Beside, of(e, training))
		}
		for i, e := range c.Std {
			off := of(e, training)
			line.Low, line.High = append(line.Low, line.Main[i]-off), append(line.High, line.Main[i]+off)
		}
		lines = append(lines, line)
	}
	return lines
}

// ChartSeries is how many of ChartData's columns each network has.
const ChartSeries = 4

// ChartData is uPlot's data as JSON: the epochs, then for each network the
// upper and the lower edge of its band, its main line, and the round in
// progress beside it.
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
		var line figure.Line
		if c, has := curves[kind]; has {
			if lines := Lines(map[model.Kind]state.Curves{kind: c}, of, training); len(lines) > 0 {
				line = lines[0]
			}
		}
		for _, column := range [ChartSeries][]float64{line.High, line.Low, line.Main, line.Beside} {
			b = append(b, ",["...)
			for i := range length {
				if i > 0 {
					b = append(b, ',')
				}
				if i >= len(column) || math.IsNaN(column[i]) || math.IsInf(column[i], 0) {
					b = append(b, "null"...)
				} else {
					b = strconv.AppendFloat(b, column[i], 'g', 6, 64)
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

// Key is a network's line in the key: accuracy, with its standard deviation
// over rounds, and loss at an epoch (from 0), or at its last if that is
// negative.
func Key(c state.Curves, training bool, epoch int) string {
	line, _ := MainLine(c)
	if epoch < 0 {
		epoch = len(line) - 1
	}
	if epoch < 0 || epoch >= len(line) {
		return ""
	}
	e, off := line[epoch], train.Epoch{TrainAccuracy: math.NaN(), TestAccuracy: math.NaN()}
	if epoch < len(c.Std) {
		off = c.Std[epoch]
	}
	if training {
		return spread(e.TrainAccuracy, off.TrainAccuracy) + ", loss " + loss(e.TrainLoss)
	}
	return spread(e.TestAccuracy, off.TestAccuracy) + ", loss " + loss(e.TestLoss)
}

// spread is an accuracy with its standard deviation: 97.2 ± 0.6 %.
func spread(mean, std float64) string {
	text := Percent(mean, 1)
	if math.IsNaN(std) {
		return text
	}
	return strings.TrimSuffix(text, nbsp+"%") + nbsp + "±" + nbsp + Percent(std, 1)
}

// Note says which lines are which.
func Note(curves map[model.Kind]state.Curves) string {
	about := Drawn(curves)
	if about == "" {
		return "Curves appear here as training goes on."
	}
	return about + " Each network’s loss is the one that it trains on, so their levels differ."
}

// Drawn says what the lines that there are stand for; empty if there are none.
func Drawn(curves map[model.Kind]state.Curves) string {
	finished, live, banded := false, false, false
	for _, c := range curves {
		finished = finished || len(c.Mean) > 0
		live = live || len(c.Live) > 0
		banded = banded || len(c.Std) > 0
	}
	text := ""
	switch {
	case finished && live:
		text = "Strong lines: mean over finished rounds. Fine lines: the round in progress."
	case finished:
		text = "Mean over the finished rounds."
	case live:
		text = "The round in progress."
	}
	if banded {
		text += " Bands: ± one standard deviation."
	}
	return text
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
