package main

import (
	"slices"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
)

// outbox gathers a run's events, and the network's first layers after its
// epochs, so that messages to the page are at least interval apart. Of the
// progress between two messages only the newest goes; everything else goes in
// order.
type outbox struct {
	interval time.Duration
	now      func() time.Time
	send     func([]experiment.Event, layers) error

	last    time.Time // when the last message went
	pending []experiment.Event
	layers  layers
}

// layers are first layers, encoded, all of one length.
type layers struct {
	epochs []int
	bytes  []byte
}

// layer takes the first layer after an epoch, to go with what goes next.
func (o *outbox) layer(epoch int, encoded []byte) {
	o.layers.epochs = append(o.layers.epochs, epoch)
	o.layers.bytes = append(o.layers.bytes, encoded...)
}

// takeLayers empties the outbox of the layers.
func (o *outbox) takeLayers() layers {
	taken := o.layers
	o.layers = layers{}
	return taken
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
	if len(o.pending) == 0 && len(o.layers.epochs) == 0 {
		return nil
	}
	return o.beat()
}

// quiet says whether nothing was sent for d.
func (o *outbox) quiet(d time.Duration) bool { return o.now().Sub(o.last) >= d }

// beat sends what has gathered, or, if that is nothing, a sign of life.
func (o *outbox) beat() error {
	events := o.pending
	o.pending, o.last = nil, o.now()
	return o.send(events, o.takeLayers())
}
