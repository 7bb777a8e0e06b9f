package main

import (
	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/group"
)

// helpers are the functions of JavaScript for [group.OpenShared] and
// [group.OpenPorts].
type helpers struct{ meet, openMail safejs.Value }

// join brings the run to the meeting that the message tells of, if it is made
// by a team. leave must be called after the run; with has what the ways to meet
// need of JavaScript.
func (r *run) join(message safejs.Value, with helpers) (leave func(), err error) {
	place := r.task.Team
	if place == nil {
		return func() {}, nil
	}
	if place.Shared {
		buffer, err := message.Get("buffer")
		if err != nil {
			return nil, err
		}
		g, err := group.OpenShared(buffer, with.meet, place.Rank, place.Size, place.Values, place.Most, place.Spins)
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
	g, err := group.OpenPorts(place.Rank, place.Size, ports, with.openMail)
	if err != nil {
		return nil, err
	}
	r.group = g
	r.hold.whenStopped(g.Stop)
	return g.Close, nil
}
