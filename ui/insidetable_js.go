package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/inspect"
)

// fillDigits gives a table, which has its caption already, a row and a column
// for each digit. cell is a cell's HTML: # stands for its number, ↓ and → for
// the digits of its row and its column.
func fillDigits(table *element, cell string) {
	var b strings.Builder
	b.WriteString("<thead><tr><td></td>")
	for i := range inspect.Digits {
		fmt.Fprintf(&b, `<th scope="col">%d</th>`, i)
	}
	b.WriteString("</tr></thead><tbody>")
	for i := range inspect.Digits {
		fmt.Fprintf(&b, `<tr><th scope="row">%d</th>`, i)
		for j := range inspect.Digits {
			text := strings.ReplaceAll(cell, "#", strconv.Itoa(i*inspect.Digits+j))
			text = strings.ReplaceAll(text, "↓", strconv.Itoa(i))
			b.WriteString(strings.ReplaceAll(text, "→", strconv.Itoa(j)))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody>")
	table.call("insertAdjacentHTML", "beforeend", b.String())
}

// all are the elements in e that a selector matches.
func (e *element) all(selector string) []*element {
	found, err := e.value.Call("querySelectorAll", selector)
	e.dom.note(err)
	n, err := found.Length()
	e.dom.note(err)
	list := make([]*element, n)
	for i := range list {
		v, err := found.Index(i)
		e.dom.note(err)
		list[i] = e.dom.wrap(v)
	}
	return list
}

// matrixTable is the answers by digits. Its cells are buttons that choose the
// pairs of these digits; one of them is reached by Tab, the others from there
// by the arrow keys.
type matrixTable struct {
	buttons, shares, counts []*element
	reached                 int
}

func newMatrixTable(d *dom, choose func(first, second int)) *matrixTable {
	root := d.find("#inside-matrix")
	fillDigits(root, `<td><button type="button" tabindex="-1" value="#"><span class="unseen">First ↓, second →: right in %, pairs: </span>`+
		`<b>–</b> <small>0</small></button></td>`)
	m := &matrixTable{buttons: root.all("button"), shares: root.all("button b"), counts: root.all("small")}
	m.buttons[0].number("tabIndex", 0)
	// numberOf is the cell that an event is of, -1 if it is of none.
	numberOf := func(event safejs.Value) int {
		target, err := event.Get("target")
		d.note(err)
		button, err := target.Call("closest", "button")
		d.note(err)
		if button.IsNull() {
			return -1
		}
		n, err := strconv.Atoi(d.wrap(button).property("value"))
		d.note(err)
		return n
	}
	root.on("click", func(event safejs.Value) {
		if at := numberOf(event); at >= 0 {
			m.reach(at)
			choose(at/inspect.Digits, at%inspect.Digits)
		}
	})
	root.on("keydown", func(event safejs.Value) {
		at := numberOf(event)
		if at < 0 {
			return
		}
		row, column := at/inspect.Digits, at%inspect.Digits
		switch d.wrap(event).property("key") {
		case "ArrowLeft":
			column--
		case "ArrowRight":
			column++
		case "ArrowUp":
			row--
		case "ArrowDown":
			row++
		case "Home":
			column = 0
		case "End":
			column = inspect.Digits - 1
		default:
			return
		}
		d.wrap(event).call("preventDefault")
		if min(row, column) >= 0 && max(row, column) < inspect.Digits {
			m.reach(row*inspect.Digits + column)
			m.buttons[m.reached].call("focus")
		}
	})
	return m
}

func (m *matrixTable) reach(at int) {
	m.buttons[m.reached].number("tabIndex", -1)
	m.buttons[at].number("tabIndex", 0)
	m.reached = at
}

func (m *matrixTable) show(matrix *inspect.Matrix, f inspect.Filter) {
	for at, button := range m.buttons {
		first, second := at/inspect.Digits, at%inspect.Digits
		c := matrix[first][second]
		share, heat := "–", 0.0
		if c.Pairs > 0 {
			share, heat = fmt.Sprintf("%.0f", 100*c.Share()), 1-c.Share()
		}
		m.shares[at].text(share)
		m.counts[at].text(strconv.Itoa(c.Pairs))
		button.attribute("aria-pressed", strconv.FormatBool(f.First == first && f.Second == second))
		button.attribute("style", fmt.Sprintf("--v:%.3f", heat))
	}
}

// confusionTable is what the digits are taken for.
type confusionTable struct {
	root, none *element
	cells      []*element
}

func newConfusionTable(d *dom) *confusionTable {
	c := &confusionTable{root: d.find("#inside-confusion"), none: d.find("#inside-confusion-none")}
	fillDigits(c.root, `<td class="count">–</td>`)
	c.cells = c.root.all(".count")
	return c
}

func (t *confusionTable) show(c *inspect.Confusion, reads, known bool) {
	t.root.flag("hidden", !reads)
	t.none.flag("hidden", reads)
	for at, cell := range t.cells {
		is, read := at/inspect.Digits, at%inspect.Digits
		if !known {
			cell.text("–").attribute("style", "")
			continue
		}
		row := 0
		for _, n := range c[is] {
			row += n
		}
		heat := 0.0
		if is != read && row > 0 {
			heat = float64(c[is][read]) / float64(row)
		}
		cell.text(strconv.Itoa(c[is][read])).attribute("style", fmt.Sprintf("--v:%.3f", heat))
	}
}
