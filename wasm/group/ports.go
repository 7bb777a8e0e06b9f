package group

import (
	"sync"

	"github.com/pairlab/pairlab/engine/parallel"
)

// mail carries letters between this rank and its peers, in order. A letter is
// one vector or several.
type mail interface {
	// Send sends a copy of x to rank to.
	Send(to int, x [][]float32)
	// Receive waits for the next letter from a rank and copies it into x, of
	// the same lengths, or until stopped is closed.
	Receive(x [][]float32, from int, stopped <-chan struct{})
}

// Ports is a rank of a group whose ranks send each other messages.
type Ports struct {
	rank, size int
	mail       mail
	letter     [][]float32 // that is sent or received

	// What was started: one of the two.
	gathered []parallel.Part[float32]
	receive  [][]float32

	stopped chan struct{}
	once    sync.Once
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

// StartAllGather implements [parallel.Group].
func (p *Ports) StartAllGather(parts ...parallel.Part[float32]) {
	p.gathered = parts
	own := p.write(parts, p.rank)
	for q := range p.size {
		p.sendTo(q, own)
	}
}

// write is the letter of what rank r holds of all parts.
func (p *Ports) write(parts []parallel.Part[float32], r int) [][]float32 {
	p.letter = p.letter[:0]
	for _, part := range parts {
		p.letter = append(p.letter, part.Of(r))
	}
	return p.letter
}

// StartAllToAll implements [parallel.Group].
func (p *Ports) StartAllToAll(send, receive [][]float32) {
	p.receive = receive
	for q := range send {
		p.sendTo(q, send[q:q+1])
	}
}

// Wait implements [parallel.Group].
func (p *Ports) Wait() {
	for q := range p.size {
		if p.gathered != nil {
			p.receiveFrom(q, p.write(p.gathered, q))
		} else {
			p.receiveFrom(q, p.receive[q:q+1])
		}
	}
	p.gathered, p.receive = nil, nil
}

// due says whether ranks send each other a letter: an empty one is left out.
func (p *Ports) due(peer int, x [][]float32) bool {
	if peer == p.rank || p.Err() != nil {
		return false
	}
	for _, part := range x {
		if len(part) > 0 {
			return true
		}
	}
	return false
}

func (p *Ports) sendTo(to int, x [][]float32) {
	if p.due(to, x) {
		p.mail.Send(to, x)
	}
}

func (p *Ports) receiveFrom(from int, x [][]float32) {
	if p.due(from, x) {
		p.mail.Receive(x, from, p.stopped)
	}
}
