// Package protocol has the messages between the page and its workers.
//
// A message is a JavaScript object {json, bytes, first, buffer, ports}: json is
// the text of a [Request] or an [Answer], the others what is said to come with
// it: bytes and first Uint8Arrays, buffer a SharedArrayBuffer, ports an array
// of MessagePorts. A request that wants an answer has a number of its own, which its answer
// repeats; answers to a number that is not waited for any more are dropped.
// Beside these, a worker's few lines of JavaScript say {exit, text} when its
// program has ended.
package protocol

import (
	"encoding/json"
	"fmt"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
)

// Version is that of this protocol. A page and a worker of different versions
// (one from a cache, one from the server) refuse each other.
const Version = 4

// Op is what a request wants.
type Op string

// The requests.
const (
	OpLoad   Op = "load"   // take one data pack, whose inflated bytes come with it; answered by Done
	OpTrain  Op = "train"  // make one run, or a rank's part of it; answered by Events and States, then Done
	OpPause  Op = "pause"  // hold the run with this ID between two steps; not answered
	OpResume Op = "resume" // let it go on; not answered
	OpYield  Op = "yield"  // end it after the epoch in hand: it is answered by Failed with Yielded set
	OpStop   Op = "stop"   // give it up: it is answered by Failed with Stopped set
)

// Request is a message from the page to a worker.
type Request struct {
	Version int    `json:"v"`
	ID      uint32 `json:"id"`
	Op      Op     `json:"op"`
	Load    *Load  `json:"load,omitempty"`
	Train   *Train `json:"train,omitempty"`

	Open   *Open   `json:"open,omitempty"`
	Ask    *Ask    `json:"ask,omitempty"`
	Export *Export `json:"export,omitempty"`
	Inside *Inside `json:"inside,omitempty"`
}

// Load describes the pack that comes with an [OpLoad] request.
type Load struct {
	Manifest data.Manifest `json:"manifest"` // the site's packs
	Shard    data.Shard    `json:"shard"`    // which of them it is
}

// Train says what run to make. The packs that its pool needs must be loaded.
type Train struct {
	Run      experiment.Run `json:"run"`
	Pairs    int            `json:"pairs"`           // training pairs, and as many test pairs
	Pool     int            `json:"pool"`            // training images to draw from
	Kernels  string         `json:"kernels"`         // the kernel set's name
	Interval int            `json:"interval"`        // milliseconds between two messages, at least
	Epoch    int            `json:"epoch,omitempty"` // epochs that are made already: their State comes with the request
	Team     *Team          `json:"team,omitempty"`  // nil: the worker makes the run alone
}

// Team is a worker's place among those that make a run together. With it comes
// the shared buffer that they meet in, or else the ports to all of them, by
// rank.
type Team struct {
	Rank   int  `json:"rank"` // rank 0 tells how the run goes
	Size   int  `json:"size"`
	Shared bool `json:"shared"`
	Values int  `json:"values"` // parameters of the network
	Most   int  `json:"most"`   // values that are gathered at once, at most
	Spins  int  `json:"spins"`  // looks at a shared barrier before sleeping
}

// Reply says what an answer is.
type Reply string

// The answers.
const (
	Hello  Reply = "hello"  // the worker is ready; its ID is 0
	Events Reply = "events" // news of a run, at most one message in its Interval; none at all says that it goes on
	State  Reply = "state"  // the run's state after Epoch, sealed, comes with it
	Done   Reply = "done"   // the request was carried out
	Failed Reply = "failed" // it was not
)

// Answer is a message from a worker to the page.
type Answer struct {
	Version int                `json:"v"`
	ID      uint32             `json:"id"`
	Reply   Reply              `json:"reply"`
	Events  []experiment.Event `json:"events,omitempty"`
	Epoch   int                `json:"epoch,omitempty"`
	Outcome *Outcome           `json:"outcome,omitempty"` // with a State
	Layers  []int              `json:"layers,omitempty"`  // with Events or a State: the epochs whose first layers come with it as first, all of one length
	Error   *Error             `json:"error,omitempty"`

	Network *Network `json:"network,omitempty"` // of OpOpen
	Asked   *Asked   `json:"asked,omitempty"`   // of OpAsk

	Inspected *Inspected `json:"inspected,omitempty"` // of OpPairs, OpExamine, OpLayer
}

// Error says why a request failed.
type Error struct {
	Message string `json:"message"`
	Stopped bool   `json:"stopped,omitempty"` // because it was told to stop
	Yielded bool   `json:"yielded,omitempty"` // because it was told to yield
	Fatal   bool   `json:"fatal,omitempty"`   // the worker is not to be used again
	Refused bool   `json:"refused,omitempty"` // because of the State that came with the request
}

func (e *Error) Error() string { return e.Message }

// Encode is the request's text.
func (r Request) Encode() (string, error) {
	r.Version = Version
	return encode(r)
}

// Encode is the answer's text.
func (a Answer) Encode() (string, error) {
	a.Version = Version
	return encode(a)
}

func encode(message any) (string, error) {
	text, err := json.Marshal(message)
	if err != nil {
		return "", fmt.Errorf("protocol: %w", err)
	}
	return string(text), nil
}

// DecodeRequest reads a request's text and checks that it is complete.
func DecodeRequest(text string) (Request, error) {
	var r Request
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("protocol: request: %w", err)
	}
	if err := checkVersion(r.Version); err != nil {
		return r, err
	}
	if known, complete := r.asks(); complete {
		return r, nil
	} else if known {
		return r, fmt.Errorf("protocol: request %q says nothing of what it wants", r.Op)
	}
	switch r.Op {
	case OpPause, OpResume, OpYield, OpStop:
		return r, nil
	case OpLoad:
		if r.Load != nil {
			return r, nil
		}
	case OpTrain:
		if r.Train != nil {
			return r, nil
		}
	default:
		return r, fmt.Errorf("protocol: request %q is unknown", r.Op)
	}
	return r, fmt.Errorf("protocol: request %q says nothing of what it wants", r.Op)
}

// DecodeAnswer reads an answer's text and checks that it is complete.
func DecodeAnswer(text string) (Answer, error) {
	var a Answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("protocol: answer: %w", err)
	}
	if err := checkVersion(a.Version); err != nil {
		return a, err
	}
	switch a.Reply {
	case Hello, Events, State, Done:
		return a, nil
	case Failed:
		if a.Error == nil {
			return a, fmt.Errorf("protocol: answer %q gives no reason", a.Reply)
		}
		return a, nil
	}
	return a, fmt.Errorf("protocol: answer %q is unknown", a.Reply)
}

func checkVersion(v int) error {
	if v != Version {
		return fmt.Errorf("protocol: version %d, want %d: the page and its worker are of different builds; reload the page", v, Version)
	}
	return nil
}
