package ui

import (
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/text"
)

// pageRows is how many points the table shows at once.
const pageRows = 15

// pointTable is the table of a search's points, sorted by any column, a page
// at a time.
type pointTable struct {
	dom                *dom
	head, body         *element
	back, forth, where *element
	columns            []text.SearchColumn
	heads              []*element
	rows               []*pointRow
	sort               string
	descending         bool
	first              int
	result             *experiment.SearchResult
	fields             string // that the columns are of
}

type pointRow struct {
	root  *element
	cells []*element
}

func newPointTable(d *dom) *pointTable {
	t := &pointTable{
		dom: d, head: d.find("#points thead tr"), body: d.find("#points tbody"),
		back: d.find("#points-back"), forth: d.find("#points-forth"), where: d.find("#points-where"),
		sort: "mean", descending: true,
	}
	turn := func(by int) func(safejs.Value) {
		return func(safejs.Value) {
			t.first += by
			t.draw()
		}
	}
	t.back.on("click", turn(-pageRows))
	t.forth.on("click", turn(pageRows))
	return t
}

// show shows a search. In steps, it may only make the table at first, and says
// that there is more to do.
func (t *pointTable) show(r *experiment.SearchResult, inSteps bool) (more bool) {
	t.result = r
	if fields := fmt.Sprint(r.Fields); fields != t.fields {
		t.fields, t.first = fields, 0
		t.build()
		if inSteps {
			return true
		}
	}
	t.draw()
	return false
}

// build makes the heads and the rows for the fields of the search.
func (t *pointTable) build() {
	t.columns = text.SearchColumns(t.result.Fields)
	t.head.call("replaceChildren")
	t.body.call("replaceChildren")
	t.heads, t.rows = nil, nil
	for _, c := range t.columns {
		head := t.dom.create(t.head, "th", "scope", "col")
		button := t.dom.create(head, "button", "type", "button").text(c.Label)
		button.on("click", func(safejs.Value) { t.sortBy(c.Name) })
		t.heads = append(t.heads, head)
	}
	for range pageRows {
		row := &pointRow{root: t.dom.create(t.body, "tr")}
		for i := range t.columns {
			tag := "td"
			if i == 0 {
				tag = "th"
			}
			row.cells = append(row.cells, t.dom.create(row.root, tag))
		}
		row.cells[0].attribute("scope", "row")
		t.rows = append(t.rows, row)
	}
}

// sortBy sorts by a column, highest first; by the same again, lowest first.
func (t *pointTable) sortBy(column string) {
	t.descending = column != t.sort || !t.descending
	t.sort, t.first = column, 0
	t.draw()
}

func (t *pointTable) draw() {
	points := t.result.Points
	if err := t.result.Sort(t.sort, t.descending); err != nil { // a column of the search before
		t.sort, t.descending = "mean", true
		t.dom.note(t.result.Sort(t.sort, t.descending))
	}
	t.first = max(0, min(t.first, (len(points)-1)/pageRows*pageRows))
	last := min(t.first+pageRows, len(points))
	for i, c := range t.columns {
		order := "none"
		if c.Name == t.sort {
			order = map[bool]string{true: "descending", false: "ascending"}[t.descending]
		}
		t.heads[i].attribute("aria-sort", order)
	}
	for i, row := range t.rows {
		at := t.first + i
		row.root.flag("hidden", at >= last)
		if at >= last {
			continue
		}
		p := &points[at]
		row.cells[0].attribute("data-model", string(p.Model))
		for k, c := range t.columns {
			row.cells[k].text(text.SearchCell(p, t.result.Fields, c.Name))
		}
	}
	first, end := t.first == 0, last >= len(points)
	// A button that goes off must not take the keyboard with it.
	if first && !end && t.back.focused() {
		t.forth.flag("disabled", false).call("focus")
	}
	if end && !first && t.forth.focused() {
		t.back.flag("disabled", false).call("focus")
	}
	t.back.flag("disabled", first)
	t.forth.flag("disabled", end)
	where := "No point is finished yet."
	if len(points) > 0 {
		where = text.Count(t.first+1) + " to " + text.Count(last) + " of " + text.Times(len(points), "point")
	}
	t.where.text(where)
}
