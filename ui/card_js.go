package ui

import (
	"fmt"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// card is a model's card.
type card struct {
	kind  model.Kind
	root  *element
	parts map[string]*element

	layers     *element // where the network is drawn, folded away or not
	drawn      string   // whether it is open, and of which settings it is
	parameters string   // of the network that they make
}

func newCard(d *dom, kind model.Kind) *card {
	selector := fmt.Sprintf(".card[data-model=%s]", kind)
	c := &card{kind: kind, root: d.find(selector), parts: map[string]*element{}}
	for _, name := range []string{"parameters", "score", "score-note", "bar", "where", "left", "training", "time", "about", "layers"} {
		c.parts[name] = d.find(selector + " [data-part=" + name + "]")
	}
	c.layers = d.find(selector + " .layers")
	return c
}

// follow shows the network as the settings have it: in a drawing while that is
// open.
func (c *card) follow(f *form) {
	open := c.layers.is("open")
	now := "?" + f.query
	if open {
		now = "open" + now
	}
	if now == c.drawn {
		return
	}
	c.drawn = now
	network := f.settings.Train(c.kind).Model
	c.parameters = text.Count(network.Parameters())
	c.parts["about"].text(text.About(network))
	if !open {
		return
	}
	place := c.parts["layers"]
	place.dom.note(place.value.Set("innerHTML", text.Drawing(network)))
}

// together has the cards that stand side by side draw their networks together,
// or none of them.
func together(d *dom, cards []*card, redraw func()) {
	for _, c := range cards {
		c.layers.on("toggle", func(safejs.Value) {
			if wide, err := d.window.Call("matchMedia", "(min-width: 48rem)"); err == nil && d.wrap(wide).is("matches") {
				for _, other := range cards {
					d.note(other.layers.value.Set("open", c.layers.is("open")))
				}
			}
			redraw()
		})
	}
}

func (c *card) render(s *state.State, now time.Duration) {
	t := text.CardOf(s, c.kind, now)
	if t.Parameters == "" {
		t.Parameters = c.parameters
	}
	c.parts["parameters"].text(t.Parameters)
	c.parts["score"].text(t.Score)
	c.parts["score-note"].text(t.ScoreNote)
	c.parts["where"].text(t.Where)
	c.parts["left"].text(t.Left)
	c.parts["training"].text(t.Training)
	c.parts["time"].text(t.Time)
	c.parts["bar"].number("value", float64(int(1000*t.Fraction))/1000)
	c.root.attribute("data-off", fmt.Sprint(t.Off))
	c.root.attribute("data-active", fmt.Sprint(t.Active))
}

// cell is a measured cell of the results table.
type cell struct {
	kind model.Kind
	row  string
	at   *element
}

func newCell(d *dom, kind model.Kind, row string) *cell {
	return &cell{kind, row, d.find(fmt.Sprintf("[data-cell=%s-%s]", row, kind))}
}

func (c *cell) render(s *state.State) {
	if text := text.Cell(s, c.kind, c.row); text != "" {
		c.at.text(text)
	}
}
