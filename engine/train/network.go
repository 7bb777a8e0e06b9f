package train

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/pairlab/pairlab/engine/model"
)

// Network is the network of the state's run as it was after the state's last
// epoch. A state whose tensors are not those of a network with c is refused
// with [ErrState].
func (s *State) Network(c model.Config) (*model.Model[float32], error) {
	m, err := model.New[float32](c, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return nil, err
	}
	filled := 0
	fill := func(name string, to []float32) error {
		filled++
		from, err := s.tensors[name].Float32()
		if err == nil && len(from) != len(to) {
			err = fmt.Errorf("%d values, want %d", len(from), len(to))
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrState, name, err)
		}
		copy(to, from)
		return nil
	}
	for _, p := range m.Params.List {
		if err := fill(p.Name, p.Data); err != nil {
			return nil, err
		}
	}
	for _, b := range m.Params.Buffers {
		if err := fill(b.Name, b.Data); err != nil {
			return nil, err
		}
	}
	for name := range s.tensors {
		if strings.HasPrefix(name, momentPrefix) {
			filled++
		}
	}
	if filled != len(s.tensors) {
		return nil, fmt.Errorf("%w: it has %d tensors, want %d", ErrState, len(s.tensors), filled)
	}
	m.Params.Changed()
	return m, nil
}
