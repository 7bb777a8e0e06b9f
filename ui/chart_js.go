package ui

import (
	"fmt"
	"slices"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/figure"
	"github.com/pairlab/pairlab/ui/text"
)

const (
	chartHeight = 220
	labelRoom   = 94  // pixels at the right for the lines' names
	labelsFrom  = 420 // width from which there is that room
	labelGap    = 15
)

// scale is what a chart is of, and the range of its vertical axis: as uPlot
// takes it, in JSON, and of the chart that is saved.
type scale struct {
	name, unit string
	file       string // in the names of files and elements
	of         text.Figure
	format     func(float64) string // of a table's figures
	span       string
	reach      figure.Range
}

// chart is one uPlot chart with a band and two lines for each network.
type chart struct {
	charts *charts
	scale  scale
	place  *element
	width  int
	theme  theme

	plot   safejs.Value
	built  bool
	unseen bool // it is not on the screen
	behind bool // it was not drawn therefore
	labels safejs.Func
	cursor safejs.Func
}

func newChart(c *charts, selector string, s scale) *chart {
	ch := &chart{charts: c, scale: s, place: c.dom.find(selector)}
	ch.labels = c.dom.function(func(args []safejs.Value) { ch.drawLabels(args[0]) })
	ch.cursor = c.dom.function(func(args []safejs.Value) { ch.moved(args[0]) })
	if class, err := c.dom.window.Get("ResizeObserver"); err == nil {
		resized := c.dom.function(func([]safejs.Value) { ch.fit() })
		observer, err := class.New(resized)
		c.dom.note(err)
		if err == nil {
			c.dom.wrap(observer).call("observe", ch.place.value)
		}
	}
	c.dom.watch(ch.place, -chartEdge, func(seen bool) {
		if ch.unseen = !seen; seen && ch.behind {
			ch.draw(false)
		}
	})
	return ch
}

func (ch *chart) measure() int {
	v, err := ch.place.value.Get("clientWidth")
	ch.charts.dom.note(err)
	w, _ := v.Int()
	return max(w, 120)
}

// fit follows the width of the page. Where there is no longer room for the
// lines' names, or is again, the chart is made anew.
func (ch *chart) fit() {
	w := ch.measure()
	if !ch.built || w == ch.width {
		return
	}
	if (w < labelsFrom) != (ch.width < labelsFrom) {
		ch.build(ch.charts.config.Epochs, ch.theme)
		return
	}
	ch.width = w
	ch.charts.dom.wrap(ch.plot).call("setSize", map[string]any{"width": w, "height": chartHeight})
}

// build makes the chart for a number of epochs and a theme.
func (ch *chart) build(epochs int, t theme) {
	d := ch.charts.dom
	if ch.built {
		d.wrap(ch.plot).call("destroy")
		ch.built = false
	}
	ch.width, ch.theme = ch.measure(), t
	options, err := d.parse(ch.options(epochs))
	d.note(err)
	if err != nil {
		return
	}
	d.note(options.Set("hooks", map[string]any{"draw": []any{ch.labels}, "setCursor": []any{ch.cursor}}))
	data, err := ch.data()
	if err == nil {
		ch.plot, err = ch.charts.library.New(options, data, ch.place.value)
	}
	d.note(err)
	ch.built = err == nil
}

// options is uPlot's description of the chart as JSON. (As nested maps it would
// take 15 KB more of the program.)
func (ch *chart) options(epochs int) string {
	first, last := 1, epochs
	if epochs == 1 {
		first, last = 0, 2
	}
	right := 12
	if ch.width >= labelsFrom {
		right = labelRoom
	}
	axis := fmt.Sprintf(`"stroke": %q, "font": %q, "gap": 6, "grid": {"stroke": %q, "width": 1}, "ticks": {"show": false}`,
		ch.theme.muted, ch.theme.font, ch.theme.line)
	series, bands := "{}", ""
	for i, kind := range model.Kinds {
		for column := range text.ChartSeries { // the band's edges, the line, the line beside
			width, dots := [...]float64{0, 0, 2.25, 1}[column], `"size": 5`
			if column < 2 {
				dots = `"size": 0, "show": false`
			}
			series += fmt.Sprintf(`, {"label": %q, "stroke": %[2]q, "width": %v, "show": %t,
				"points": {%[5]s, "fill": %[2]q, "space": 24}}`,
				experiment.Label(kind), ch.theme.models[kind], width, !ch.charts.hidden[kind], dots)
		}
		if i > 0 {
			bands += ", "
		}
		edge := 1 + text.ChartSeries*i
		bands += fmt.Sprintf(`{"series": [%d, %d], "fill": "%s29"}`, edge, edge+1, ch.theme.models[kind]) // 16 % of it
	}
	return fmt.Sprintf(`{
		"width": %d, "height": %d, "padding": [10, %d, 0, 0], "legend": {"show": false},
		"cursor": {"y": false, "drag": {"x": false, "y": false}, "sync": {"key": "pairlab"}},
		"scales": {"x": {"time": false, "range": [%d, %d]}, "y": {"range": %s}},
		"axes": [
			{%[7]s, "size": 24, "label": "Epoch", "labelSize": 18, "labelGap": 2, "labelFont": %[8]q, "space": 36,
				"incrs": [1, 2, 5, 10, 20, 50, 100, 200, 500]},
			{%[7]s, "size": 44, "space": 34}
		],
		"series": [%[9]s], "bands": [%[10]s]
	}`, ch.width, chartHeight, right, first, last, ch.scale.span, axis, ch.theme.font, series, bands)
}

func (ch *chart) data() (safejs.Value, error) {
	return ch.charts.dom.parse(text.ChartData(ch.charts.curves, ch.scale.of, ch.charts.train))
}

// draw draws what there is: if there will be more, only what is seen.
func (ch *chart) draw(more bool) {
	ch.behind = ch.unseen && more
	if !ch.built || ch.behind {
		return
	}
	data, err := ch.data()
	ch.charts.dom.note(err)
	if err == nil {
		ch.charts.dom.wrap(ch.plot).call("setData", data)
	}
	ch.place.attribute("aria-label", text.ChartLabel(ch.scale.name, ch.charts.curves, ch.scale.of, ch.charts.train))
}

// hide hides or shows a network's lines.
func (ch *chart) hide(kind model.Kind, hidden bool) {
	if i := slices.Index(model.Kinds[:], kind); ch.built {
		for column := range text.ChartSeries {
			ch.charts.dom.wrap(ch.plot).call("setSeries", 1+text.ChartSeries*i+column, map[string]any{"show": !hidden})
		}
	}
}

// moved tells the key which epoch the pointer is over.
func (ch *chart) moved(plot safejs.Value) {
	cursor, err := plot.Get("cursor")
	if err != nil {
		return
	}
	at, err := cursor.Get("idx")
	epoch := -1
	if err == nil && at.Type() == safejs.TypeNumber {
		epoch, _ = at.Int()
	}
	ch.charts.hover(epoch)
}

// drawLabels writes each network's name at the end of its line.
func (ch *chart) drawLabels(plot safejs.Value) {
	if ch.width < labelsFrom || !ch.built {
		return
	}
	type label struct {
		kind model.Kind
		x, y float64
	}
	ratio := 1.0
	if v, err := ch.charts.dom.window.Get("devicePixelRatio"); err == nil {
		ratio, _ = v.Float()
	}
	position := func(v float64, axis string) float64 {
		p, err := plot.Call("valToPos", v, axis, true)
		ch.charts.dom.note(err)
		f, _ := p.Float()
		return f
	}
	var labels []label
	for _, kind := range model.Kinds {
		line, _ := text.MainLine(ch.charts.curves[kind])
		if n := len(line); n > 0 && !ch.charts.hidden[kind] {
			labels = append(labels, label{kind, position(float64(n), "x"), position(ch.scale.of(line[n-1], ch.charts.train), "y")})
			for i := len(labels) - 1; i > 0 && labels[i].y < labels[i-1].y; i-- { // from the top down
				labels[i], labels[i-1] = labels[i-1], labels[i]
			}
		}
	}
	for i := 1; i < len(labels); i++ {
		labels[i].y = max(labels[i].y, labels[i-1].y+labelGap*ratio)
	}
	context, err := plot.Get("ctx")
	ch.charts.dom.note(err)
	pen := ch.charts.dom.wrap(context)
	pen.call("save")
	set := func(name string, value any) { ch.charts.dom.note(context.Set(name, value)) }
	set("font", ch.theme.labelFont(ratio))
	set("textBaseline", "middle")
	set("textAlign", "left")
	for _, l := range labels {
		set("fillStyle", ch.theme.models[l.kind])
		pen.call("fillText", experiment.Label(l.kind), l.x+8*ratio, l.y)
	}
	pen.call("restore")
}
