package parallel

import (
	"errors"
	"sync"

	"github.com/pairlab/pairlab/engine/tensor"
)

// ErrStopped is the error of a group that was stopped from outside.
var ErrStopped = errors.New("parallel: the group was stopped")

// Local is a group whose ranks are goroutines of one program: for native
// programs, and the reference for other transports.
type Local[T tensor.Float] struct {
	rank    int
	hub     *hub[T]
	started func() // copies what the other ranks gave
}

// hub is what the ranks share.
type hub[T tensor.Float] struct {
	mu      sync.Mutex
	changed *sync.Cond
	size    int
	waiting int
	round   int
	gather  [][]Part[T] // each rank's parts
	sent    [][][]T     // each rank's send
	err     error
}

// NewLocal returns the size ranks of a new group.
func NewLocal[T tensor.Float](size int) []*Local[T] {
	h := &hub[T]{size: size, gather: make([][]Part[T], size), sent: make([][][]T, size)}
	h.changed = sync.NewCond(&h.mu)
	ranks := make([]*Local[T], size)
	for r := range ranks {
		ranks[r] = &Local[T]{rank: r, hub: h}
	}
	return ranks
}

// Rank implements [Group].
func (l *Local[T]) Rank() int { return l.rank }

// Size implements [Group].
func (l *Local[T]) Size() int { return l.hub.size }

// Err implements [Group].
func (l *Local[T]) Err() error {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	return l.hub.err
}

// Stop makes every rank's calls return; Err is then err.
func (l *Local[T]) Stop(err error) {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	l.hub.err = err
	l.hub.changed.Broadcast()
}

// barrier returns when all ranks have called it.
func (h *hub[T]) barrier() {
	h.mu.Lock()
	defer h.mu.Unlock()
	round := h.round
	h.waiting++
	if h.waiting == h.size {
		h.waiting = 0
		h.round++
		h.changed.Broadcast()
		return
	}
	for h.round == round && h.err == nil {
		h.changed.Wait()
	}
}

// StartAllGather implements [Group].
func (l *Local[T]) StartAllGather(parts ...Part[T]) {
	h := l.hub
	h.gather[l.rank] = parts
	l.started = func() {
		for r, other := range h.gather {
			if r == l.rank {
				continue
			}
			for i, p := range parts {
				copy(p.Of(r), other[i].Of(r))
			}
		}
	}
}

// StartAllToAll implements [Group].
func (l *Local[T]) StartAllToAll(send, receive [][]T) {
	h := l.hub
	h.sent[l.rank] = send
	l.started = func() {
		for r, other := range h.sent {
			if r != l.rank {
				copy(receive[r], other[l.rank])
			}
		}
	}
}

// Wait implements [Group].
func (l *Local[T]) Wait() {
	l.hub.barrier()
	if l.Err() == nil {
		l.started()
	}
	l.hub.barrier()
}
