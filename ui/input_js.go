package ui

import (
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/text"
)

// input is one setting in the form: its control, what it does, what it may be,
// and what is wrong with it.
type input struct {
	field    experiment.Field
	row      *element
	control  *element   // nil for a ChoicesField and the preset, which have
	boxes    []*element // one of these for each choice
	list     bool       // the control is a list to choose from
	allowed  *element
	mended   *element // says that the setting differs from the preset
	message  *element
	problems string
}

// options are what a setting is chosen from; none if it is typed or ticked. A
// tick could not say that each network has its own.
func options(f experiment.Field) []experiment.Choice {
	if f.Kind == experiment.SwitchField && f.Mixed() {
		return []experiment.Choice{{Value: "", Label: "Each network’s own"}, {Value: "1", Label: "On"}, {Value: "0", Label: "Off"}}
	}
	if f.Kind == experiment.ChoiceField && f.Name != presetName {
		return f.Choices
	}
	return nil
}

// presetName is the setting that all others follow. Its choices are all shown.
const presetName = "preset"

func (in *input) radio() bool { return in.field.Name == presetName }

func newInput(d *dom, parent *element, f experiment.Field) *input {
	in := &input{field: f}
	id := "set-" + f.Name
	described := id + "-help " + id + "-error"
	chosen := options(f)
	in.list = chosen != nil
	row := func(class string) {
		in.row = d.create(parent, "div", "class", class, "data-field", f.Name)
	}
	switch {
	case f.Kind == experiment.ChoicesField || in.radio():
		kind := "checkbox"
		if in.radio() {
			kind = "radio"
		}
		in.row = d.create(parent, "fieldset", "class", "field", "data-field", f.Name, "aria-describedby", described)
		in.title(d, d.create(in.row, "legend"))
		list := d.create(in.row, "div", "class", "boxes")
		for _, choice := range f.Choices {
			label := d.create(list, "label")
			in.boxes = append(in.boxes, d.create(label, "input", "type", kind, "name", f.Name, "value", choice.Value))
			d.create(label, "span").text(choice.Label)
		}
	case in.list:
		row("field")
		in.title(d, d.create(in.row, "label", "for", id))
		in.control = d.create(in.row, "select", "id", id, "name", f.Name, "aria-describedby", described)
		for _, choice := range chosen {
			d.create(in.control, "option", "value", choice.Value).text(choice.Label)
		}
	case f.Kind == experiment.SwitchField:
		row("field switch")
		label := d.create(in.row, "label", "for", id)
		in.control = d.create(label, "input", "type", "checkbox", "id", id, "name", f.Name, "aria-describedby", described)
		in.title(d, label)
	default:
		mode := "decimal"
		if f.Kind == experiment.IntegerField {
			mode = "numeric"
		}
		row("field")
		in.title(d, d.create(in.row, "label", "for", id))
		in.control = d.create(in.row, "input", "type", "text", "inputmode", mode, "autocomplete", "off", "spellcheck", "false",
			"id", id, "name", f.Name, "aria-describedby", described)
	}
	in.message = d.create(in.row, "p", "class", "error", "id", id+"-error").flag("hidden", true)
	help := d.create(in.row, "p", "class", "help", "id", id+"-help")
	d.create(help, "span").text(f.Help + " ")
	in.allowed = d.create(help, "span", "class", "range")
	return in
}

// title writes the label, and the mark that comes and goes with a change.
func (in *input) title(d *dom, label *element) {
	d.create(label, "span").text(in.field.Label)
	in.mended = d.create(label, "span", "class", "changed").text("changed").flag("hidden", true)
}

// typed says whether the control is one to type into.
func (in *input) typed() bool {
	return in.field.Kind == experiment.IntegerField || in.field.Kind == experiment.NumberField
}

// blank says whether the control can be left empty for the preset's value.
func (in *input) blank() bool { return in.typed() || in.list && in.field.Mixed() }

// put sets the control to a text of the setting.
func (in *input) put(text string) {
	in.complain("")
	switch {
	case in.list:
		in.control.input(text)
	case in.field.Kind == experiment.SwitchField:
		in.control.dom.note(in.control.value.Set("checked", text == "1"))
	case in.boxes != nil:
		chosen := "," + text + ","
		for _, box := range in.boxes {
			on := strings.Contains(chosen, ","+box.property("value")+",")
			box.dom.note(box.value.Set("checked", on))
		}
	default:
		in.control.input(text)
	}
}

// get is what the control says, as a text of the setting.
func (in *input) get() string {
	switch {
	case in.list:
	case in.field.Kind == experiment.SwitchField:
		if in.control.is("checked") {
			return "1"
		}
		return "0"
	case in.boxes != nil:
		var chosen []string
		for _, box := range in.boxes {
			if box.is("checked") {
				chosen = append(chosen, box.property("value"))
			}
		}
		return strings.Join(chosen, ",")
	}
	return in.control.property("value")
}

// complain shows what is wrong; an empty message takes it back.
func (in *input) complain(message string) {
	in.problems = message
	in.message.text(message).flag("hidden", message == "")
	for _, e := range append([]*element{in.control}, in.boxes...) {
		if e == nil {
			continue
		}
		if message == "" {
			e.attribute("aria-invalid", "false")
		} else {
			e.attribute("aria-invalid", "true")
		}
	}
}

func (in *input) complaining() bool { return in.problems != "" }

func (in *input) mark(c experiment.Config, changed bool) {
	in.mended.flag("hidden", !changed)
	in.row.attribute("data-changed", strconv.FormatBool(changed))
	in.allowed.text(text.Range(in.field, c))
	if in.typed() {
		own, _ := in.field.Default(c)
		in.control.attribute("placeholder", own)
	}
}

// lock switches the control off, or on again.
func (in *input) lock(off bool) {
	for _, e := range append([]*element{in.control}, in.boxes...) {
		if e != nil {
			e.flag("disabled", off)
		}
	}
}

func (in *input) focus() {
	if in.control != nil {
		in.control.call("focus")
	} else {
		in.boxes[0].call("focus")
	}
}
