// Package modelfile keeps a trained network in a safetensors file, with what
// it is and where it comes from.
//
// The tensors are the parameters and running statistics, F32, under their
// names and in PyTorch's shapes. The metadata are [Metadata]'s:
//
//	pairlab.schema      pairlab.model/v1
//	pairlab.config      the architecture, JSON of model.Config
//	pairlab.provenance  JSON of Provenance
//
// Other keys of the metadata are let be, so that a file may pass through
// tools that add their own. All else is strict: [Decode] gives a network with
// the digest that the file names, or an error that says what is wrong, and
// nothing between. It imports model and safetensors.
package modelfile

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// MaxSize is the largest file that Decode takes, in bytes.
const MaxSize = 16 << 20

// Encode writes the file. The same network and provenance give the same
// bytes. What Decode would refuse, it refuses too: values that are not
// finite, and networks of more than 16 MiB (4 million parameters).
func Encode(m *model.Model[float32], p Provenance) ([]byte, error) {
	metadata, err := Metadata(m, p)
	if err != nil {
		return nil, err
	}
	f := safetensors.File{Tensors: map[string]safetensors.Tensor{}, Metadata: metadata}
	for _, v := range vectors(m) {
		if err := v.check(v.data); err != nil {
			return nil, fmt.Errorf("modelfile: tensor %q: %w", v.name, err)
		}
		f.Tensors[v.name] = safetensors.FromFloat32(v.data, v.shape...)
	}
	b, err := f.Encode()
	if err != nil {
		return nil, fmt.Errorf("modelfile: %w", err)
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("modelfile: a network of %d parameters makes a file of %d bytes, the most is %d", m.Params.Count(), len(b), MaxSize)
	}
	return b, nil
}

// Decode reads what Encode wrote.
func Decode(b []byte) (*model.Model[float32], Provenance, error) {
	f, err := safetensors.Decode(b, MaxSize)
	if err != nil {
		return nil, Provenance{}, fmt.Errorf("modelfile: %w", err)
	}
	c, p, err := readMetadata(f.Metadata)
	if err != nil {
		return nil, Provenance{}, err
	}
	// Before a network is made: a small file must not ask for a huge one.
	if room := len(b) / 4; leastSize(c) > room {
		return nil, Provenance{}, fmt.Errorf("modelfile: widths ch1=%d ch2=%d fc=%d take more parameters than the %d that the file has room for", c.Ch1, c.Ch2, c.FC, room)
	}
	m, err := model.New[float32](c, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return nil, Provenance{}, fmt.Errorf("modelfile: %w", err)
	}
	if err := fill(m, f.Tensors); err != nil {
		return nil, Provenance{}, err
	}
	if digest := m.Digest(); digest != p.Digest {
		return nil, Provenance{}, fmt.Errorf("modelfile: the values have digest %s, the metadata say %s: one or the other was changed", digest, p.Digest)
	}
	return m, p, nil
}

// leastSize is the size of the largest weights of c: no more than the number
// of its parameters, and not many times less.
func leastSize(c model.Config) int {
	widest := max(c.Ch1, c.Ch2, c.FC)
	switch {
	case widest > MaxSize: // whose products might overflow
		return widest
	case c.Siamese():
		return max(c.Ch1*c.Ch2*36, c.Ch2*c.FC, c.FC*model.Digits, widest)
	}
	return max(c.Ch1*c.Ch2*16, c.Ch2*c.FC*25, c.FC*c.FC, widest)
}

// fill puts the tensors into the network, which must have all of them and no
// others.
func fill(m *model.Model[float32], tensors map[string]safetensors.Tensor) error {
	all := vectors(m)
	for name := range tensors {
		if !slices.ContainsFunc(all, func(v vector) bool { return v.name == name }) {
			return fmt.Errorf("modelfile: tensor %q is none of a %s's", name, m.Config.Kind)
		}
	}
	for _, v := range all {
		t, ok := tensors[v.name]
		if !ok {
			return fmt.Errorf("modelfile: tensor %q is missing", v.name)
		}
		if !slices.Equal(t.Shape, v.shape) {
			return fmt.Errorf("modelfile: tensor %q has shape %v, want %v", v.name, t.Shape, v.shape)
		}
		x, err := t.Float32()
		if err == nil {
			err = v.check(x)
		}
		if err != nil {
			return fmt.Errorf("modelfile: tensor %q: %w", v.name, err)
		}
		copy(v.data, x)
	}
	m.Params.Changed()
	return nil
}
