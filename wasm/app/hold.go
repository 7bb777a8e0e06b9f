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
	yields  bool
	onStop  func() // frees a run that waits for other workers
}

func newHold(id uint32) *hold {
	h := &hold{id: id}
	h.changed = sync.NewCond(&h.mu)
	return h
}

// tell takes a pause, resume, yield or stop request in.
func (h *hold) tell(op protocol.Op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch op {
	case protocol.OpPause:
		h.paused = true
	case protocol.OpResume:
		h.paused = false
	case protocol.OpYield:
		h.yields = true
	case protocol.OpStop:
		h.stopped = true
		if h.onStop != nil {
			h.onStop()
		}
	}
	h.changed.Broadcast()
}

// waiting says whether wait would wait.
func (h *hold) waiting() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.paused && !h.stopped
}

// yielding says whether the run is to end after the epoch in hand.
func (h *hold) yielding() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.yields
}

// whenStopped has fn called when the run is to stop, or now if it is already.
func (h *hold) whenStopped(fn func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onStop = fn
	if h.stopped {
		fn()
	}
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
