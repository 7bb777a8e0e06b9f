package main

import (
	"errors"
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/ui"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/web"
)

// sliceOf is how many pairs a network is asked at once: a drawing is answered
// between two slices.
const sliceOf = 50

// insidePrefix is put before the name of a network that all test pairs are put
// to: while that goes on, it stays as it was when it began.
const insidePrefix = "inside/"

// errGone is the answer about a network that there is no more.
var errGone = errors.New("app: that network is not here any more")

// TestPairs implements ui.Inside.
func (a *asker) TestPairs(set ui.TestSet, got func(*ui.TestPairs, error)) {
	a.tasks.Put(func() {
		p := &ui.TestPairs{TestSet: set}
		r, err := a.inspect(protocol.OpPairs, protocol.Inside{Seed: set.Seed, Pairs: set.Pairs}, nil)
		if err == nil {
			p.Pixels, err = web.Bytes(r.bytes)
		}
		if err != nil {
			got(nil, err)
			return
		}
		p.Images = r.Inspected.Images
		for _, digit := range r.Inspected.Digits {
			p.Digits = append(p.Digits, uint8(digit))
		}
		if n := 2 * set.Pairs; len(p.Digits) != n || len(p.Images) != n || len(p.Pixels) != n*data.Pixels {
			err = fmt.Errorf("app: %d test pairs came with %d digits", set.Pairs, len(p.Digits))
		}
		got(p, err)
	})
}

// Examine implements ui.Inside.
func (a *asker) Examine(name string, set ui.TestSet, slice func(ui.Slice, error) bool) {
	var of *client // the worker that has the network
	var n network
	var next func(from int)
	next = func(from int) {
		to := min(from+sliceOf, set.Pairs)
		answers, err := a.examine(&of, n, set, from, to)
		if slice(ui.Slice{Network: n.Network, Answers: answers, From: from}, err) && err == nil && to < set.Pairs {
			a.tasks.Put(func() { next(to) })
		}
	}
	a.tasks.Put(func() {
		found, ok := a.networks.named(name)
		if !ok {
			slice(ui.Slice{}, errGone)
			return
		}
		n = found
		next(0)
	})
}

// examine has a network answer pairs [from, to). A worker that is new since
// the slice before is given the same network.
func (a *asker) examine(of **client, n network, set ui.TestSet, from, to int) (answers inspect.Answers, err error) {
	if err := a.running(); err != nil {
		return answers, err
	}
	name := insidePrefix + n.Name
	if *of != a.worker {
		open := n.open
		open.Name, open.Rows = name, sliceOf
		if _, err := a.worker.request(protocol.Request{Op: protocol.OpOpen, Open: &open}, extras{"bytes": n.bytes}); err != nil {
			return answers, err
		}
		*of = a.worker
	}
	r, err := a.inspect(protocol.OpExamine, protocol.Inside{Name: name, Seed: set.Seed, Pairs: set.Pairs, From: from, To: to}, nil)
	if err == nil && (r.Inspected.Answers == nil || !r.Inspected.Answers.Whole(to-from)) {
		err = fmt.Errorf("app: the answers to pairs %d to %d are not whole", from, to)
	}
	if err != nil {
		return answers, err
	}
	return *r.Inspected.Answers, nil
}

// Epochs implements ui.Inside.
func (a *asker) Epochs(name string) []int {
	n, _ := a.networks.named(name)
	return n.history.epochs()
}

// Layer implements ui.Inside.
func (a *asker) Layer(q ui.LayerQuestion, got func(ui.Layer, error)) {
	a.tasks.Put(func() { got(a.layer(q)) })
}

func (a *asker) layer(q ui.LayerQuestion) (l ui.Layer, err error) {
	all, err := a.ready(false)
	if err != nil {
		return l, err
	}
	open, isOpen := byName(all, q.Name)
	n, ok := a.networks.named(q.Name)
	if !isOpen || !ok {
		return l, errGone
	}
	with, epoch := extras{}, open.Epoch
	if layer := n.history.at(q.Epoch); layer != nil {
		with["first"], epoch = layer, q.Epoch
	}
	r, err := a.inspect(protocol.OpLayer, protocol.Inside{Name: n.Name, Seed: q.Set.Seed, Pairs: q.Set.Pairs, Pair: q.Pair, Passed: q.Passed}, with)
	if err != nil {
		return l, err
	}
	return ui.Layer{Epoch: epoch, Filters: r.Inspected.Filters, Maps: r.Inspected.Maps, Pixels: r.bytes}, nil
}

// inspect has a worker with the test images carry out a request.
func (a *asker) inspect(op protocol.Op, q protocol.Inside, with extras) (r reply, err error) {
	if err := a.running(); err != nil {
		return r, err
	}
	if err := a.loadTestImages(); err != nil {
		return r, err
	}
	r, err = a.worker.request(protocol.Request{Op: op, Inside: &q}, with)
	if err == nil && r.Inspected == nil {
		err = fmt.Errorf("app: the answer to %q says nothing", op)
	}
	return r, err
}

// apiInside is what the view shows, for scripts.
func (c *controller) apiInside([]safejs.Value) (any, error) {
	shown := c.page.Inside()
	if shown == nil {
		return safejs.Null(), nil
	}
	text, err := encodeJSON(shown)
	if err != nil {
		return nil, err
	}
	return parseJSON(text)
}
