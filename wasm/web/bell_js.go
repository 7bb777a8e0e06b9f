package web

import (
	"fmt"

	"github.com/hack-pad/safejs"
)

// A Bell says in shared memory how many messages another thread has been sent.
// A thread that is at work need not return to its event loop, which takes some
// hundred microseconds, to learn that there are none.
type Bell struct {
	count     safejs.Value // Int32Array of one
	add, load safejs.Value
}

// NewBell makes a bell, and the buffer by which the other thread opens it. It
// fails where the browser allows no shared memory.
func NewBell() (*Bell, safejs.Value, error) {
	buffer, err := New("SharedArrayBuffer", 4)
	if err != nil {
		return nil, buffer, err
	}
	b, err := OpenBell(buffer)
	return b, buffer, err
}

// OpenBell opens the bell in a buffer.
func OpenBell(buffer safejs.Value) (*Bell, error) {
	b := &Bell{}
	var err error
	if b.count, err = New("Int32Array", buffer); err != nil {
		return nil, fmt.Errorf("web: bell: %w", err)
	}
	atomics, err := safejs.Global().Get("Atomics")
	if err != nil {
		return nil, fmt.Errorf("web: bell: %w", err)
	}
	for name, f := range map[string]*safejs.Value{"add": &b.add, "load": &b.load} {
		if *f, err = atomics.Get(name); err != nil {
			return nil, fmt.Errorf("web: bell: %w", err)
		}
	}
	return b, nil
}

// Ring counts a message that is about to be sent.
func (b *Bell) Ring() error {
	_, err := b.add.Invoke(b.count, 0, 1)
	return err
}

// Rung is how often the bell was rung.
func (b *Bell) Rung() (int, error) {
	n, err := b.load.Invoke(b.count, 0)
	if err != nil {
		return 0, err
	}
	return n.Int()
}
