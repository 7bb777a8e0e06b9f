package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
)

// publish sets window.pairlab, the interface for scripts:
//
//	version            the build's, a string
//	start(config)      begins an experiment; throws if a setting is wrong
//	pause() resume() stop()
//	workers(n)         changes their number, from the end of an epoch on
//	result()           pairlab.result/v1 so far, or null
//	inside()           what Look inside shows, or null before any network:
//	                   ui.Shown as JSON
//	on(event, fn)      calls fn at each event; returns a function that ends it
//	kept()             promises what is known of an unfinished experiment of
//	                   an earlier visit, or null: {config, saved (ms since
//	                   1970), done, total (runs), running: [{model, round,
//	                   epoch}], outdated (another build's: what was running
//	                   begins anew)}
//	resumeKept()       promises to go on with it; its result is the one of an
//	                   experiment that was never interrupted
//	discardKept()      promises to delete it
//	ask(i, j)          promises what the networks say of test images i and j
//	                   (0 to 9999): [{name, yes, probability, left, right}]
//	                   (the digits' probabilities, not of Baseline)
//	techniques search  sets of trials: see trialsAPI
//
// The events are "state" {state}, "progress" and "epoch" {model, round, …},
// "round" {model, round, result}, "recovered" {model, round, epoch: from which
// it goes on, message: what became of the worker that was replaced}, "done"
// (the result) and "error" {message}; of sets of trials "trial" {setting,
// model, round, result, done, total} at the end of a run and "trials" (the
// document) at the end of all.
func (c *controller) publish(boot safejs.Value) error {
	throwing, err := boot.Get("throwing")
	if err != nil {
		return err
	}
	method := func(name string, fn func([]safejs.Value) (any, error)) (any, error) {
		inner, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
			value, err := fn(args)
			if err != nil {
				return newError(err)
			}
			if value == nil {
				return safejs.Undefined()
			}
			return value
		})
		if err != nil {
			return nil, err
		}
		wrapped, err := throwing.Invoke(inner)
		if err != nil {
			return nil, fmt.Errorf("app: window.pairlab.%s: %w", name, err)
		}
		return wrapped, nil
	}
	api := map[string]any{"version": version}
	for _, view := range []string{experiment.TechniquesView, experiment.SearchView} {
		if api[view], err = c.trialsAPI(view, method); err != nil {
			return err
		}
	}
	for name, fn := range map[string]func([]safejs.Value) (any, error){
		"start":   c.apiStart,
		"pause":   func([]safejs.Value) (any, error) { c.Pause(); return nil, nil },
		"resume":  func([]safejs.Value) (any, error) { c.Resume(); return nil, nil },
		"stop":    func([]safejs.Value) (any, error) { c.Stop(); return nil, nil },
		"workers": c.apiWorkers,
		"result":  c.apiResult,
		"ask":     c.apiAsk,
		"inside":  c.apiInside,
		"on":      c.apiOn,
		"kept":    func([]safejs.Value) (any, error) { return promise(c.apiKept) },
		"resumeKept": func([]safejs.Value) (any, error) {
			return promise(func() (any, error) {
				if _, err := c.offered(); err != nil {
					return nil, err
				}
				return nil, c.ResumeKept()
			})
		},
		"discardKept": func([]safejs.Value) (any, error) {
			return promise(func() (any, error) {
				if _, err := c.offered(); err != nil {
					return nil, err
				}
				return nil, c.DiscardKept()
			})
		},
	} {
		if api[name], err = method(name, fn); err != nil {
			return err
		}
	}
	return safejs.Global().Set("pairlab", api)
}

// methodMaker makes a function for scripts, which throws fn's error.
type methodMaker func(name string, fn func([]safejs.Value) (any, error)) (any, error)

func (c *controller) apiWorkers(args []safejs.Value) (any, error) {
	n, err := argsWhole("workers", "a whole number", args, 1)
	if err != nil {
		return nil, err
	}
	return nil, c.SetWorkers(n[0])
}

// argsWhole are the first n things that a method was given, which must be whole
// numbers: what it wants, in words.
func argsWhole(method, want string, args []safejs.Value, n int) ([]int, error) {
	if len(args) < n {
		return nil, fmt.Errorf("app: %s: want %s", method, want)
	}
	whole := make([]int, n)
	for i, arg := range args[:n] {
		if arg.Type() != safejs.TypeNumber {
			return nil, fmt.Errorf("app: %s: want %s, not a value of type %v", method, want, arg.Type())
		}
		x, err := arg.Float()
		if err != nil {
			return nil, err
		}
		if x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
			return nil, fmt.Errorf("app: %s: %v: want %s", method, x, want)
		}
		whole[i] = int(x)
	}
	return whole, nil
}

// argObject is the object that a method was given, if any.
func argObject(method string, args []safejs.Value) (map[string]any, error) {
	object := map[string]any{}
	if len(args) > 0 && !args[0].IsUndefined() {
		toText, err := safejs.Global().Get("JSON")
		if err != nil {
			return nil, err
		}
		value, err := toText.Call("stringify", args[0])
		if err != nil {
			return nil, fmt.Errorf("app: %s: %w", method, err)
		}
		text, err := value.String()
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &object); err != nil || object == nil {
			return nil, fmt.Errorf("app: %s: settings %s: want an object", method, text)
		}
	}
	return object, nil
}

func (c *controller) apiStart(args []safejs.Value) (any, error) {
	object, err := argObject("start", args)
	if err != nil {
		return nil, err
	}
	config, err := experiment.ParseObject(object)
	if err != nil {
		return nil, err
	}
	return nil, c.Start(config)
}

func (c *controller) apiResult([]safejs.Value) (any, error) {
	text := c.resultJSON()
	if text == nil {
		return safejs.Null(), nil
	}
	return parseJSON(text)
}

func (c *controller) apiKept() (any, error) {
	p, err := c.offered()
	if err != nil {
		return nil, err
	}
	if p == nil {
		return safejs.Null(), nil
	}
	text, err := encodeJSON(p.summary())
	if err != nil {
		return nil, err
	}
	return parseJSON(text)
}

// eventNames are what scripts can listen to.
var eventNames = [...]string{"state", "progress", "epoch", "round", "recovered", "done", "error", "trial", "trials"}

func (c *controller) apiOn(args []safejs.Value) (any, error) {
	if len(args) < 2 || args[0].Type() != safejs.TypeString || args[1].Type() != safejs.TypeFunction {
		return nil, fmt.Errorf("app: on: want an event's name and a function")
	}
	name, err := args[0].String()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(eventNames[:], name) {
		return nil, fmt.Errorf("app: on: event %q: want one of %v", name, eventNames)
	}
	end := c.events.add(name, args[1])
	return safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		end()
		return nil
	})
}

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }
