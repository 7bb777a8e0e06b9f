package ui

import (
	"fmt"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// controls are the buttons, the status beside them, and the failure notice.
type controls struct {
	dom                        *dom
	train, pause, resume, stop *element
	boot, status               *element
	machine, meter             *element
	overall                    *element
	failure, message, retry    *element
	title                      string        // of the document, without progress
	titled                     time.Duration // when it was last set
}

// titleEvery is the least time between two titles that say how far training is:
// for each the browser draws its tabs.
const titleEvery = 900 * time.Millisecond

func newControls(d *dom, p *Page) *controls {
	c := &controls{
		dom:   d,
		train: d.find("#train"), pause: d.find("#pause"), resume: d.find("#resume"), stop: d.find("#stop"),
		boot: d.find("#boot-status"), status: d.find("#status"),
		machine: d.find("#machine"), meter: d.find("#meter"),
		overall: d.find("#overall"),
		failure: d.find("#failure"), message: d.find("#failure-text"), retry: d.find("#retry"),
		title: d.wrap(d.document).property("title"),
	}
	press := func(button *element, fn func()) {
		button.on("click", func(safejs.Value) { fn() })
	}
	press(c.train, p.start)
	press(c.pause, p.handlers.Pause)
	press(c.resume, p.handlers.Resume)
	press(c.stop, p.handlers.Stop)
	press(c.retry, p.handlers.Retry)
	return c
}

// render shows the networks' training or, where t is not nil, that set of
// trials.
func (c *controls) render(s *state.State, t *state.Trials, f *form, now time.Duration) {
	phase, failure, fraction, status := s.Phase, s.Failure, s.Fraction(), text.Status(s, now)
	if t != nil { // its view says what went wrong with it
		phase, failure, fraction = t.Phase, nil, t.Fraction()
		status = text.TrialsName(t.Set.Views().View) + ": " + text.TrialsStatus(t, now)
	}
	c.showButtons(phase, failure, f.label)

	c.boot.flag("hidden", phase != state.Loading)
	c.status.flag("hidden", phase == state.Loading).text(status)
	c.meter.text(text.Meter(s))
	c.overall.number("value", float64(int(1000*fraction))/1000)
	busy, title := phase.Busy(), c.title
	if busy {
		title = fmt.Sprintf("%s · %s", text.Percent(fraction, 0), c.title)
	}
	d := c.dom.wrap(c.dom.document)
	if d.property("title") != title && (!busy || now-c.titled >= titleEvery) {
		c.titled = now
		c.dom.note(c.dom.document.Set("title", title))
	}
}

// showButtons has the buttons there that do something in the phase.
func (c *controls) showButtons(phase state.Phase, failure *experiment.Error, train string) {
	// A button that goes away must not take the keyboard with it.
	held := false
	for _, b := range []*element{c.train, c.pause, c.resume, c.stop, c.retry} {
		held = held || b.focused()
	}
	busy := phase.Busy()
	c.train.flag("disabled", busy || phase == state.Loading).text(train)
	c.pause.flag("hidden", phase == state.Paused).flag("disabled", phase != state.Running)
	c.resume.flag("hidden", phase != state.Paused)
	c.stop.flag("disabled", !busy)
	c.failure.flag("hidden", failure == nil)
	if failure != nil {
		c.message.text(failure.Message)
		c.retry.flag("hidden", !failure.Retry)
	}
	if held && !c.holdsKeyboard() {
		switch phase {
		case state.Running:
			c.pause.call("focus")
		case state.Paused:
			c.resume.call("focus")
		default:
			c.train.call("focus")
		}
	}
}

// holdsKeyboard says whether the keyboard is on a button that can be used.
func (c *controls) holdsKeyboard() bool {
	for _, b := range []*element{c.train, c.pause, c.resume, c.stop, c.retry} {
		if b.focused() && !b.is("disabled") && !b.is("hidden") {
			return true
		}
	}
	return false
}
