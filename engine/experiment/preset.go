package experiment

import (
	"slices"
	"sync"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/train"
)

// The presets' names; DefaultPreset is that of a query that names none.
const (
	DefaultPreset = "paper"
	TunedPreset   = "tuned"
)

// Preset is a named set of values for all settings.
type Preset struct {
	Name, Label, Help string

	defaults Config // of the settings that all models share
	// own is a model's own values, when trained with the given optimiser; nil
	// is the preset's.
	own func(kind model.Kind, optimizer *optim.Kind) train.Config
}

// config are the preset's settings, for the caller to change.
func (p Preset) config() Config {
	c := p.defaults
	c.Models = slices.Clone(c.Models)
	return c
}

// Presets are the presets, the default one first. The table is made once, and
// must not be changed.
func Presets() []Preset { return presets() }

var presets = sync.OnceValue(func() []Preset {
	published := Config{
		Preset:    DefaultPreset,
		Models:    slices.Clone(model.Kinds[:]),
		Rounds:    10,
		Epochs:    25,
		Pairs:     1000,
		Batch:     100,
		Kernels:   "simd",
		Transport: "auto",
		Seed:      1,
		Pool:      60_000,
	}
	tunedTo := published
	tunedTo.Preset, tunedTo.Epochs = TunedPreset, 200
	return []Preset{{
		Name:     DefaultPreset,
		Label:    "Paper",
		Help:     "The published experiment: plain gradient descent, 25 epochs.",
		defaults: published,
		own:      paper,
	}, {
		Name:     TunedPreset,
		Label:    "Tuned",
		Help:     "The same networks and 1,000 pairs with good practice: Adam, distorted digits, 200 epochs.",
		defaults: tunedTo,
		own:      tuned,
	}}
})

// paper is the published training of kind. Its rates are for plain gradient
// descent; Adam, which the paper does not use, gets its customary 0.001.
func paper(kind model.Kind, optimizer *optim.Kind) train.Config {
	rate := 0.1
	switch {
	case optimizer != nil && *optimizer == optim.AdamKind:
		rate = 0.001
	case kind == model.Siamese2:
		rate = 1
	}
	return train.Config{
		Model: model.Paper(kind),
		Optim: optim.Config{Kind: optim.SGDKind, Rate: rate},
	}
}

// tuned is train.Tuned. Its rates are for Adam; plain gradient descent gets the
// published ones.
func tuned(kind model.Kind, optimizer *optim.Kind) train.Config {
	c := train.Tuned(kind)
	if optimizer != nil && *optimizer != c.Optim.Kind {
		c.Optim.Rate = paper(kind, optimizer).Optim.Rate
	}
	return c
}

// With is c with another preset: what differs from c's own is as c has it, the
// rest as the other preset has it.
func (c Config) With(preset string) Config {
	to := presetOf(preset).config()
	for _, f := range Fields() {
		if f.Name != "preset" && f.Changed(c) {
			text, _ := f.Text(c)
			f.set(&to, text)
		}
	}
	return to.shortest()
}

// Defaults are the settings of the preset so named; without a name, of the
// default one.
func Defaults(preset string) (Config, error) {
	if preset == "" {
		preset = DefaultPreset
	}
	if err := FieldByName("preset").check(preset); err != nil {
		return Config{}, Errors{err}
	}
	return presetOf(preset).config(), nil
}

// presetOf is the preset so named, or the default one if there is none: Check
// reports the name.
func presetOf(name string) Preset {
	presets := presets()
	if i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == name }); i >= 0 {
		return presets[i]
	}
	return presets[0]
}
