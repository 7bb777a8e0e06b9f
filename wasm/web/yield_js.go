package web

import (
	"fmt"

	"github.com/hack-pad/safejs"
)

// A Yielder lets the event loop deliver what is waiting (messages above all)
// and comes back at once after it. It posts itself a message: a timer would
// be held back by the browser to 4 ms, and to a second in a hidden tab.
type Yielder struct {
	port safejs.Value
	back chan struct{}
}

// NewYielder makes a Yielder for one goroutine.
func NewYielder() (*Yielder, error) {
	channel, err := New("MessageChannel")
	if err != nil {
		return nil, err
	}
	in, err := channel.Get("port1")
	if err != nil {
		return nil, err
	}
	out, err := channel.Get("port2")
	if err != nil {
		return nil, err
	}
	y := &Yielder{port: out, back: make(chan struct{}, 1)}
	if _, err := Listen(in, "message", func(safejs.Value) { y.back <- struct{}{} }); err != nil {
		return nil, err
	}
	if _, err := in.Call("start"); err != nil {
		return nil, err
	}
	return y, nil
}

// Yield returns after the event loop has gone round once.
func (y *Yielder) Yield() error {
	if _, err := y.port.Call("postMessage", safejs.Null()); err != nil {
		return fmt.Errorf("web: yield: %w", err)
	}
	<-y.back
	return nil
}

// Close closes the port, which may keep a program that is over from ending.
func (y *Yielder) Close() error {
	_, err := y.port.Call("close")
	return err
}
