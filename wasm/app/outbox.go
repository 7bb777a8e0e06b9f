package main

import (
	"slices"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
)

// outbox gathers a run's events so that messages to the page are at least
// interval apart. Of the progress between two messages only the newest goes;
// everything else goes in order.
type outbox struct {
	interval time.Duration
	now      func() time.Time
	send     func([]experiment.Event) error

	last    time.Time // when the last message went
	pending []experiment.Event
}

// add takes an event and sends what has gathered if it is time.
func (o *outbox) add(e experiment.Event) error {
	if e.Kind == experiment.ProgressEvent {
		o.pending = slices.DeleteFunc(o.pending, func(old experiment.Event) bool {
			return old.Kind == experiment.ProgressEvent
		})
	}
	o.pending = append(o.pending, e)
	if o.now().Sub(o.last) < o.interval {
		return nil
	}
	return o.flush()
}

// flush sends what has gathered now.
func (o *outbox) flush() error {
	if len(o.pending) == 0 {
		return nil
	}
	events := o.pending
	o.pending, o.last = nil, o.now()
	return o.send(events)
}

// quiet says whether nothing was sent for d.
func (o *outbox) quiet(d time.Duration) bool { return o.now().Sub(o.last) >= d }

// beat sends what has gathered, or, if that is nothing, a sign of life.
func (o *outbox) beat() error {
	if len(o.pending) > 0 {
		return o.flush()
	}
	o.last = o.now()
	return o.send(nil)
}
