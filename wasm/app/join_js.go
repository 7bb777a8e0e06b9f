package main

import (
	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/group"
)

// transports are JavaScript's side of the two ways to meet: what
// [group.OpenShared] and [group.OpenPorts] need.
type transports struct{ meet, openMail safejs.Value }

// join brings the run to the meeting that the message tells of, if it is made
// by a team. leave must be called after the run.
func (r *run) join(message safejs.Value, by transports) (leave func(), err error) {
	place := r.task.Team
	if place == nil {
		return func() {}, nil
	}
	if place.Shared {
		buffer, err := message.Get("buffer")
		if err != nil {
			return nil, err
		}
		g, err := group.OpenShared(buffer, by.meet, place.Rank, place.Size, place.Values, place.Most, place.Spins)
		if err != nil {
			return nil, err
		}
		r.group = g
		r.hold.whenStopped(g.Stop)
		return func() {}, nil
	}
	ports, err := message.Get("ports")
	if err != nil {
		return nil, err
	}
	g, err := group.OpenPorts(place.Rank, place.Size, ports, by.openMail)
	if err != nil {
		return nil, err
	}
	r.group = g
	r.hold.whenStopped(g.Stop)
	return g.Close, nil
}
