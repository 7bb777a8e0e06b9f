package main

import (
	"errors"
	"testing"
	"time"

	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/protocol"
)

func TestHoldWaitsWhilePausedAndEndsWhenStopped(t *testing.T) {
	h := newHold(1)
	if err := h.wait(); err != nil {
		t.Fatalf("a run that nobody paused: %v", err)
	}
	h.tell(protocol.OpPause)
	result := make(chan error, 1)
	go func() { result <- h.wait() }()
	select {
	case err := <-result:
		t.Fatalf("a paused run went on: %v", err)
	case <-time.After(10 * time.Millisecond):
	}
	h.tell(protocol.OpResume)
	if err := <-result; err != nil {
		t.Fatalf("a resumed run: %v", err)
	}
	h.tell(protocol.OpPause)
	go func() { result <- h.wait() }()
	h.tell(protocol.OpStop)
	if err := <-result; !errors.Is(err, cancel.ErrStopped) {
		t.Fatalf("a run stopped while paused: %v, want %v", err, cancel.ErrStopped)
	}
}
