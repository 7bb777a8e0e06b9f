package modelfile

import (
	"fmt"
	"strings"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// vector is one tensor of a network; data is the network's own.
type vector struct {
	name  string
	shape []int
	data  []float32
}

// vectors are a network's parameters, then its running statistics.
func vectors(m *model.Model[float32]) []vector {
	var all []vector
	for _, p := range m.Params.List {
		all = append(all, vector{p.Name, p.Shape, p.Data})
	}
	for _, b := range m.Params.Buffers {
		all = append(all, vector{b.Name, b.Shape, b.Data})
	}
	return all
}

// check reports values that the vector cannot have.
func (v vector) check(x []float32) error {
	if err := safetensors.Finite(x); err != nil {
		return err
	}
	if strings.HasSuffix(v.name, ".running_var") {
		for _, variance := range x {
			if variance < 0 {
				return fmt.Errorf("a variance of %v: want 0 or more", variance)
			}
		}
	}
	return nil
}
