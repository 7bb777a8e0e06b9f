package main

import (
	"errors"
	"fmt"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/onnx"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// oracle is the trained networks that a worker keeps to be asked.
type oracle map[string]*oracleNetwork

type oracleNetwork struct {
	*ask.Asker
	provenance modelfile.Provenance
}

// open keeps a network under a name. After an error the one that was kept
// under it is as it was.
func (o oracle) open(r protocol.Open, file []byte, kernels kernel.Set[float32]) (*protocol.Network, error) {
	m, p, err := decodeNetwork(r.Trained, file)
	if err != nil {
		return nil, err
	}
	if old := o[r.Name]; old != nil && old.Model.Config == m.Config {
		// The tape of another epoch's parameters serves these as well.
		copyNetwork(old.Model, m)
		old.provenance = p
	} else {
		o[r.Name] = &oracleNetwork{ask.New(m, kernels, max(1, r.Rows)), p}
	}
	return &protocol.Network{Config: m.Config, Provenance: p}, nil
}

func decodeNetwork(t *protocol.Trained, file []byte) (*model.Model[float32], modelfile.Provenance, error) {
	if t == nil {
		return modelfile.Decode(file)
	}
	none := modelfile.Provenance{}
	_, b, ok := keep.Open(file)
	if !ok {
		return nil, none, fmt.Errorf("%w: it is damaged", train.ErrState)
	}
	s, err := train.DecodeState(b)
	if err != nil {
		return nil, none, err
	}
	m, err := s.Network(t.Run.Config.Model)
	if err != nil {
		return nil, none, err
	}
	p := modelfile.Provenance{
		Settings: t.Settings, Seed: t.Run.Seed, Epochs: t.Epoch, Accuracy: t.Accuracy,
		Mean: t.Mean, Std: t.Std, Date: t.Date, Digest: m.Digest(),
	}
	return m, p, p.Check()
}

// copyNetwork makes to, of the same architecture, equal to from.
func copyNetwork(to, from *model.Model[float32]) {
	copy(to.Params.Data, from.Params.Data)
	for i, b := range from.Params.Buffers {
		copy(to.Params.Buffers[i].Data, b.Data)
	}
	to.Params.Changed()
}

func (o oracle) network(name string) (*oracleNetwork, error) {
	n := o[name]
	if n == nil {
		return nil, fmt.Errorf("app: no network %q is open", name)
	}
	return n, nil
}

// ask puts a question to its networks. left and right are the drawings, RGBA;
// seen is what the networks see of the digits, as the protocol says.
func (o oracle) ask(q protocol.Ask, left, right []byte, store *data.Store) (asked protocol.Asked, seen []byte, err error) {
	var digits []data.Drawing
	for _, side := range []struct {
		digit   *protocol.Digit
		drawing []byte
		about   *protocol.Seen
	}{{q.Left, left, &asked.Left}, {q.Right, right, &asked.Right}} {
		pixels := make([]byte, data.Pixels)
		side.about.Label = -1
		if side.digit != nil {
			d, label, err := readDigit(*side.digit, side.drawing, store)
			if err != nil && !errors.Is(err, data.ErrNoInk) {
				return asked, nil, err
			}
			if err == nil {
				*side.about = protocol.Seen{Shown: true, Label: label}
				digits = append(digits, d)
				for i, sum := range d.Sums {
					pixels[i] = uint8((sum + 2) / 4)
				}
			}
		}
		seen = append(seen, pixels...)
	}
	if len(digits) < 2 {
		return asked, seen, nil
	}
	for _, name := range q.Names {
		n, err := o.network(name)
		if err != nil {
			return asked, nil, err
		}
		var x [2][]float32
		for i, d := range digits {
			if x[i], err = d.Standardise(n.provenance.Mean, n.provenance.Std); err != nil {
				return asked, nil, err
			}
		}
		answer, err := n.Ask(x[0], x[1])
		if err != nil {
			return asked, nil, err
		}
		asked.Answers = append(asked.Answers, answer)
	}
	return asked, seen, nil
}

// readDigit is a digit of a question as MNIST would have it, and its label if
// it is known, else -1.
func readDigit(d protocol.Digit, drawing []byte, store *data.Store) (data.Drawing, int, error) {
	if d.Side == 0 {
		if store == nil {
			return data.Drawing{}, -1, errors.New("app: a test image was asked for before the images came")
		}
		sums, label, err := store.Image(data.Test, d.Image)
		if err != nil {
			return data.Drawing{}, -1, err
		}
		image, err := data.Digit(sums)
		return image, label, err
	}
	ink := make([]uint8, len(drawing)/4)
	for i := range ink {
		ink[i] = drawing[4*i+3]
	}
	image, err := data.FromDrawing(ink, d.Side)
	return image, -1, err
}

// export writes a network as a file.
func (o oracle) export(e protocol.Export) ([]byte, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	n, err := o.network(e.Name)
	if err != nil {
		return nil, err
	}
	if e.Format == protocol.ONNX {
		return onnx.Export(n.Model, n.provenance)
	}
	return modelfile.Encode(n.Model, n.provenance)
}
