package main

import (
	"sync"

	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// hold is where a run waits while it is paused, and learns that it is to stop.
type hold struct {
	id uint32 // of the request that the run carries out

	mu      sync.Mutex
	changed *sync.Cond
	paused  bool
	stopped bool
}

func newHold(id uint32) *hold {
	h := &hold{id: id}
	h.changed = sync.NewCond(&h.mu)
	return h
}

// tell takes a pause, resume or stop request in.
func (h *hold) tell(op protocol.Op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch op {
	case protocol.OpPause:
		h.paused = true
	case protocol.OpResume:
		h.paused = false
	case protocol.OpStop:
		h.stopped = true
	}
	h.changed.Broadcast()
}

// waiting says whether wait would wait.
func (h *hold) waiting() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.paused && !h.stopped
}

// wait returns when the run may go on, or [cancel.ErrStopped] when it is to end.
func (h *hold) wait() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.paused && !h.stopped {
		h.changed.Wait()
	}
	if h.stopped {
		return cancel.ErrStopped
	}
	return nil
}
