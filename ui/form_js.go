package ui

import (
	"slices"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// form is the settings, drawn from experiment.Fields, with the address kept in
// step. What the address says of a setting that is not drawn is kept.
type form struct {
	dom    *dom
	edited func()

	inputs  []*input
	kept    map[string]string // settings that have no input, as text
	unknown experiment.Errors // of the address: what no input can show
	query   string            // what the inputs say, as the address has it

	settings experiment.Config // what they say, without what is wrong with it
	good     bool              // nothing is wrong with that
	label    string            // what the main button says
	words    string            // how far the settings are from the preset's
	preset   string            // that the inputs start from

	details, advanced, folded, fieldset, brief, reset, note *element
	notice, noticeText                                      *element
}

func newForm(d *dom, edited func()) *form {
	f := &form{
		dom:     d,
		edited:  edited,
		kept:    map[string]string{},
		details: d.find("#settings"), fieldset: d.find("#fields"),
		advanced: d.find("#advanced"), folded: d.find("#advanced-changed"),
		brief: d.find("#settings-brief"), reset: d.find("#reset"), note: d.find("#settings-note"),
		notice: d.find("#unknown"), noticeText: d.find("#unknown-text"),
	}
	for _, field := range experiment.Fields() {
		place := "main"
		switch {
		case field.QueryOnly:
			continue
		case field.Name == presetName:
			place = presetName
		case field.Group != experiment.MainGroup:
			place = string(field.Group)
		}
		f.inputs = append(f.inputs, newInput(d, d.find("#fields-"+place), field))
	}
	root := d.find("#form")
	root.on("input", func(safejs.Value) { f.follow(false) })
	root.on("change", func(safejs.Value) { f.follow(true) })
	root.on("submit", func(event safejs.Value) { d.wrap(event).call("preventDefault") })
	f.reset.on("click", func(safejs.Value) {
		c, err := experiment.Defaults(f.preset)
		d.note(err)
		c.Views = f.views()
		f.forget()
		f.show(c)
		f.edited()
	})
	d.find("#unknown-drop").on("click", func(safejs.Value) {
		f.forget()
		f.follow(true)
		d.find("#train").call("focus")
	})
	// Where there is room the settings stay open beside the rest.
	if wide, err := d.window.Call("matchMedia", "(min-width: 64rem)"); err == nil {
		f.details.flag("open", d.wrap(wide).is("matches"))
	}
	return f
}

// load fills the form in from the address. Values that are wrong stay in their
// inputs, with what is wrong beside them.
func (f *form) load() {
	location, err := f.dom.window.Get("location")
	f.dom.note(err)
	c, err := experiment.ParseQuery(f.dom.wrap(location).property("search"))
	f.fill(c)
	errs, _ := err.(experiment.Errors)
	for _, e := range errs {
		if in := f.input(e.Name); in != nil {
			good := in.get()
			in.put(e.Value)
			if f.refuses(e.Name) {
				in.complain(text.Error(e))
				f.reveal(in)
				continue
			}
			in.put(good) // the value is good, but for where it stands: given twice
		}
		f.unknown = append(f.unknown, e)
	}
	f.noteUnknown()
	f.mark(f.read())
}

// refuses says whether something is wrong with what an input says.
func (f *form) refuses(name string) bool {
	_, err := f.read()
	errs, _ := err.(experiment.Errors)
	return slices.ContainsFunc(errs, func(e *experiment.FieldError) bool { return e.Name == name })
}

// show has the form and the address say c.
func (f *form) show(c experiment.Config) {
	if f.good && len(f.unknown) == 0 && c.Encode() == f.query {
		return
	}
	f.fill(c)
	f.check(true)
}

func (f *form) fill(c experiment.Config) {
	f.preset = c.Preset
	for _, field := range experiment.Fields() {
		text, set := field.Text(c)
		if in := f.input(field.Name); in != nil {
			if !set && !in.blank() {
				text, _ = field.Default(c)
			}
			in.put(text)
		} else if set {
			f.kept[field.Name] = text
		}
	}
}

func (f *form) input(name string) *input {
	for _, in := range f.inputs {
		if in.field.Name == name {
			return in
		}
	}
	return nil
}

// rebase follows a change of the preset: settings that were as the last one has
// them become as the new one has them; what somebody has changed stays, right
// or wrong.
func (f *form) rebase() {
	to := f.input(presetName).get()
	if to == "" || to == f.preset {
		return
	}
	values := f.values()
	values[presetName] = f.preset
	c, err := experiment.ParseValues(values)
	errs, _ := err.(experiment.Errors)
	f.fill(c.With(to))
	for _, e := range errs {
		if in := f.input(e.Name); in != nil {
			in.put(e.Value)
		}
	}
}

// read is what the form says.
func (f *form) read() (experiment.Config, error) {
	return experiment.ParseValues(f.values())
}

// values are the settings' texts.
func (f *form) values() map[string]string {
	values := map[string]string{}
	for name, text := range f.kept {
		values[name] = text
	}
	for _, in := range f.inputs {
		values[in.field.Name] = in.get()
	}
	return values
}

// views is what the address says of sets of trials.
func (f *form) views() experiment.Views {
	c, _ := f.read()
	return c.Views
}

// keep has the address say a setting that has no input here. A text that is
// wrong is not taken.
func (f *form) keep(name, text string) *experiment.FieldError {
	before := f.kept[name]
	f.kept[name] = text
	_, err := f.read()
	errs, _ := err.(experiment.Errors)
	for _, e := range errs {
		if e.Name == name {
			f.kept[name] = before
			return e
		}
	}
	f.follow(false)
	return nil
}

func (f *form) config() (experiment.Config, error) {
	c, err := f.read()
	if len(f.unknown) == 0 {
		return c, err
	}
	errs, _ := err.(experiment.Errors)
	return c, append(errs, f.unknown...)
}

// follow brings the page in step with the inputs.
func (f *form) follow(settled bool) {
	f.check(settled)
	f.edited()
}

// check brings messages, marks and the address in step with the inputs. While
// somebody is typing (not settled), it complains of nothing new.
func (f *form) check(settled bool) {
	f.rebase()
	c, err := f.read()
	errs, _ := err.(experiment.Errors)
	for _, in := range f.inputs {
		message := ""
		for _, e := range errs {
			if e.Name == in.field.Name {
				message = text.Error(e)
			}
		}
		if message == "" || settled || in.complaining() {
			in.complain(message)
		}
	}
	f.mark(c, err)
	if f.good && len(f.unknown) == 0 {
		f.address()
	}
}

// mark shows which settings of those read differ from the preset, and what
// each is otherwise.
func (f *form) mark(c experiment.Config, err error) {
	f.good, f.query, f.settings = err == nil, c.Encode(), c
	changes, folded := 0, 0
	for _, in := range f.inputs {
		changed := in.field.Changed(c)
		if changed {
			changes++
			if in.field.Group != experiment.MainGroup {
				folded++
			}
		}
		in.mark(c, changed)
	}
	f.brief.text(text.Brief(c, changes))
	f.folded.text(text.Folded(folded))
	f.reset.text(text.ResetLabel(c))
	f.words = text.Changes(c, changes, err != nil)
	f.label = text.TrainLabel(c.Models)
}

// address writes what the inputs say into the address bar.
func (f *form) address() {
	location, err := f.dom.window.Get("location")
	f.dom.note(err)
	at := f.dom.wrap(location)
	query := f.query
	if query != "" {
		query = "?" + query
	}
	if at.property("search") == query {
		return
	}
	history, err := f.dom.window.Get("history")
	f.dom.note(err)
	f.dom.wrap(history).call("replaceState", safejs.Null(), "", at.property("pathname")+query+at.property("hash"))
}

// refuse shows why an experiment cannot start, and puts the keyboard where that
// can be mended.
func (f *form) refuse(err error) {
	f.follow(true)
	for _, in := range f.inputs {
		if in.complaining() {
			f.reveal(in)
			in.focus()
			return
		}
	}
	if len(f.unknown) > 0 {
		f.notice.call("focus")
	}
}

// reveal opens what an input is folded away in.
func (f *form) reveal(in *input) {
	f.details.dom.note(f.details.value.Set("open", true))
	if in.field.Group != experiment.MainGroup {
		f.advanced.dom.note(f.advanced.value.Set("open", true))
	}
}

func (f *form) noteUnknown() {
	f.notice.flag("hidden", len(f.unknown) == 0)
	text := ""
	for _, e := range f.unknown {
		text += e.Name + "=" + e.Value + ": " + e.Message + ". "
	}
	f.noticeText.text("The address asks for what this page cannot do. " + text)
}

func (f *form) forget() {
	f.unknown = nil
	f.noteUnknown()
}

// lock keeps the settings as they are while an experiment is under way, but for
// the number of workers, which may change.
func (f *form) lock(phase state.Phase) {
	f.fieldset.flag("disabled", phase == state.Loading)
	f.reset.flag("disabled", phase.Busy() || phase == state.Loading)
	for _, in := range f.inputs {
		in.lock(phase.Busy() && in.field.Name != "workers")
	}
	if phase.Busy() {
		f.note.text("During training, only the number of workers can be changed.")
	} else {
		f.note.text(f.words)
	}
}
