package ui

import (
	"fmt"
	"time"

	"github.com/hack-pad/safejs"

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
	title                      string // of the document, without progress
}

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

func (c *controls) render(s *state.State, f *form, now time.Duration) {
	// A button that goes away must not take the keyboard with it.
	held := false
	for _, b := range []*element{c.train, c.pause, c.resume, c.stop, c.retry} {
		held = held || b.focused()
	}
	busy := s.Phase.Busy()
	c.train.flag("disabled", busy || s.Phase == state.Loading).text(f.label)
	c.pause.flag("hidden", s.Phase == state.Paused).flag("disabled", s.Phase != state.Running)
	c.resume.flag("hidden", s.Phase != state.Paused)
	c.stop.flag("disabled", !busy)
	c.failure.flag("hidden", s.Failure == nil)
	if s.Failure != nil {
		c.message.text(s.Failure.Message)
		c.retry.flag("hidden", !s.Failure.Retry)
	}
	if held && !c.holdsKeyboard() {
		switch s.Phase {
		case state.Running:
			c.pause.call("focus")
		case state.Paused:
			c.resume.call("focus")
		default:
			c.train.call("focus")
		}
	}

	c.boot.flag("hidden", s.Phase != state.Loading)
	c.status.flag("hidden", s.Phase == state.Loading).text(text.Status(s, now))
	c.meter.text(text.Meter(s))
	fraction := s.Fraction()
	c.overall.number("value", float64(int(1000*fraction))/1000)
	title := c.title
	if busy {
		title = fmt.Sprintf("%s · %s", text.Percent(fraction, 0), c.title)
	}
	d := c.dom.wrap(c.dom.document)
	if d.property("title") != title {
		c.dom.note(c.dom.document.Set("title", title))
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
