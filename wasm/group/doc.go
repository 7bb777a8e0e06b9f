// Package group has the ways in which workers that share a run meet:
// [Shared], over a SharedArrayBuffer with Atomics, where the page is
// cross-origin isolated, and [Ports], over MessagePorts, anywhere. Both are a
// parallel.Group of float32 and give the same results.
//
// The order of things is in plain Go over two small interfaces, tested
// natively; the files that end in _js.go are the browser's side of them.
package group

import "errors"

// ErrStopped is the error of a group whose run was given up.
var ErrStopped = errors.New("group: the run was stopped")

// Transport names a way to meet.
type Transport string

// The transports. Auto is Shared where the browser allows it, else Ports.
const (
	Auto       Transport = "auto"
	SharedKind Transport = "shared"
	PortsKind  Transport = "ports"
)
