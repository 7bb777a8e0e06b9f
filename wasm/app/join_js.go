package main

import (
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/group"
)

// join brings the run to the meeting that the message tells of, if it is made
// by a team. leave must be called after the run; meet is for [group.OpenShared].
func (r *run) join(message, meet safejs.Value) (leave func(), err error) {
	place := r.task.Team
	if place == nil {
		return func() {}, nil
	}
	if place.Shared {
		buffer, err := message.Get("buffer")
		if err != nil {
			return nil, err
		}
		g, err := group.OpenShared(buffer, meet, place.Rank, place.Size, place.Values, place.Most, place.Spins)
		if err != nil {
			return nil, err
		}
		r.group = g
		r.hold.whenStopped(g.Stop)
		return func() {}, nil
	}
	list, err := message.Get("ports")
	if err != nil {
		return nil, err
	}
	ports := make([]safejs.Value, place.Size)
	for rank := range ports {
		if ports[rank], err = list.Index(rank); err != nil {
			return nil, fmt.Errorf("app: port to rank %d: %w", rank, err)
		}
	}
	g, err := group.OpenPorts(place.Rank, place.Size, ports)
	if err != nil {
		return nil, err
	}
	r.group = g
	r.hold.whenStopped(g.Stop)
	return g.Close, nil
}
