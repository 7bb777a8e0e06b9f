package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/text"
)

// keptSchema is that of a record.
const keptSchema = "pairlab.kept/v1"

// What is kept of an experiment lies under its number: one record, the runs
// that ended first in parts of their own, of each run that has begun and not
// ended its state after the last epoch, and of each network that is trained the
// last state of the last round that has ended.
const (
	recordPrefix = "experiment/"
	partPrefix   = "part/"
	statePrefix  = "state/"
)

// partRuns is how many finished runs go into a part. A record has fewer, and
// so stays small, however many runs a search has.
const partRuns = 50

func recordName(id string) string { return recordPrefix + id }

func partName(id string, part int) string { return fmt.Sprintf("%s%s/%d", partPrefix, id, part) }

func stateName(id string, key runKey) string {
	return fmt.Sprintf("%s%s/%s/%d", statePrefix, id, key.name, key.round)
}

// keyOfState is the run that a state is of.
func keyOfState(name string) runKey {
	_, name, _ = strings.Cut(strings.TrimPrefix(name, statePrefix), "/")
	name, number, _ := strings.Cut(name, "/")
	round, err := strconv.Atoi(number)
	if err != nil {
		round = -1
	}
	return runKey{name, round}
}

// ownerOf is the number of the experiment that a part or a state is of.
func ownerOf(name string) string {
	_, rest, _ := strings.Cut(name, "/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// record is what is kept of an experiment beside the states of its runs. Where
// Views is nil, it is the networks' training, else a set of trials.
type record struct {
	Schema string            `json:"schema"`
	Build  string            `json:"build"` // the version of the program that made the runs
	Saved  int64             `json:"saved"` // milliseconds since 1970
	Config experiment.Config `json:"config"`
	Views  *experiment.Views `json:"views,omitempty"`
	Parts  int               `json:"parts,omitempty"` // that the first runs of Done are kept in
	Done   []finished        `json:"done"`
}

// finished is a run that has ended.
type finished struct {
	Setting    string       `json:"setting,omitempty"` // of a set of trials
	Model      model.Kind   `json:"model"`
	Round      int          `json:"round"` // from 0
	Parameters int          `json:"parameters"`
	Result     train.Result `json:"result"`

	Mean float64 `json:"mean,omitempty"` // as in protocol.Outcome, of the networks' training
	Std  float64 `json:"std,omitempty"`
}

// part are the runs of a part.
func (r record) part(n int) []finished { return r.Done[n*partRuns : (n+1)*partRuns] }

// rest is the record without the runs that are in parts.
func (r record) rest() record {
	r.Done = r.Done[r.Parts*partRuns:]
	return r
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
	if r.Parts < 0 {
		return r, fmt.Errorf("%w: %d parts", errDamaged, r.Parts)
	}
	return r, nil
}

// restore makes the set of trials that the record is of, nil if it is the
// networks' training, and takes the finished runs into it. What could not be
// gone on with is refused.
func (r record) restore(pause func() error) (experiment.Set, error) {
	if r.Views == nil {
		return nil, r.checkRuns()
	}
	c := r.Config
	c.Views = *r.Views
	set, err := experiment.NewSet(c, pause)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	for _, f := range r.Done {
		if err := set.Restore(f.Setting, f.Parameters, f.Result); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return set, nil
}

func (r record) checkRuns() error {
	runs := r.Config.Runs()
	seen := map[runKey]bool{}
	for _, f := range r.Done {
		of := func(x experiment.Run) bool { return keyOf(x) == f.key() }
		if seen[f.key()] || !slices.ContainsFunc(runs, of) {
			return fmt.Errorf("%w: round %d of %q is in it twice, or not of it", errDamaged, f.Round, f.Model)
		}
		seen[f.key()] = true
	}
	return nil
}

// runKey says which run of an experiment it is: the name is the setting's, and
// where there are none the network's.
type runKey struct {
	name  string
	round int
}

func keyOf(r experiment.Run) runKey { return runKey{string(r.Model), r.Round} }

func (f finished) key() runKey {
	if f.Setting != "" {
		return runKey{f.Setting, f.Round}
	}
	return runKey{string(f.Model), f.Round}
}

// event tells the run's end again.
func (f finished) event() experiment.Event {
	return experiment.Event{
		Kind: experiment.DoneEvent, Model: f.Model, Round: f.Round,
		Parameters: f.Parameters, Result: &f.Result,
	}
}

// task is a run that is still to be made.
type task struct {
	setting     string // of a set of trials
	model       model.Kind
	round       int
	pairs, pool int
	run         func() experiment.Run // works it out: there may be tens of thousands
}

func (t task) key() runKey {
	if t.setting != "" {
		return runKey{t.setting, t.round}
	}
	return runKey{string(t.model), t.round}
}

// tasks are the runs that are still to be made of a record that is of set.
func (r record) tasks(set experiment.Set) iter.Seq[task] {
	return func(yield func(task) bool) {
		if set != nil {
			for t := range set.Left() {
				s := t.Setting
				if !yield(task{s.Name, s.Model, t.Round, s.Pairs, s.Pool, t.Run}) {
					return
				}
			}
			return
		}
		for _, run := range r.Config.Runs() {
			t := task{"", run.Model, run.Round, r.Config.Pairs, r.Config.Pool, func() experiment.Run { return run }}
			done := slices.ContainsFunc(r.Done, func(f finished) bool { return f.key() == t.key() })
			if !done && !yield(t) {
				return
			}
		}
	}
}

// pool is the largest pool that runs of a record draw from.
func (r record) pool(set experiment.Set) int {
	pool := r.Config.Pool
	if set != nil {
		for i := range set.Settings() {
			pool = max(pool, set.Settings()[i].Pool)
		}
	}
	return pool
}

// summary is what the page and scripts say of a kept experiment. epochs are
// those made by the runs in progress, build is the program's own.
func (r record) summary(set experiment.Set, epochs map[runKey]int, build string) text.Kept {
	k := text.Kept{
		Config: r.Config, Done: len(r.Done), Total: r.Config.Rounds * len(r.Config.Models),
		Saved: r.Saved, Running: []text.KeptRun{}, Outdated: r.Build != build,
	}
	if set != nil {
		k.View = r.Views.View
		k.Done, k.Total = set.CountShard()
	}
	if len(epochs) == 0 {
		return k
	}
	for t := range r.tasks(set) {
		if n := epochs[t.key()]; n > 0 {
			k.Running = append(k.Running, text.KeptRun{Model: t.model, Setting: t.setting, Round: t.round, Epoch: n})
		}
	}
	return k
}
