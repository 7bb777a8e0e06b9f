package experiment

import (
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// Accumulator builds a Result from events. Runs may come in any order and side
// by side, and a run may begin again: what it had said before is then dropped.
type Accumulator struct {
	config      Config
	environment Environment
	models      map[model.Kind]*tally
}

type tally struct {
	parameters int
	finished   map[int]train.Result  // by round
	epochs     map[int][]train.Epoch // of rounds that have begun, by round
}

// NewAccumulator starts the result of an experiment with no rounds yet.
func NewAccumulator(c Config, env Environment) *Accumulator {
	a := &Accumulator{config: c, environment: env, models: map[model.Kind]*tally{}}
	for _, kind := range c.Models {
		a.models[kind] = &tally{finished: map[int]train.Result{}, epochs: map[int][]train.Epoch{}}
	}
	return a
}

// Apply takes one event in. Events of models or rounds that the experiment does
// not have are left out.
func (a *Accumulator) Apply(e Event) {
	t := a.models[e.Model]
	if t == nil || e.Round < 0 || e.Round >= a.config.Rounds {
		return
	}
	switch {
	case e.Kind == StartEvent:
		t.parameters = e.Parameters
		t.epochs[e.Round] = nil
		delete(t.finished, e.Round)
	case e.Kind == EpochEvent && e.Epoch != nil && finiteEpoch(*e.Epoch):
		// An epoch told again, after a resumption, takes the place of the first.
		if n := e.EpochNumber - 1; n >= 0 && n <= len(t.epochs[e.Round]) {
			t.epochs[e.Round] = append(t.epochs[e.Round][:n], *e.Epoch)
		}
	case e.Kind == DoneEvent && e.Result != nil:
		if e.Parameters > 0 {
			t.parameters = e.Parameters
		}
		t.finished[e.Round] = finiteResult(*e.Result)
		delete(t.epochs, e.Round)
	}
}

// Config is the experiment's settings.
func (a *Accumulator) Config() Config { return a.config }

// Result is the result so far; what it holds is not changed by later events.
func (a *Accumulator) Result() Result {
	r := Result{Schema: Schema, Config: a.config, Environment: a.environment, Models: []ModelResult{}}
	for _, kind := range a.config.Models {
		t := a.models[kind]
		m := ModelResult{Name: kind, Parameters: t.parameters, Rounds: []train.Result{}}
		for round := range a.config.Rounds {
			if done, ok := t.finished[round]; ok {
				m.Rounds = append(m.Rounds, done)
			}
			if epochs, ok := t.epochs[round]; ok {
				m.Unfinished = append(m.Unfinished, Unfinished{
					Seed:   a.config.Seed + uint64(round),
					Epochs: append([]train.Epoch{}, epochs...),
				})
			}
		}
		m.Summary = Summarize(m.Rounds)
		r.Models = append(r.Models, m)
	}
	return r
}
