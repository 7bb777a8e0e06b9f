package web

import (
	"sync"

	"github.com/pairlab/pairlab/wasm/cancel"
)

// Mailbox hands values from event listeners, which must not wait, to a
// goroutine, which does. It has no limit.
type Mailbox[T any] struct {
	mu    sync.Mutex
	items []T
	wake  chan struct{}
}

// NewMailbox makes an empty mailbox.
func NewMailbox[T any]() *Mailbox[T] {
	return &Mailbox[T]{wake: make(chan struct{}, 1)}
}

// Put adds an item at the end. It never waits.
func (m *Mailbox[T]) Put(item T) {
	m.mu.Lock()
	m.items = append(m.items, item)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Take removes the first item, waiting for one until stop is set. It is for
// one goroutine at a time.
func (m *Mailbox[T]) Take(stop *cancel.Signal) (T, error) {
	for {
		m.mu.Lock()
		if len(m.items) > 0 {
			item := m.items[0]
			m.items = m.items[1:]
			m.mu.Unlock()
			return item, nil
		}
		m.mu.Unlock()
		select {
		case <-m.wake:
		case <-stop.Done():
			var none T
			return none, stop.Err()
		}
	}
}
