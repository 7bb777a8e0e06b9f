package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/text"
)

// keptSchema is that of a record.
const keptSchema = "pairlab.kept/v1"

// What is kept of an experiment lies under its number: one record, and of each
// run that has begun and not ended its state after the last epoch.
const (
	recordPrefix = "experiment/"
	statePrefix  = "state/"
)

func recordName(id string) string { return recordPrefix + id }

func stateName(id string, kind model.Kind, round int) string {
	return fmt.Sprintf("%s%s/%s/%d", statePrefix, id, kind, round)
}

// ownerOf is the number of the experiment that a state is of.
func ownerOf(stateName string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(stateName, statePrefix), "/")
	return id
}

// record is what is kept of an experiment beside the states of its runs.
type record struct {
	Schema string            `json:"schema"`
	Build  string            `json:"build"` // the version of the program that made the runs
	Saved  int64             `json:"saved"` // milliseconds since 1970
	Config experiment.Config `json:"config"`
	Done   []finished        `json:"done"`
}

// finished is a run that has ended.
type finished struct {
	Model      model.Kind   `json:"model"`
	Round      int          `json:"round"` // from 0
	Parameters int          `json:"parameters"`
	Result     train.Result `json:"result"`
}

func (r record) encode() ([]byte, error) {
	r.Schema = keptSchema
	return json.Marshal(r)
}

// errDamaged is of a record that nobody can go on with; errForeign of one that
// this build does not understand, though another may.
var (
	errDamaged = errors.New("app: the kept experiment is damaged")
	errForeign = errors.New("app: the kept experiment is of another build")
)

// decodeRecord reads what encode wrote, and refuses anything that could not be
// gone on with.
func decodeRecord(b []byte) (record, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if r.Schema != keptSchema {
		return r, fmt.Errorf("%w: schema %q, want %q", errForeign, r.Schema, keptSchema)
	}
	if err := r.Config.Check(); err != nil {
		return r, fmt.Errorf("%w: %w", errDamaged, err)
	}
	runs := r.Config.Runs()
	seen := map[runKey]bool{}
	for _, f := range r.Done {
		of := func(x experiment.Run) bool { return keyOf(x) == f.key() }
		if seen[f.key()] || !slices.ContainsFunc(runs, of) {
			return r, fmt.Errorf("%w: round %d of %q is in it twice, or not of it", errDamaged, f.Round, f.Model)
		}
		seen[f.key()] = true
	}
	return r, nil
}

// runKey says which run of an experiment it is.
type runKey struct {
	kind  model.Kind
	round int
}

func keyOf(r experiment.Run) runKey { return runKey{r.Model, r.Round} }

func (f finished) key() runKey { return runKey{f.Model, f.Round} }

// event tells the run's end again.
func (f finished) event() experiment.Event {
	return experiment.Event{
		Kind: experiment.DoneEvent, Model: f.Model, Round: f.Round,
		Parameters: f.Parameters, Result: &f.Result,
	}
}

// remaining are the runs that are still to be made.
func (r record) remaining() []experiment.Run {
	return slices.DeleteFunc(r.Config.Runs(), func(x experiment.Run) bool {
		return slices.ContainsFunc(r.Done, func(f finished) bool { return f.key() == keyOf(x) })
	})
}

// summary is what the page and scripts say of a kept experiment. epochs are
// those made by the runs in progress, build is the program's own.
func (r record) summary(epochs map[runKey]int, build string) text.Kept {
	k := text.Kept{
		Config: r.Config, Done: len(r.Done), Total: r.Config.Rounds * len(r.Config.Models),
		Saved: r.Saved, Running: []text.KeptRun{}, Outdated: r.Build != build,
	}
	for _, run := range r.remaining() {
		if n := epochs[keyOf(run)]; n > 0 {
			k.Running = append(k.Running, text.KeptRun{Model: run.Model, Round: run.Round, Epoch: n})
		}
	}
	return k
}
