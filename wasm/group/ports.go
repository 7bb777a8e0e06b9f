package group

import (
	"sync"

	"github.com/pairlab/pairlab/engine/parallel"
)

// mail carries vectors between this rank and its peers, in order.
type mail interface {
	// Send sends a copy of x to rank to.
	Send(to int, x []float32)
	// Receive waits for the next vector from a rank and copies it into x; it
	// returns false once stopped is closed.
	Receive(x []float32, from int, stopped <-chan struct{}) bool
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
func (p *Ports) AllGather(x []float32, bounds []int) {
	part := func(r int) []float32 { return x[bounds[r]:bounds[r+1]] }
	p.swap(func(int) []float32 { return part(p.rank) }, part)
}

// AllToAll implements [parallel.Group].
func (p *Ports) AllToAll(send, receive [][]float32) {
	p.swap(func(q int) []float32 { return send[q] }, func(q int) []float32 { return receive[q] })
}

// swap sends out(q) to every peer q and receives in(q) from it.
func (p *Ports) swap(out, in func(q int) []float32) {
	if p.Err() != nil {
		return
	}
	for q := range p.size {
		if x := out(q); q != p.rank && len(x) > 0 {
			p.mail.Send(q, x)
		}
	}
	for q := range p.size {
		if x := in(q); q != p.rank && len(x) > 0 && !p.mail.Receive(x, q, p.stopped) {
			return
		}
	}
}
