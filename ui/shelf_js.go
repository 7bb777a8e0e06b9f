package ui

import (
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// Shelf is what the page asks of the program about the experiments that are
// kept. None of the functions waits.
type Shelf struct {
	Open, Delete func(id string)
	Rename       func(id, name string)
	Undelete     func() // brings back what was deleted last
}

// shelfView is the list of the experiments that are kept.
type shelfView struct {
	dom   *dom
	shelf Shelf
	busy  bool

	place, none, says, undo *element
	template                safejs.Value
	compared                *element
	rows                    []*shelfRow // the newest first
}

// shelfRow is one experiment's line.
type shelfRow struct {
	run   text.Shelved
	item  *element
	parts map[string]*element
}

func newShelf(d *dom, s Shelf) *shelfView {
	v := &shelfView{
		dom: d, shelf: s, place: d.find("#shelf"), none: d.find("#shelf-none"),
		says: d.find("#shelf-says"), undo: d.find("#shelf-undo"), compared: d.find("#shelf-compared"),
	}
	content, err := d.find("#shelf-row").value.Get("content")
	d.note(err)
	v.template, err = content.Get("firstElementChild")
	d.note(err)
	v.undo.on("click", func(safejs.Value) {
		v.undo.flag("hidden", true)
		d.find("#shelf-title").call("focus") // the pressed button goes away
		s.Undelete()
	})
	return v
}

// Shelf lists the experiments that are kept, the newest first.
func (p *Page) Shelf(list []text.Shelved) { p.shelf.list(list) }

// ShelfSays says something about the list; with undo, there is a button for
// [Shelf.Undelete].
func (p *Page) ShelfSays(what string, undo bool) {
	p.shelf.says.text(what)
	p.shelf.undo.flag("hidden", !undo)
	if undo {
		p.shelf.undo.call("focus") // the row with the pressed button is gone
	}
}

// Show shows the result of an experiment that was made before, in place of the
// one in hand, in the phase Done.
func (p *Page) Show(r experiment.Result) {
	p.current = nil
	p.showTraining(r.Config)
	p.state.Begin(p.now(), r.Config, r.Environment)
	for _, m := range r.Models {
		for round, result := range m.Rounds {
			p.state.Apply(p.now(), experiment.Event{
				Kind: experiment.DoneEvent, Model: m.Name, Round: int(result.Seed - r.Config.Seed), Parameters: m.Parameters, Result: &m.Rounds[round],
			})
		}
	}
	p.state.SetPhase(p.now(), state.Done)
	p.notices.notes = nil
	p.charts.begin(r.Config)
	p.keep.reproduce(r.Config)
	p.phaseChanged()
	p.dom.find("#curves-title").call("focus")
}

// list has the rows follow, and leaves those alone that stay: one may be being
// renamed.
func (v *shelfView) list(runs []text.Shelved) {
	v.none.flag("hidden", len(runs) > 0)
	var rows []*shelfRow
	for _, run := range runs {
		for len(v.rows) > 0 && v.rows[0].run.ID > run.ID { // gone
			v.rows[0].item.call("remove")
			v.rows = v.rows[1:]
		}
		if len(v.rows) > 0 && v.rows[0].run.ID == run.ID {
			rows, v.rows = append(rows, v.rows[0]), v.rows[1:]
		} else {
			rows = append(rows, v.newRow(run.ID))
		}
		v.fill(rows[len(rows)-1], run)
	}
	for _, r := range v.rows {
		r.item.call("remove")
	}
	v.rows = rows
	v.lock(v.busy)
	v.compare()
}

// newRow makes a row in front of the rows that are left.
func (v *shelfView) newRow(id string) *shelfRow {
	clone, err := v.template.Call("cloneNode", true)
	v.dom.note(err)
	r := &shelfRow{item: v.dom.wrap(clone), parts: map[string]*element{}}
	for _, name := range []string{"pick", "title", "form", "name", "cancel", "scores", "about", "open", "rename", "link", "delete"} {
		part, err := clone.Call("querySelector", "[data-part="+name+"]")
		v.dom.note(err)
		r.parts[name] = v.dom.wrap(part)
	}
	before := safejs.Null()
	if len(v.rows) > 0 {
		before = v.rows[0].item.value
	}
	v.place.call("insertBefore", clone, before)
	r.parts["pick"].on("change", func(safejs.Value) { v.compare() })
	r.parts["open"].on("click", func(safejs.Value) { v.shelf.Open(id) })
	r.parts["delete"].on("click", func(safejs.Value) { v.shelf.Delete(id) })
	edit := func(on bool) {
		r.parts["form"].flag("hidden", !on)
		if on {
			r.parts["name"].input(r.run.Title())
			r.parts["name"].call("select")
		} else {
			r.parts["rename"].call("focus")
		}
	}
	r.parts["rename"].on("click", func(safejs.Value) { edit(true) })
	r.parts["cancel"].on("click", func(safejs.Value) { edit(false) })
	r.parts["name"].on("keydown", func(event safejs.Value) {
		if v.dom.wrap(event).property("key") == "Escape" {
			edit(false)
		}
	})
	r.parts["form"].on("submit", func(event safejs.Value) {
		v.dom.wrap(event).call("preventDefault")
		edit(false)
		v.shelf.Rename(id, strings.TrimSpace(r.parts["name"].property("value")))
	})
	return r
}

// fill writes what a row says.
func (v *shelfView) fill(r *shelfRow, run text.Shelved) {
	if r.run.ID != "" && r.run.Name == run.Name {
		return // nothing else of it changes
	}
	r.run = run
	title := run.Title()
	r.parts["title"].text(title)
	r.parts["scores"].text(run.Scores())
	r.parts["about"].text(run.About())
	for name, label := range map[string]string{"pick": "Compare ", "open": "Open ", "rename": "Rename ", "link": "Link that makes again ", "delete": "Delete "} {
		r.parts[name].attribute("aria-label", label+title)
	}
	r.parts["link"].attribute("href", run.Query)
}

// lock keeps experiments from being opened while one is under way.
func (v *shelfView) lock(busy bool) {
	v.busy = busy
	for _, r := range v.rows {
		r.parts["open"].flag("disabled", busy)
	}
}

// compare shows those that are picked side by side.
func (v *shelfView) compare() {
	var picked []text.Shelved
	for _, r := range v.rows {
		if r.parts["pick"].is("checked") {
			picked = append(picked, r.run)
		}
	}
	v.compared.flag("hidden", len(picked) < 2)
	html := ""
	if len(picked) >= 2 {
		html = text.Comparison(picked)
	}
	if v.compared.changed("html", html) {
		v.dom.note(v.compared.value.Set("innerHTML", html))
	}
}
