package web

import (
	"errors"
	"testing"

	"github.com/pairlab/pairlab/wasm/cancel"
)

func TestMailboxKeepsOrderAndLosesNothing(t *testing.T) {
	const n = 1000
	m := NewMailbox[int]()
	go func() {
		for i := range n {
			m.Put(i)
		}
	}()
	for want := range n {
		got, err := m.Take(nil)
		if err != nil || got != want {
			t.Fatalf("got %d, %v, want %d", got, err, want)
		}
	}
	stop := cancel.New()
	stop.Set(nil)
	if _, err := m.Take(stop); !errors.Is(err, cancel.ErrStopped) {
		t.Errorf("error %v, want %v", err, cancel.ErrStopped)
	}
}
