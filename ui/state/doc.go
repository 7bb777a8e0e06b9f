// Package state is what the page shows, as plain data, and how events change
// it: no browser in it, so that it is tested natively. Package ui draws it.
//
// The caller passes the time in, as a duration since any fixed moment. A State
// is for one goroutine.
package state
