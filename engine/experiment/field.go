package experiment

import (
	"slices"
	"strings"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// FieldKind is the kind of value that a setting has.
type FieldKind int

// The kinds of settings.
const (
	IntegerField FieldKind = iota // a whole number
	NumberField                   // a decimal number
	SwitchField                   // 0 or 1
	ChoiceField                   // one of Choices
	ChoicesField                  // some of Choices, separated by commas
	TextField                     // any text that is in order
)

// Group is what a setting is about: where the form has it.
type Group string

// The groups. The main one has the settings that most people change.
const (
	MainGroup     Group = ""
	TrainingGroup Group = "training"
	DigitsGroup   Group = "digits"
	NetworkGroup  Group = "network"
	MachineGroup  Group = "machine"
)

// Choice is one value of a ChoiceField or ChoicesField.
type Choice struct{ Value, Label string }

// Field describes one setting. Values are handled in their text form, which is
// that of the query string: 1000, 0.1, 1, sgd, "baseline,siamese2".
type Field struct {
	Name  string // in the query string, script objects and results
	Label string // in the form
	Unit  string // of a number; may be empty
	Help  string // one plain sentence
	Kind  FieldKind

	Min, Max         float64 // of a number
	MinOpen, MaxOpen bool    // the bound itself is out of the range
	Step             float64 // an integer must be a multiple of it; 0 for any
	Choices          []Choice

	Group       Group
	SiameseOnly bool // the Baseline has nothing that it would set
	QueryOnly   bool // of the page's address only

	text     func(Config) (string, bool)
	set      func(*Config, string) // a checked text
	override *override             // nil for a setting that all models share
}

// override is how a setting takes the place of a preset's per-model value.
type override struct {
	clear func(*Config)
	apply func(*Config, *train.Config)
	own   func(*train.Config) string // the value in use, as text
}

// Text is the field's value in c; false if c leaves it to the models' presets.
func (f Field) Text(c Config) (text string, set bool) { return f.text(c) }

// PerModel says whether models have values of their own while it is not set.
func (f Field) PerModel() bool { return f.override != nil }

// Applies says whether the setting changes anything about the model.
func (f Field) Applies(kind model.Kind) bool {
	return !f.SiameseOnly || model.Config{Kind: kind}.Siamese()
}

// Default is what the field is when c does not set it, the rest of c as it is.
// Where models differ in it, same is false and the text lists each model's.
func (f Field) Default(c Config) (text string, same bool) {
	if f.override == nil {
		text, _ = f.text(presetOf(c.Preset).defaults)
		return text, true
	}
	f.override.clear(&c)
	var texts []string
	same = true
	for _, kind := range model.Kinds {
		if f.Applies(kind) {
			own := c.Train(kind)
			texts = append(texts, f.override.own(&own))
			same = same && texts[len(texts)-1] == texts[0]
		}
	}
	if same {
		return texts[0], true
	}
	return strings.Join(texts, ", "), false
}

// Mixed says whether there is a preset in which networks differ in the setting.
func (f Field) Mixed() bool {
	return slices.ContainsFunc(Presets(), func(p Preset) bool {
		_, same := f.Default(p.defaults)
		return !same
	})
}

// Changed says whether c has another value than its preset.
func (f Field) Changed(c Config) bool {
	text, set := f.text(c)
	if !set {
		return false
	}
	own, _ := f.Default(c)
	return text != own
}

// FieldByName is the field so named; its Name is empty if there is none.
func FieldByName(name string) Field {
	fields := Fields()
	for i := range fields { // which are large: they are not copied
		if fields[i].Name == name {
			return fields[i]
		}
	}
	return Field{}
}

// shortest drops overrides that say what the preset says anyway.
func (c Config) shortest() Config {
	for _, f := range Fields() {
		if f.override != nil && !f.Changed(c) {
			f.override.clear(&c)
		}
	}
	return c
}
