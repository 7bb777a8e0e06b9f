package ui

import (
	"fmt"
	"time"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// card is a model's card.
type card struct {
	kind  model.Kind
	root  *element
	parts map[string]*element
}

func newCard(d *dom, kind model.Kind) *card {
	selector := fmt.Sprintf(".card[data-model=%s]", kind)
	c := &card{kind: kind, root: d.find(selector), parts: map[string]*element{}}
	for _, name := range []string{"parameters", "score", "score-note", "bar", "where", "left", "training", "time"} {
		c.parts[name] = d.find(selector + " [data-part=" + name + "]")
	}
	return c
}

func (c *card) render(s *state.State, now time.Duration) {
	t := text.CardOf(s, c.kind, now)
	if t.Parameters != "" {
		c.parts["parameters"].text(t.Parameters)
	}
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
