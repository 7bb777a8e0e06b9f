package ui

import (
	"math"
	"slices"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/figure"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

const (
	chartEvery = 600 * time.Millisecond // the least time between two drawings of the charts
	chartEdge  = 20                     // pixels of a chart that show nothing of it
)

// charts are the two live charts, of accuracy and of loss by epoch, and the key
// to both. Without the chart library the page says so, and the rest works.
type charts struct {
	dom      *dom
	library  safejs.Value
	stale    bool // there is something new to draw
	busy     bool // there will be more
	drawn    time.Duration
	train    bool // the curves are of the training pairs
	config   experiment.Config
	outdated []*chart // still to be built, for the settings' epochs and this theme

	curves map[model.Kind]state.Curves
	hidden map[model.Kind]bool

	accuracy, loss *chart
	figures        []*figureView
	key            *key
	note           *element
}

func newCharts(d *dom) *charts {
	c := &charts{dom: d, note: d.find("#curves-note"), hidden: map[model.Kind]bool{}}
	c.config.Epochs = 25
	var err error
	for _, s := range []scale{accuracyScale(), lossScale()} {
		c.figures = append(c.figures, newFigure(c, s))
	}
	c.library, err = bootValue("uPlot")
	d.note(err)
	if c.library.IsUndefined() {
		c.note.text("The chart library did not load, so there are no curves. Training and results work without them.")
		return c
	}
	c.accuracy = newChart(c, "#chart-accuracy", accuracyScale())
	c.loss = newChart(c, "#chart-loss", lossScale())
	c.key = newKey(c)
	for _, value := range []string{"test", "train"} {
		radio := d.find("#which input[value="+value+"]").flag("disabled", false)
		radio.on("change", func(safejs.Value) {
			c.train = value == "train"
			c.renew(true)
			c.redraw()
		})
	}
	// The colours are the style sheet's, which follow the system's theme.
	if dark, err := d.window.Call("matchMedia", "(prefers-color-scheme: dark)"); err == nil {
		d.wrap(dark).on("change", func(safejs.Value) {
			c.outdate()
			for range 2 {
				c.buildOne()
			}
		})
	}
	c.outdate()
	return c
}

func (c *charts) works() bool { return c.accuracy != nil }

// begin clears the charts for a new experiment.
func (c *charts) begin(config experiment.Config) {
	c.stale = true
	if c.config.Epochs != config.Epochs {
		c.outdate()
	}
	c.config = config
}

// outdate has both charts built anew. Each takes a while, so they are built
// one at a time.
func (c *charts) outdate() {
	if c.works() {
		c.outdated = []*chart{c.accuracy, c.loss}
	}
}

// buildOne builds a chart that is outdated, if one is, and draws it.
func (c *charts) buildOne() {
	if len(c.outdated) > 0 {
		next := c.outdated[0]
		c.outdated = c.outdated[1:]
		next.build(c.config.Epochs, readTheme(c.dom))
		next.draw(c.busy)
	}
}

func (c *charts) redraw() {
	c.key.render(c.curves, c.train, -1)
	for _, chart := range []*chart{c.accuracy, c.loss} {
		if !slices.Contains(c.outdated, chart) {
			chart.draw(c.busy)
		}
	}
}

// render draws what is new, but not too often. It says whether a chart is still
// to be built.
func (c *charts) render(s *state.State, now time.Duration) (unbuilt bool) {
	if c.stale && now-c.drawn >= chartEvery {
		c.drawn = now
		c.flush(s)
	}
	return len(c.outdated) > 0
}

// flush draws what is new.
func (c *charts) flush(s *state.State) {
	if !c.stale {
		return
	}
	c.stale, c.busy = false, s.Phase.Busy()
	c.curves = map[model.Kind]state.Curves{}
	for _, m := range s.Models {
		c.curves[m.Kind] = m.Curves()
	}
	c.renew(!c.busy)
	if c.works() {
		c.note.text(text.Note(c.curves))
		c.redraw()
	}
}

// renew has the tables follow, at once or when it is time again.
func (c *charts) renew(now bool) {
	for _, f := range c.figures {
		f.renew(now)
	}
}

// hover has the key show the figures of an epoch, from 0; -1 the last ones.
func (c *charts) hover(epoch int) {
	if c.key != nil {
		c.key.render(c.curves, c.train, epoch)
	}
}

func accuracyScale() scale {
	return scale{
		name: "Accuracy", unit: "%", file: "accuracy", format: text.AccuracyFigure,
		reach: figure.Range{Soft: [2]float64{50, 100}, Hard: [2]float64{0, 100}},
		of: func(e train.Epoch, training bool) float64 {
			if training {
				return 100 * e.TrainAccuracy
			}
			return 100 * e.TestAccuracy
		},
		span: `{"min": {"pad": 0.05, "soft": 50, "mode": 1, "hard": 0}, "max": {"pad": 0, "soft": 100, "mode": 1, "hard": 100}}`,
	}
}

func lossScale() scale {
	return scale{
		name: "Loss", unit: "mean per pair", file: "loss", format: text.LossFigure,
		reach: figure.Range{Soft: [2]float64{0, 0.5}, Hard: [2]float64{0, math.Inf(1)}},
		of: func(e train.Epoch, training bool) float64 {
			if training {
				return e.TrainLoss
			}
			return e.TestLoss
		},
		span: `{"min": {"pad": 0, "soft": 0, "mode": 1, "hard": 0}, "max": {"pad": 0.05, "soft": 0.5, "mode": 1}}`,
	}
}
