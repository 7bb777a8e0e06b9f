package main

import (
	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/group"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/web"
)

// meeting is where the workers of a team meet: a buffer that they share, or a
// port from each to each.
type meeting struct {
	place  protocol.Team // of any of them; Rank is for the caller to set
	buffer safejs.Value
	ports  [][]any // by rank, the port to each other rank
}

// meet opens the team's meeting, which a single worker does not need.
func (t *teamwork) meet() error {
	size := len(t.team)
	if size == 1 {
		return nil
	}
	run, m := &t.job.train.Run.Config, &t.meeting
	m.place = protocol.Team{
		Size: size, Shared: t.shared, Spins: t.spins,
		Values: run.Model.Parameters(), Most: run.Model.Gathered(run.Batch),
	}
	if t.shared {
		var err error
		m.buffer, err = group.NewBuffer(size, m.place.Values, m.place.Most)
		return err
	}
	m.ports = make([][]any, size)
	for rank := range m.ports {
		m.ports[rank] = make([]any, size)
	}
	for a := range size {
		for b := a + 1; b < size; b++ {
			channel, err := web.New("MessageChannel")
			if err != nil {
				return err
			}
			if m.ports[a][b], err = channel.Get("port1"); err != nil {
				return err
			}
			if m.ports[b][a], err = channel.Get("port2"); err != nil {
				return err
			}
		}
	}
	return nil
}

// extras are what a rank needs to come to the meeting.
func (m *meeting) extras(rank int) extras {
	switch {
	case m.ports != nil:
		return extras{"ports": m.ports[rank]}
	case m.place.Size > 1:
		return extras{"buffer": m.buffer}
	}
	return extras{}
}

// stop frees the ranks that wait in shared memory: messages do not reach them
// there.
func (m *meeting) stop() {
	if m.place.Size > 1 && m.place.Shared {
		// It fails only where the buffer could not have been made.
		_ = group.StopBuffer(m.buffer)
	}
}
