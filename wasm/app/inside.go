package main

import (
	"errors"
	"fmt"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// tests are a round's test pairs in a worker that is asked about networks.
type tests struct {
	seed   uint64
	pairs  model.Pairs // standardised as in the round
	pixels []byte      // [N, 2, 14, 14], ink 0..255
	images []int32
}

// draw has the pairs of a round.
func (t *tests) draw(seed uint64, n int, store *data.Store) error {
	if t.seed == seed && t.pairs.N == n {
		return nil
	}
	if store == nil {
		return errors.New("app: test pairs were asked for before the images came")
	}
	set, err := store.Test()
	if err != nil {
		return err
	}
	drawn, err := data.DrawTest(seed, set, n)
	if err != nil {
		return err
	}
	pixels := make([]byte, len(drawn.X))
	for i, x := range drawn.X {
		pixels[i] = uint8(x + 0.5)
	}
	if err := drawn.Standardise(); err != nil {
		return err
	}
	*t = tests{seed, pairsOf(drawn), pixels, drawn.Images}
	return nil
}

// inspect carries out a request about what is inside networks. first is the
// layer that came with it, bytes go with the answer.
func (t *tests) inspect(op protocol.Op, q protocol.Inside, o oracle, first []byte, store *data.Store) (*protocol.Inspected, []byte, error) {
	if err := t.draw(q.Seed, q.Pairs, store); err != nil {
		return nil, nil, err
	}
	switch op {
	case protocol.OpPairs:
		answer := protocol.Inspected{Images: t.images}
		for _, digit := range t.pairs.Digits {
			answer.Digits = append(answer.Digits, int8(digit))
		}
		return &answer, t.pixels, nil
	case protocol.OpExamine:
		n, err := o.network(q.Name)
		if err != nil {
			return nil, nil, err
		}
		all, err := n.AskAll(t.pairs, q.From, q.To)
		if err != nil {
			return nil, nil, err
		}
		var answers inspect.Answers
		for _, a := range all {
			answers.Add(a)
		}
		return &protocol.Inspected{Answers: &answers}, nil, nil
	}
	return t.layer(q, o, first)
}

func (t *tests) layer(q protocol.Inside, o oracle, first []byte) (*protocol.Inspected, []byte, error) {
	if q.Pair < 0 || q.Pair >= t.pairs.N {
		return nil, nil, fmt.Errorf("app: pair %d of %d", q.Pair, t.pairs.N)
	}
	if first == nil {
		n, err := o.network(q.Name)
		if err != nil {
			return nil, nil, err
		}
		if first, err = inspect.EncodeLayer(n.Model); err != nil {
			return nil, nil, err
		}
	}
	l, err := inspect.DecodeLayer(first)
	if err != nil {
		return nil, nil, err
	}
	left, _ := t.pairs.Image(2 * q.Pair)
	right, _ := t.pairs.Image(2*q.Pair + 1)
	var answer protocol.Inspected
	var filters, maps []byte
	answer.Filters, filters = inspect.Draw(l.Filters())
	answer.Maps, maps = inspect.Draw(l.Maps(left, right, q.Passed))
	return &answer, append(filters, maps...), nil
}
