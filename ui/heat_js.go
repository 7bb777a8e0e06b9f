package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/text"
)

// heatMap is a search over two of its settings, a network's best accuracy at
// each pair of values; over its only one, all networks'.
type heatMap struct {
	dom                 *dom
	table, note         *element
	model, across, down *choice
	result              *experiment.SearchResult
	shape               string
	cells               []*element
}

func newHeatMap(d *dom) *heatMap {
	h := &heatMap{dom: d, table: d.find("#heat"), note: d.find("#heat-note")}
	redraw := func() {
		if h.result != nil {
			h.show(h.result)
		}
	}
	h.model, h.across, h.down = newChoice(d, "#heat-model", redraw), newChoice(d, "#heat-across", redraw), newChoice(d, "#heat-down", redraw)
	return h
}

func (h *heatMap) show(r *experiment.SearchResult) {
	h.result = r
	var models []string
	for _, kind := range r.Config.Models {
		models = append(models, string(kind))
	}
	single := len(r.Fields) == 1
	h.model.offer(models, func(v string) string { return experiment.Label(model.Kind(v)) })
	h.across.offer(r.Fields, text.FieldLabel)
	others := slices.DeleteFunc(slices.Clone(r.Fields), func(f string) bool { return f == h.across.value() })
	h.down.offer(others, text.FieldLabel)
	for _, c := range []*choice{h.model, h.across, h.down} {
		c.label.flag("hidden", single)
	}
	m, fits := text.HeatOf(r, model.Kind(h.model.value()), h.across.value(), h.down.value())
	h.table.flag("hidden", !fits)
	if !fits {
		h.note.text("These settings have too many values for a map: choose others, or sort the table.")
		return
	}
	h.note.text("Best mean test accuracy in %, over all other settings of the grid. Columns: " + strings.ToLower(m.Across) + "; rows: " + strings.ToLower(m.Down) + ".")
	h.build(m)
	i := 0
	for _, row := range m.Rows {
		for _, cell := range row.Cells {
			e := h.cells[i]
			i++
			e.text(cell.Text).attribute("data-best", strconv.FormatBool(cell.Best)).
				attribute("style", "--shade:"+strconv.FormatFloat(36*cell.Shade, 'f', 0, 64)+"%")
		}
	}
}

// build makes the table's cells where they are others than before.
func (h *heatMap) build(m text.Heat) {
	shape := m.Across + m.Down + fmt.Sprint(m.Columns)
	for _, row := range m.Rows {
		shape += "\n" + row.Label + row.Model
	}
	if shape == h.shape {
		return
	}
	h.shape, h.cells = shape, nil
	h.table.call("replaceChildren")
	head := h.dom.create(h.dom.create(h.table, "thead"), "tr")
	h.dom.create(head, "td")
	for _, c := range m.Columns {
		h.dom.create(head, "th", "scope", "col").text(c)
	}
	body := h.dom.create(h.table, "tbody")
	for _, row := range m.Rows {
		line := h.dom.create(body, "tr", "data-model", row.Model)
		h.dom.create(line, "th", "scope", "row").text(row.Label)
		for range m.Columns {
			h.cells = append(h.cells, h.dom.create(line, "td"))
		}
	}
}

// choice is a select whose options change.
type choice struct {
	dom            *dom
	label, control *element
	options        string
}

// newChoice finds a select and its label.
func newChoice(d *dom, selector string, changed func()) *choice {
	c := &choice{dom: d, control: d.find(selector), label: d.find("label:has(" + selector + ")")}
	c.control.on("change", func(safejs.Value) { changed() })
	return c
}

func (c *choice) value() string { return c.control.property("value") }

// offer sets the options; what was chosen stays if it is one of them.
func (c *choice) offer(values []string, label func(string) string) {
	if options := strings.Join(values, " "); options != c.options {
		chosen := c.value()
		c.options = options
		c.control.call("replaceChildren")
		for _, v := range values {
			c.dom.create(c.control, "option", "value", v).text(label(v))
		}
		if slices.Contains(values, chosen) {
			c.control.input(chosen)
		}
	}
}
