package text

import (
	"math"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/figure"
	"github.com/pairlab/pairlab/ui/state"
)

// color is a network's on white, as the style sheet has it.
func color(kind model.Kind) string {
	switch kind {
	case model.Baseline:
		return "#b8500c"
	case model.Siamese2:
		return "#1f6fb5"
	}
	return "#5b2a86"
}

// ChartTitle is what a chart of the named figure is of.
func ChartTitle(name string, training bool) string {
	if training {
		return name + " on the training pairs"
	}
	return name + " on the test pairs"
}

// ChartFigure is the chart of an experiment, with the networks that are not
// hidden, to be kept as a file; unit is what the vertical axis is in.
func ChartFigure(name, unit string, c experiment.Config, curves map[model.Kind]state.Curves, hidden map[model.Kind]bool, of Figure, training bool, r figure.Range) figure.Chart {
	changes := 0
	for _, f := range experiment.Fields() {
		if !f.QueryOnly && f.Changed(c) {
			changes++
		}
	}
	shown := map[model.Kind]state.Curves{}
	for kind, c := range curves {
		if !hidden[kind] {
			shown[kind] = c
		}
	}
	return figure.Chart{
		Title: ChartTitle(name, training), About: Brief(c, changes) + ".", Note: Drawn(shown),
		X: "Epoch", Y: name + ", " + unit, Lines: Lines(shown, of, training), Range: r,
	}
}

// ChartTable is a chart's figures as the HTML of a table; figures are written
// by format.
func ChartTable(name, unit string, curves map[model.Kind]state.Curves, of Figure, training bool, format func(float64) string) string {
	lines := Lines(curves, of, training)
	if len(lines) == 0 {
		return "<p>Nothing is trained yet.</p>"
	}
	var b strings.Builder
	b.WriteString("<table><caption>" + ChartTitle(name, training) + ", " + unit)
	epochs, banded := 0, false
	for _, l := range lines {
		epochs, banded = max(epochs, len(l.Main), len(l.Beside)), banded || len(l.Low) > 0
	}
	if banded {
		b.WriteString(": mean ± std")
	}
	b.WriteString(`</caption><thead><tr><th scope="col">Epoch</th>`)
	for _, l := range lines {
		b.WriteString(`<th scope="col">` + l.Name + "</th>")
		if len(l.Beside) > 0 {
			b.WriteString(`<th scope="col">` + l.Name + ", round in progress</th>")
		}
	}
	b.WriteString("</tr></thead><tbody>")
	at := func(values []float64, i int) string {
		if i >= len(values) || math.IsNaN(values[i]) {
			return none
		}
		return format(values[i])
	}
	for i := range epochs {
		b.WriteString(`<tr><th scope="row">` + strconv.Itoa(i+1) + "</th>")
		for _, l := range lines {
			b.WriteString("<td>" + at(l.Main, i))
			if i < len(l.High) {
				b.WriteString(" ±" + nbsp + format(l.High[i]-l.Main[i]))
			}
			b.WriteString("</td>")
			if len(l.Beside) > 0 {
				b.WriteString("<td>" + at(l.Beside, i) + "</td>")
			}
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// AccuracyFigure and LossFigure write the figures of a table.
func AccuracyFigure(percent float64) string { return strconv.FormatFloat(percent, 'f', 2, 64) }
func LossFigure(v float64) string           { return loss(v) }
