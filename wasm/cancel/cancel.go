// Package cancel tells work that it is to end, and why.
//
// Why not package context? Its Deadline method puts time.Time, with all that
// reads and writes dates, within reach of reflection: a third of a megabyte of
// the program that every visitor downloads, for deadlines that nothing here
// has. The channel of time.After does the same; see [After].
package cancel

import (
	"errors"
	"sync"
	"time"
)

// ErrStopped is the cause where nothing went wrong: the work is not wanted any
// more.
var ErrStopped = errors.New("stopped")

// Signal is set once, for good. Its methods may be called from any goroutine;
// a nil Signal is never set.
type Signal struct {
	done chan struct{}

	mu       sync.Mutex
	cause    error
	children map[*Signal]struct{}
}

// New returns a signal that is not set.
func New() *Signal {
	return &Signal{done: make(chan struct{}), children: map[*Signal]struct{}{}}
}

// Child returns a signal that is set with s, or alone before it. release must
// be called when the child is not needed any more.
func (s *Signal) Child() (child *Signal, release func()) {
	child = New()
	if s == nil {
		return child, func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != nil {
		child.Set(s.cause)
		return child, func() {}
	}
	s.children[child] = struct{}{}
	return child, func() {
		s.mu.Lock()
		delete(s.children, child)
		s.mu.Unlock()
	}
}

// Set sets the signal and its children. Only the first cause counts; nil
// stands for [ErrStopped].
func (s *Signal) Set(cause error) {
	if cause == nil {
		cause = ErrStopped
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != nil {
		return
	}
	s.cause = cause
	close(s.done)
	for child := range s.children {
		child.Set(cause)
	}
	clear(s.children)
}

// Done is closed when the signal is set.
func (s *Signal) Done() <-chan struct{} {
	if s == nil {
		return nil
	}
	return s.done
}

// Err is the cause once the signal is set, nil before.
func (s *Signal) Err() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cause
}

// After returns a signal that is set when d has passed. release must be called
// when it is not needed any more.
func After(d time.Duration) (s *Signal, release func()) {
	s = New()
	timer := time.AfterFunc(d, func() { s.Set(nil) })
	return s, func() { timer.Stop() }
}
