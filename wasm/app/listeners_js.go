package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
)

// listeners are the scripts' functions by event. They are called in the order
// in which they were added, and each event reaches all of them before the next
// one, also if a listener brings that about.
type listeners struct {
	byName  map[string][]*listener
	untold  []event
	telling bool
}

type listener struct {
	fn    safejs.Value
	ended bool
}

type event struct {
	name  string
	value any
}

func newListeners() *listeners {
	return &listeners{byName: map[string][]*listener{}}
}

func (l *listeners) add(name string, fn safejs.Value) (end func()) {
	added := &listener{fn: fn}
	l.byName[name] = append(l.byName[name], added)
	return func() {
		added.ended = true
		l.byName[name] = slices.DeleteFunc(slices.Clone(l.byName[name]), func(other *listener) bool { return other == added })
	}
}

// hears says whether anyone listens to an event.
func (l *listeners) hears(name string) bool { return len(l.byName[name]) > 0 }

// tellEvent tells an event as its JSON has it, if anyone listens.
func (l *listeners) tellEvent(name string, e experiment.Event) {
	if !l.hears(name) {
		return
	}
	text, err := encodeJSON(e)
	if err != nil {
		return
	}
	l.tell(name, text)
}

func (l *listeners) tell(name string, text []byte) {
	if !l.hears(name) || text == nil {
		return
	}
	if value, err := parseJSON(text); err == nil {
		l.tellValue(name, value)
	}
}

// tellValue calls an event's listeners; if it is itself called by one, once all
// have heard of the event before. What one of them throws is its own affair: it
// is shown in the console, and the others are called all the same.
func (l *listeners) tellValue(name string, value any) {
	l.untold = append(l.untold, event{name, value})
	if l.telling {
		return
	}
	l.telling = true
	for len(l.untold) > 0 {
		e := l.untold[0]
		l.untold = l.untold[1:]
		for _, to := range l.byName[e.name] {
			if to.ended {
				continue
			}
			if _, err := to.fn.Invoke(e.value); err != nil {
				fmt.Fprintf(os.Stderr, "app: a listener to %q failed: %v\n", e.name, err)
			}
		}
	}
	l.telling = false
}
