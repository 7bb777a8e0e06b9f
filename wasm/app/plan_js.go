package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/web"
)

// keptState is a run's state after an epoch.
type keptState struct {
	epoch  int
	sealed safejs.Value // Uint8Array
	slot   int          // that it was read from
}

// plan is an experiment to make, or to go on with.
type plan struct {
	id      string
	record  record
	set     experiment.Set // of trials; nil: the networks are trained
	states  map[runKey]keptState
	stored  []string // names of the states in the storage, whether or not they are any good
	ended   []endedRun
	release func()  // its lock; nil: not taken yet
	keeper  *keeper // who keeps it already, or nil
}

// endedRun is the last round of a network that has ended, with its last state.
type endedRun struct {
	finished
	state keptState
}

// newPlan is one that nothing is kept of yet. A set may have finished runs.
func newPlan(config experiment.Config, set experiment.Set) plan {
	p := plan{
		id:     fmt.Sprintf("%013d-%08x", time.Now().UnixMilli(), rand.Uint32()),
		record: record{Config: config},
		set:    set,
	}
	if set != nil {
		p.record.Views = new(set.Views())
		set.Finished(func(s *experiment.Setting, parameters int, r train.Result) {
			p.record.Done = append(p.record.Done, finished{Setting: s.Name, Model: s.Model, Round: int(r.Seed - s.Seed(0)), Parameters: parameters, Result: r})
		})
	}
	return p
}

// read reads what is kept of an experiment. Runs of which no whole state is
// there are to begin anew.
func read(journal *keep.Journal, id string) (*plan, error) {
	b, err := journal.Read(recordName(id))
	if err != nil {
		return nil, err
	}
	p := &plan{id: id, states: map[runKey]keptState{}}
	if p.record, err = decodeRecord(b); err != nil {
		return nil, err
	}
	if err := p.readParts(journal); err != nil {
		return nil, err
	}
	yielder, err := web.NewYielder()
	if err != nil {
		return nil, err
	}
	defer yielder.Close()
	if p.set, err = p.record.restore(yielder.Yield); err != nil {
		return nil, err
	}
	if p.stored, err = journal.Names(statePrefix + id + "/"); err != nil {
		return nil, err
	}
	states := map[runKey]string{}
	for _, name := range p.stored {
		states[keyOfState(name)] = name
	}
	if len(states) == 0 {
		return p, nil
	}
	if p.set == nil {
		if err := p.readEnded(journal, states); err != nil {
			return nil, err
		}
	}
	for t := range p.record.tasks(p.set) {
		name := states[t.key()]
		if name == "" {
			continue
		}
		state, err := readState(journal, name)
		if errors.Is(err, keep.ErrNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p.states[t.key()] = state
	}
	return p, nil
}

// readState reads the newest whole state of a run.
func readState(journal *keep.Journal, name string) (keptState, error) {
	newest, err := journal.Newest(name)
	if err != nil {
		return keptState{}, err
	}
	sealed, err := web.Copy(newest.Sealed)
	return keptState{epoch: int(newest.Number), sealed: sealed, slot: newest.Slot}, err
}

// readEnded reads each network's last round of which there is the last state.
func (p *plan) readEnded(journal *keep.Journal, states map[runKey]string) error {
	for _, kind := range p.record.Config.Models {
		for _, f := range slices.Backward(p.record.Done) {
			name := states[f.key()]
			if f.Model != kind || name == "" || f.Std == 0 {
				continue
			}
			state, err := readState(journal, name)
			if err != nil && !errors.Is(err, keep.ErrNone) {
				return err
			}
			if err == nil && state.epoch == p.record.Config.Train(kind).Epochs {
				p.ended = append(p.ended, endedRun{f, state})
				break
			}
		}
	}
	return nil
}

// readParts puts the finished runs that are in parts before the others. Those
// of a part that is lost are to be made again, and all parts are written anew.
func (p *plan) readParts(journal *keep.Journal) error {
	var all []finished
	whole := true
	for n := range p.record.Parts {
		var part []finished
		b, err := journal.Read(partName(p.id, n))
		if err != nil && !errors.Is(err, keep.ErrNone) {
			return err
		}
		if err != nil || json.Unmarshal(b, &part) != nil || len(part) != partRuns {
			whole = false
			continue
		}
		all = append(all, part...)
	}
	p.record.Done = append(all, p.record.Done...)
	if !whole {
		p.record.Parts = 0
	}
	return nil
}
