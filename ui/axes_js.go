package ui

import (
	"errors"
	"slices"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/text"
)

// errMergeBusy is why nothing is merged into what is under way.
var errMergeBusy = errors.New("training is under way: stop it first")

// lossWeights are two settings that a grid may change together.
const lossWeights = "pairloss:aux"

// axes are the rows in which a grid is written, a setting with its values in
// each, and the choice of ready-made grids. The address follows.
type axes struct {
	dom                      *dom
	form                     *form
	edited                   func()
	place, preset, help, add *element
	error                    *element
	settings                 []string // that a row may be about
	rows                     []*axisRow
	made                     int // rows, ever
}

type axisRow struct {
	root, setting, values, remove, error *element
}

func newAxes(d *dom, p *Page) *axes {
	a := &axes{
		dom: d, form: p.form, edited: p.replan, place: d.find("#axes"), preset: d.find("#grid-preset"),
		help: d.find("#grid-help"), add: d.find("#add-axis"), error: d.find("#grid-error"),
	}
	for _, g := range experiment.GridPresets() {
		d.create(a.preset, "option", "value", g.Name).text(g.Label)
	}
	// A row is cloned with all that it may be about.
	for _, f := range experiment.SearchFields() {
		a.settings = append(a.settings, f.Name)
	}
	a.settings = append(a.settings, lossWeights)
	choice := d.content("#axis").all("select")[0]
	for _, name := range a.settings {
		d.create(choice, "option", "value", name).text(text.FieldLabel(name))
	}
	a.preset.on("change", func(safejs.Value) { a.choose(a.preset.property("value")) })
	a.add.on("click", func(safejs.Value) {
		row := a.newRow("lr", "")
		row.setting.call("focus")
		a.follow(false)
	})
	return a
}

// choose takes a ready-made grid, with the networks that it is of.
func (a *axes) choose(name string) {
	for _, g := range experiment.GridPresets() {
		if g.Name != name {
			continue
		}
		if in := a.form.input("models"); g.Models != nil && in != nil {
			var kinds []string
			for _, kind := range g.Models {
				kinds = append(kinds, string(kind))
			}
			in.put(strings.Join(kinds, ","))
		}
		a.write(g.Axes)
		a.follow(true)
	}
}

// write has the rows say a grid.
func (a *axes) write(grid string) {
	a.place.call("replaceChildren")
	a.rows = nil
	for axis := range strings.SplitSeq(grid, ";") {
		setting, values, _ := strings.Cut(axis, "=")
		a.newRow(setting, values)
	}
}

// fill has the rows say what the settings do.
func (a *axes) fill(c experiment.Config) {
	grid, _ := experiment.FieldByName("grid").Text(c)
	if a.said() != grid {
		a.write(grid)
	}
	a.mark(grid)
}

func (a *axes) newRow(setting, values string) *axisRow {
	d := a.dom
	d.clone("#axis", a.place)
	root, err := a.place.value.Get("lastElementChild")
	d.note(err)
	part := func(name string) *element {
		v, err := root.Call("querySelector", "[data-part="+name+"]")
		d.note(err)
		return d.wrap(v)
	}
	row := &axisRow{d.wrap(root), part("setting"), part("values"), part("remove"), part("error")}
	if !slices.Contains(a.settings, setting) {
		d.create(row.setting, "option", "value", setting).text(text.FieldLabel(setting))
	}
	a.made++
	id := "axis-error-" + text.Count(a.made)
	row.error.attribute("id", id)
	row.values.attribute("aria-describedby", id+" axis-help")
	row.setting.input(setting)
	row.values.input(values)
	row.values.on("input", func(safejs.Value) { a.follow(false) })
	row.values.on("change", func(safejs.Value) { a.follow(true) })
	row.setting.on("change", func(safejs.Value) { a.follow(true) })
	row.remove.on("click", func(safejs.Value) { a.drop(row) })
	a.rows = append(a.rows, row)
	return row
}

// drop removes a row; the keyboard goes to what is there then.
func (a *axes) drop(row *axisRow) {
	for i, r := range a.rows {
		if r == row {
			a.rows = append(a.rows[:i:i], a.rows[i+1:]...)
			break
		}
	}
	row.root.call("remove")
	a.add.call("focus")
	a.follow(true)
}

// text is what the rows say.
func (a *axes) text() string {
	var list []string
	for _, r := range a.rows {
		list = append(list, r.setting.property("value")+"="+strings.TrimSpace(r.values.property("value")))
	}
	return strings.Join(list, ";")
}

// said is text as the address has it, or empty if something is wrong with it.
func (a *axes) said() string {
	var list []string
	for axis := range strings.SplitSeq(a.text(), ";") {
		parsed, err := experiment.ParseAxis(axis)
		if err != nil {
			return ""
		}
		list = append(list, parsed.String())
	}
	return strings.Join(list, ";")
}

// follow brings messages and the address in step with the rows. While somebody
// is typing (not settled), it complains of nothing new.
func (a *axes) follow(settled bool) {
	for _, r := range a.rows {
		_, err := experiment.ParseAxis(r.setting.property("value") + "=" + r.values.property("value"))
		r.complain(err, settled)
	}
	a.error.text("").flag("hidden", true)
	if len(a.rows) == 0 {
		a.error.text("Add a setting to search over.").flag("hidden", false)
	} else if a.complaining() == nil {
		if e := a.form.keep("grid", a.text()); e != nil && settled {
			a.error.text("A setting can be in the grid once: "+e.Message+".").flag("hidden", false)
		}
	}
	a.mark(a.said())
	a.edited()
}

func (r *axisRow) complain(err error, settled bool) {
	message := ""
	if errs, ok := err.(experiment.Errors); ok {
		message = text.Error(errs[0])
	}
	if message == "" || settled || r.complaining() {
		r.error.text(message).flag("hidden", message == "")
		invalid := "false"
		if message != "" {
			invalid = "true"
		}
		r.values.attribute("aria-invalid", invalid)
	}
}

func (r *axisRow) complaining() bool { return r.values.last["@aria-invalid"] == "true" }

// complaining is the first input that something is wrong with, or nil.
func (a *axes) complaining() *element {
	for _, r := range a.rows {
		if r.complaining() {
			return r.values
		}
	}
	return nil
}

// complaint is where the keyboard goes to mend the grid, nil if it is good.
func (a *axes) complaint() *element {
	switch at := a.complaining(); {
	case at != nil:
		return at
	case a.error.property("textContent") != "":
		return a.add
	}
	return nil
}

// mark shows which ready-made grid the rows say, if it is one.
func (a *axes) mark(grid string) {
	name, help := "", "A grid of your own."
	for _, g := range experiment.GridPresets() {
		if g.Axes == grid {
			name, help = g.Name, g.Help
		}
	}
	a.preset.input(name)
	a.help.text(help)
}

func (a *axes) lock(off bool) {
	for _, e := range []*element{a.preset, a.add} {
		e.flag("disabled", off)
	}
	for _, r := range a.rows {
		for _, e := range []*element{r.setting, r.values, r.remove} {
			e.flag("disabled", off)
		}
	}
}
