package ui

import (
	"strconv"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/ui/text"
)

// listStep is how many pairs are listed at first, and how many more at a time.
const listStep = 12

// pairList is the list of test pairs with the networks' answers.
type pairList struct {
	dom  *dom
	view *insideView

	heads, body, about, more, clear, live *element
	digits                                [3]*element // the filter's selects

	filter  inspect.Filter
	limit   int      // rows, at most
	order   []int    // the pairs that the filter lets through
	columns []string // the networks' names
	rows    []*pairRow
	heard   bool     // the person has just changed the filter
	ink     *element // ImageData for one pair
	array   safejs.Value
}

// pairRow is a pair's row.
type pairRow struct {
	root, button, pen, truth, images *element
	pair                             int // -1: none yet
	set                              TestSet
	says, remarks                    []*element // of the networks
}

func newPairList(d *dom, v *insideView) *pairList {
	l := &pairList{
		dom: d, view: v, filter: inspect.All, limit: listStep,
		heads: d.find("#inside-heads"), body: d.find("#inside-rows"), about: d.find("#inside-listed"),
		more: d.find("#inside-more"), clear: d.find("#inside-clear"), live: d.find("#inside-announce"),
		digits: [3]*element{d.find("#inside-first"), d.find("#inside-second"), d.find("#inside-either")},
	}
	for _, list := range l.digits {
		for i := range inspect.Digits {
			d.create(list, "option").text(strconv.Itoa(i))
		}
		list.on("change", func(safejs.Value) {
			var f [3]int
			for i, e := range l.digits {
				f[i] = inspect.Any
				if n, err := strconv.Atoi(e.property("value")); err == nil {
					f[i] = n
				}
			}
			l.set(inspect.Filter{First: f[0], Second: f[1], Either: f[2]})
		})
	}
	l.clear.on("click", func(safejs.Value) {
		l.digits[0].call("focus") // the button goes off
		l.set(inspect.All)
	})
	l.more.on("click", func(safejs.Value) {
		l.limit += listStep
		v.draw()
		// The keyboard goes on at the first of the new rows.
		if at := l.limit - listStep; at < len(l.rows) {
			l.rows[at].button.call("focus")
		}
	})
	return l
}

// choose lists the pairs of two digits, or all again if those are listed.
func (l *pairList) choose(first, second int) {
	f := inspect.Filter{First: first, Second: second, Either: inspect.Any}
	if f == l.filter {
		f = inspect.All
	}
	l.set(f)
}

func (l *pairList) set(f inspect.Filter) {
	l.filter, l.limit, l.heard = f, listStep, true
	for i, digit := range []int{f.First, f.Second, f.Either} {
		value := ""
		if digit != inspect.Any {
			value = strconv.Itoa(digit)
		}
		l.digits[i].input(value)
	}
	l.view.draw()
}

// show lists the pairs as the chosen network's answers put them.
func (l *pairList) show(e *examined) {
	v := l.view
	var wrong int
	l.order = nil
	if e.answers.Len() > 0 {
		l.order, wrong = e.answers.Order(v.pairs.Digits, l.filter)
	}
	n := min(l.limit, len(l.order))
	l.head()
	room := n
	if e.answers.Len() == 0 {
		room = listStep // for the rows to come
	}
	for len(l.rows) < room {
		l.rows = append(l.rows, l.newRow())
	}
	for i, row := range l.rows {
		row.root.flag("hidden", i >= room)
		class := "waiting"
		if i < n {
			class = ""
			l.fill(row, l.order[i])
		}
		row.root.attribute("class", class)
	}
	about := text.Listed(l.filter, n, len(l.order), wrong)
	l.about.text(about)
	if l.heard {
		l.heard = false
		l.live.text(about)
	}
	l.more.flag("hidden", n == len(l.order) && e.answers.Len() > 0)
	l.clear.flag("disabled", l.filter == inspect.All)
}

// head gives the list a column for each network.
func (l *pairList) head() {
	same := len(l.columns) == len(l.view.list)
	for i, n := range l.view.list {
		same = same && l.columns[i] == n.Name+string(n.Kind)
	}
	if same {
		return
	}
	l.heads.call("replaceChildren")
	l.body.call("replaceChildren")
	l.columns, l.rows = nil, nil
	l.dom.create(l.heads, "th", "scope", "col").text("Pair")
	for _, n := range l.view.list {
		l.columns = append(l.columns, n.Name+string(n.Kind))
		l.dom.create(l.heads, "th", "scope", "col", "data-model", string(n.Kind)).text(text.InsideTitle(n))
	}
}

func (l *pairList) newRow() *pairRow {
	d := l.dom
	r := &pairRow{pair: -1, root: d.create(l.body, "tr")}
	r.button = d.create(d.create(r.root, "th", "scope", "row"), "button", "type", "button", "class", "one")
	r.pen = d.create(r.button, "canvas", "width", strconv.Itoa(2*data.Side), "height", strconv.Itoa(data.Side), "aria-hidden", "true").context(nil)
	r.truth = d.create(r.button, "b")
	r.images = d.create(r.button, "small")
	r.button.on("click", func(safejs.Value) {
		l.view.layer.choose(r.pair)
		l.view.draw()
	})
	for range l.columns {
		cell := d.create(r.root, "td")
		r.says, r.remarks = append(r.says, d.create(cell, "span")), append(r.remarks, d.create(cell, "small"))
	}
	return r
}

// fill shows a pair and what the networks say of it.
func (l *pairList) fill(r *pairRow, pair int) {
	v := l.view
	left, right := v.pairs.Digits[2*pair], v.pairs.Digits[2*pair+1]
	if r.pair != pair || r.set != v.pairs.TestSet {
		r.pair, r.set = pair, v.pairs.TestSet
		l.paint(r, pair)
		answer := ", no"
		if left <= right {
			answer = ", yes"
		}
		r.truth.text(text.Truth(left, right) + answer)
		r.images.text("images " + strconv.Itoa(int(v.pairs.Images[2*pair])) + ", " + strconv.Itoa(int(v.pairs.Images[2*pair+1])))
	}
	r.button.attribute("aria-pressed", strconv.FormatBool(v.layer.pair == pair))
	for i, n := range v.list {
		says, remark, mark := "–", "", ""
		if e := v.examined[n.Name]; e != nil && pair < e.answers.Len() {
			says, remark = text.Said(&e.answers, pair, left, right)
			if !e.answers.Correct(pair, left, right) {
				mark = "wrong"
			}
		}
		r.says[i].text(says)
		r.remarks[i].text(remark).attribute("class", mark)
	}
}

// paint draws a pair's two digits.
func (l *pairList) paint(r *pairRow, pair int) {
	if l.ink == nil {
		image, err := r.pen.value.Call("createImageData", 2*data.Side, data.Side)
		l.dom.note(err)
		l.ink = l.dom.wrap(image)
		l.array, err = image.Get("data")
		l.dom.note(err)
	}
	rgba := make([]byte, 4*2*data.Pixels)
	for i, ink := range l.view.pairs.Pixels[2*data.Pixels*pair:][:2*data.Pixels] {
		digit, p := i/data.Pixels, i%data.Pixels
		rgba[4*(p/data.Side*2*data.Side+digit*data.Side+p%data.Side)+3] = ink
	}
	_, err := safejs.CopyBytesToJS(l.array, rgba)
	l.dom.note(err)
	r.pen.call("putImageData", l.ink.value, 0, 0)
}
