package train

import (
	"errors"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// The state after the last epoch holds the network that the run ends with,
// whatever the optimiser keeps beside it.
func TestStateHoldsTheRunsNetwork(t *testing.T) {
	for _, kind := range model.Kinds {
		c := quick(kind)
		c.Optim = optim.Config{Kind: optim.AdamKind, Rate: 1e-3}
		var last []byte
		pairs := noise(20, 1)
		r, _, err := Run(c, 1, pairs, pairs, Options{Kernels: portable.New[float32](), Hooks: Hooks{
			State: func(_ *model.Model[float32], save func() (*State, error)) error {
				s, err := save()
				if err == nil {
					last, err = s.Encode()
				}
				return err
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := DecodeState(last)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Network(c.Model)
		if err != nil {
			t.Fatal(err)
		}
		if m.Digest() != r.Digest {
			t.Errorf("%s: the state's network has digest %s, the run ended with %s", kind, m.Digest(), r.Digest)
		}
		plain := c.Model
		plain.BatchNorm = false
		if _, err := s.Network(plain); !errors.Is(err, ErrState) {
			t.Errorf("%s: a network without batch norm: error %v, want ErrState", kind, err)
		}
		other := c.Model
		other.FC++
		if _, err := s.Network(other); !errors.Is(err, ErrState) {
			t.Errorf("%s: a network of other widths: error %v, want ErrState", kind, err)
		}
	}
}
