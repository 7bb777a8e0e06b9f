package main

import (
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
)

// trialsAPI is window.pairlab.techniques or window.pairlab.search:
//
//	plan(config)       {settings, runs, left (runs), seconds (about how long
//	                   they take), skipped: [{name, reason}]}
//	start(config)      begins, or goes on where the same was left; throws if a
//	                   setting is wrong
//	result()           pairlab.ablation/v1 or pairlab.search/v1 so far, or null
//	merge(document)    of search: adds the results of another part of it; throws
//	                   if they are not of it
//
// config is start's, with weights ("0,0.5,1") and target (0.8) of techniques,
// and grid ("lr=0.01,0.1;ch1=16,32") and shard ("2/3") of a search. Pause,
// resume and stop are those of all experiments.
func (c *controller) trialsAPI(view string, method methodMaker) (map[string]any, error) {
	api := map[string]any{}
	for name, fn := range map[string]func([]safejs.Value) (any, error){
		"plan": func(args []safejs.Value) (any, error) {
			set, err := setOf(view, "plan", args)
			if err != nil {
				return nil, err
			}
			return c.apiPlan(set)
		},
		"start": func(args []safejs.Value) (any, error) {
			set, err := setOf(view, "start", args)
			if err != nil {
				return nil, err
			}
			return nil, c.startTrials(set)
		},
		"result": func([]safejs.Value) (any, error) {
			set := c.page.TrialsOf(view)
			if set == nil {
				return safejs.Null(), nil
			}
			text, err := encodeJSON(set.Document())
			if err != nil {
				return nil, err
			}
			return parseJSON(text)
		},
		"merge": func(args []safejs.Value) (any, error) { return nil, c.apiMerge(args) },
	} {
		if name == "merge" && view != experiment.SearchView {
			continue
		}
		var err error
		if api[name], err = method(view+"."+name, fn); err != nil {
			return nil, err
		}
	}
	return api, nil
}

func (c *controller) apiMerge(args []safejs.Value) error {
	object, err := argObject("search.merge", args)
	if err != nil {
		return err
	}
	text, err := encodeJSON(object)
	if err != nil {
		return err
	}
	return c.page.Merge(string(text))
}

// setOf is the set of trials that a script's settings ask for.
func setOf(view, method string, args []safejs.Value) (experiment.Set, error) {
	object, err := argObject(view+"."+method, args)
	if err != nil {
		return nil, err
	}
	config, err := experiment.ParseTrials(object, view)
	if err != nil {
		return nil, err
	}
	return experiment.NewSet(config, func() error { return nil })
}

// planned is what scripts are told of a set before it begins.
type planned struct {
	Settings int                  `json:"settings"`
	Runs     int                  `json:"runs"` // that are to be made here
	Left     int                  `json:"left"` // of these
	Seconds  experiment.Number    `json:"seconds"`
	Skipped  []experiment.Skipped `json:"skipped"`
}

func (c *controller) apiPlan(set experiment.Set) (any, error) {
	p := planned{Settings: len(set.Settings()), Skipped: append([]experiment.Skipped{}, set.Skipped()...)}
	done, total := set.CountShard()
	p.Runs, p.Left = total, total-done
	p.Seconds = set.SecondsLeft(c.page.Speeds(), c.workers(set.Config().Workers))
	text, err := encodeJSON(p)
	if err != nil {
		return nil, fmt.Errorf("app: plan: %w", err)
	}
	return parseJSON(text)
}
