package experiment

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/train"
)

// Config is an experiment's settings. Its JSON form has the query string's
// names. The pointers are overrides: nil leaves each model the preset's own
// value. What they point to is never written to, so a Config may be copied.
type Config struct {
	Preset    string       `json:"preset"`
	Models    []model.Kind `json:"models"`
	Rounds    int          `json:"rounds"`
	Epochs    int          `json:"epochs"`
	Pairs     int          `json:"pairs"`   // training pairs, and as many test pairs
	Batch     int          `json:"batch"`   // pairs
	Workers   int          `json:"workers"` // Web Workers; 0: one for each processor core
	Kernels   string       `json:"kernels"`
	Transport string       `json:"transport"` // how workers that share a run meet
	Seed      uint64       `json:"seed"`      // of the first round; round r has Seed + r
	Pool      int          `json:"pool"`      // training images that pairs are drawn from

	Rate        *float64    `json:"lr,omitempty"`
	Optimizer   *optim.Kind `json:"optimizer,omitempty"`
	Momentum    *float64    `json:"momentum,omitempty"`
	WeightDecay *float64    `json:"weightdecay,omitempty"`
	PairLoss    *float64    `json:"pairloss,omitempty"`
	AuxLoss     *float64    `json:"aux,omitempty"`
	BatchNorm   *bool       `json:"bn,omitempty"`
	Sharing     *bool       `json:"sharing,omitempty"`
	Ch1         *int        `json:"ch1,omitempty"`
	Ch2         *int        `json:"ch2,omitempty"`
	FC          *int        `json:"fc,omitempty"`

	Schedule  *optim.Schedule `json:"schedule,omitempty"`
	LogitReLU *bool           `json:"logitrelu,omitempty"`
	Soft      *bool           `json:"soft,omitempty"`
	Recombine *bool           `json:"recombine,omitempty"`
	Shift     *float64        `json:"shift,omitempty"`
	Shear     *float64        `json:"shear,omitempty"`
	Noise     *float64        `json:"noise,omitempty"`

	// Autostart has the page begin when it is ready. It is a setting of the
	// address only: neither of a script's object nor of a result.
	Autostart bool `json:"-"`
	// Views are settings of the address too.
	Views Views `json:"-"`
}

// Run is one run to make: a model trained once.
type Run struct {
	Model  model.Kind   `json:"model"`
	Round  int          `json:"round"` // from 0
	Seed   uint64       `json:"seed"`  // draws the round's pairs and the initial parameters
	Config train.Config `json:"config"`
}

// Runs are the runs to make, rounds outermost. All models of round r have the
// seed c.Seed + r, and so the same pairs.
func (c Config) Runs() []Run {
	runs := make([]Run, 0, c.Rounds*len(c.Models))
	for round := range c.Rounds {
		for _, kind := range c.Models {
			runs = append(runs, Run{
				Model:  kind,
				Round:  round,
				Seed:   c.Seed + uint64(round),
				Config: c.Train(kind),
			})
		}
	}
	return runs
}

// Train is what c has model kind trained by: the preset's own values, with
// c's overrides of those that this model has.
func (c Config) Train(kind model.Kind) train.Config {
	var own train.Config
	c.train(kind, &own)
	return own
}

// train makes own what Train gives.
func (c *Config) train(kind model.Kind, own *train.Config) {
	*own = presetOf(c.Preset).own(kind, c.Optimizer)
	own.Batch, own.Epochs = c.Batch, c.Epochs
	fields := Fields()
	for i := range fields { // which are large: they are not copied
		if f := &fields[i]; f.override != nil && f.Applies(kind) {
			f.override.apply(c, own)
		}
	}
}

// Check reports every setting that is out of its range, or that does not go
// with the others. The error is an Errors.
func (c Config) Check() error {
	var errs Errors
	for _, f := range Fields() {
		if text, set := f.Text(c); set {
			if err := f.check(text); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return c.checkTogether(c.Train)
}

// checkTogether assumes that every setting is in its own range. trained is
// [Config.Train], or what that came to before.
func (c Config) checkTogether(trained func(model.Kind) train.Config) error {
	var errs Errors
	add := func(name, format string, args ...any) {
		text, _ := FieldByName(name).Text(c)
		errs = append(errs, &FieldError{Name: name, Value: text, Message: fmt.Sprintf(format, args...)})
	}
	lone := false
	for _, kind := range c.Models {
		t := trained(kind)
		lone = lone || t.Model.Siamese() && t.Model.BatchNorm && c.Pairs%c.Batch == 1%c.Batch
		if len(errs) > 0 {
			continue // one network's error will do
		}
		if t.Model.PairLoss == 0 && (t.Model.AuxLoss == 0 || !t.Model.Siamese()) {
			name := "pairloss"
			if c.PairLoss == nil && c.AuxLoss != nil {
				name = "aux"
			}
			add(name, "leaves %s with no loss to train on", Label(kind))
		} else if err := t.Model.Check(); err != nil {
			add("models", "%v", err)
		} else if err := t.Optim.Check(); err != nil {
			add("optimizer", "%v", err)
		}
	}
	if lone {
		add("batch", "leaves a batch of one pair (%d pairs in batches of %d), which batch norm cannot normalise", c.Pairs, c.Batch)
	}
	if c.Seed > MaxSeed-uint64(c.Rounds-1) {
		add("seed", "leaves no seed for the last round: want at most %d with %d rounds", MaxSeed-uint64(c.Rounds-1), c.Rounds)
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// MaxSeed is the largest seed: the largest integer that is exact in JSON as
// JavaScript reads it.
const MaxSeed uint64 = 1<<53 - 1

// Label is a model's name as it is written in text.
func Label(kind model.Kind) string {
	switch kind {
	case model.Baseline:
		return "Baseline"
	case model.Siamese2:
		return "Siamese2"
	case model.Siamese10:
		return "Siamese10"
	}
	return string(kind)
}
