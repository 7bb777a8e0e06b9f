package main

import (
	"errors"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/web"
)

var (
	// errNothingLeft is the answer to a start of what is finished.
	errNothingLeft = errors.New("app: all runs of it are done")
	// errStale ends the planning of what is not wanted any more.
	errStale = errors.New("app: other settings are planned")
)

// plan makes the set of trials that settings ask for, in steps between which
// the page lives.
func (c *controller) plan(config experiment.Config, planned func(experiment.Set, error)) {
	view := config.Views.View
	c.plans[view]++
	number := c.plans[view]
	go func() {
		yielder, err := web.NewYielder()
		if err != nil {
			planned(nil, err)
			return
		}
		defer yielder.Close()
		pause := func() error {
			if err := yielder.Yield(); err != nil {
				return err
			}
			if c.plans[view] != number {
				return errStale
			}
			return nil
		}
		// Somebody who types asks for many plans.
		if pause() != nil {
			return
		}
		set, err := experiment.NewSet(config, pause)
		if errors.Is(err, errStale) {
			return
		}
		planned(set, err)
	}()
}

// startTrials begins with a set of trials, or goes on with the one that the
// page shows if it is the same.
func (c *controller) startTrials(set experiment.Set) error {
	if c.busy() {
		return errBusy // before the set under way takes another part
	}
	if shown := c.page.TrialsOf(set.Views().View); shown != nil && experiment.SetName(shown) == experiment.SetName(set) {
		shown.TakePart(set.Views().Shard)
		set = shown
	}
	if done, total := set.CountShard(); done == total {
		return errNothingLeft
	}
	return c.begin(newPlan(set.Config(), set))
}

// startView begins what an address asks for.
func (c *controller) startView(config experiment.Config) error {
	if config.Views.View == "" {
		return c.Start(config)
	}
	set, err := experiment.NewSet(config, func() error { return nil })
	if err != nil {
		return err
	}
	return c.startTrials(set)
}

// trialEnd is what scripts are told at the end of a run of a set of trials.
type trialEnd struct {
	Setting string        `json:"setting"`
	Model   model.Kind    `json:"model"`
	Round   int           `json:"round"` // from 0
	Result  *train.Result `json:"result"`
	Done    int           `json:"done"`
	Total   int           `json:"total"`
}

// applyTrial takes an event of a run of the set in hand.
func (c *controller) applyTrial(setting string, e experiment.Event) {
	c.page.ApplyTrial(setting, e)
	if e.Kind != experiment.DoneEvent || !c.events.hears("trial") {
		return
	}
	end := trialEnd{Setting: setting, Model: e.Model, Round: e.Round, Result: e.Result}
	end.Done, end.Total = c.inHand().set.CountShard()
	if text, err := encodeJSON(end); err == nil {
		c.events.tell("trial", text)
	}
}

// trialsJSON is what scripts are told at the end of a set of trials, nil if none
// listens.
func (c *controller) trialsJSON(set experiment.Set) []byte {
	if !c.events.hears("trials") {
		return nil
	}
	text, err := encodeJSON(set.Document())
	if err != nil {
		return nil
	}
	return text
}
