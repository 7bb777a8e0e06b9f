package group

import (
	"sync"

	"github.com/pairlab/pairlab/engine/parallel"
)

// mail carries vectors between this rank and its peers, in order.
type mail interface {
	// Send sends a copy of x to rank to.
	Send(to int, x []float32)
	// Receive waits for the next vector from a rank and copies it into x, or
	// until stopped is closed.
	Receive(x []float32, from int, stopped <-chan struct{})
}

// Ports is a rank of a group whose ranks send each other messages.
type Ports struct {
	rank, size int
	mail       mail
	stopped    chan struct{}
	once       sync.Once
}

func newPorts(rank, size int, m mail) *Ports {
	return &Ports{rank: rank, size: size, mail: m, stopped: make(chan struct{})}
}

var _ parallel.Group[float32] = (*Ports)(nil)

// Rank implements [parallel.Group].
func (p *Ports) Rank() int { return p.rank }

// Size implements [parallel.Group].
func (p *Ports) Size() int { return p.size }

// Err implements [parallel.Group].
func (p *Ports) Err() error {
	select {
	case <-p.stopped:
		return ErrStopped
	default:
		return nil
	}
}

// Stop makes this rank's calls return with ErrStopped. Each rank is told.
func (p *Ports) Stop() { p.once.Do(func() { close(p.stopped) }) }

// AllGather implements [parallel.Group].
func (p *Ports) AllGather(parts ...parallel.Part[float32]) {
	for _, part := range parts {
		for q := range p.size {
			p.send(q, part.Of(p.rank))
		}
	}
	for _, part := range parts {
		for q := range p.size {
			p.receive(part.Of(q), q)
		}
	}
}

// AllToAll implements [parallel.Group].
func (p *Ports) AllToAll(send, receive [][]float32) {
	for q, x := range send {
		p.send(q, x)
	}
	for q, x := range receive {
		p.receive(x, q)
	}
}

func (p *Ports) send(to int, x []float32) {
	if to != p.rank && len(x) > 0 && p.Err() == nil {
		p.mail.Send(to, x)
	}
}

func (p *Ports) receive(x []float32, from int) {
	if from != p.rank && len(x) > 0 && p.Err() == nil {
		p.mail.Receive(x, from, p.stopped)
	}
}
