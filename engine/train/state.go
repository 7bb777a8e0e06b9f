package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pairlab/pairlab/engine/safetensors"
)

// State is all that a run needs to go on after its last epoch. Decoded from
// what [State.Encode] wrote, it resumes to the same bits.
type State struct {
	progress
	tensors map[string]safetensors.Tensor
}

// ErrState is why a run does not resume: the state is not one that it can
// have been in. From its start the run can still be made.
var ErrState = errors.New("train: the state cannot be used")

// progress is the part of a state that is no tensor.
type progress struct {
	Epochs  []Epoch `json:"epochs"`
	Steps   int     `json:"steps"`   // of the optimiser
	Trained int     `json:"trained"` // pairs so far
	Seconds float64 `json:"seconds"` // of training so far
}

// maxState is the largest state that is read, in bytes: the widest network that
// can be asked for has 9 million parameters, of which Adam keeps two moments.
const maxState = 128 << 20

// momentPrefix begins the names of the optimiser's vectors.
const momentPrefix = "optimizer."

// progressKey is where a state's file keeps its progress.
const progressKey = "pairlab.progress"

// Epoch is the number of epochs that the state has behind it.
func (s *State) Epoch() int { return len(s.Epochs) }

// Encode writes the state as a safetensors file: parameters and running
// statistics under their names, the optimiser's vectors under
// optimizer.0 and optimizer.1.
func (s *State) Encode() ([]byte, error) {
	text, err := json.Marshal(s.progress)
	if err != nil {
		return nil, fmt.Errorf("train: state: %w", err)
	}
	f := safetensors.File{Tensors: s.tensors, Metadata: map[string]string{progressKey: string(text)}}
	return f.Encode()
}

// DecodeState reads what Encode wrote.
func DecodeState(b []byte) (*State, error) {
	f, err := safetensors.Decode(b, maxState)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	s := &State{tensors: f.Tensors}
	if err := json.Unmarshal([]byte(f.Metadata[progressKey]), &s.progress); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrState, progressKey, err)
	}
	return s, nil
}

// vectors calls f for every named vector that a state holds.
func (t *trainer) vectors(f func(name string, x []float32, shape []int) error) error {
	for _, p := range t.model.Params.List {
		if err := f(p.Name, p.Data, p.Shape); err != nil {
			return err
		}
	}
	for _, b := range t.model.Params.Buffers {
		if err := f(b.Name, b.Data, b.Shape); err != nil {
			return err
		}
	}
	for i, m := range t.optimizer.Moments() {
		if err := f(fmt.Sprintf("%s%d", momentPrefix, i), m, []int{len(m)}); err != nil {
			return err
		}
	}
	return nil
}

// save copies the state after the last epoch.
func (t *trainer) save() (*State, error) {
	s := &State{
		progress: progress{
			Epochs: append([]Epoch{}, t.result.Epochs...),
			Steps:  t.optimizer.Steps(), Trained: t.trained, Seconds: t.elapsed.Seconds(),
		},
		tensors: map[string]safetensors.Tensor{},
	}
	err := t.vectors(func(name string, x []float32, shape []int) error {
		s.tensors[name] = safetensors.FromFloat32(x, shape...)
		return nil
	})
	return s, err
}

// restore puts the trainer where s was saved. A state with other tensors than
// the run's, or after other numbers of epochs, steps and pairs than it goes
// through, is refused whole.
func (t *trainer) restore(s *State) error {
	n, pairs := len(s.Epochs), t.train.pairs.N
	if n < 1 || n > t.config.Epochs {
		return fmt.Errorf("%w: it is after epoch %d of a run of %d", ErrState, n, t.config.Epochs)
	}
	if steps := n * t.config.batches(pairs); s.Steps != steps || s.Trained != n*pairs || !(s.Seconds >= 0) {
		return fmt.Errorf("%w: it is after %d steps over %d pairs in %v s, where epoch %d ends with %d over %d",
			ErrState, s.Steps, s.Trained, s.Seconds, n, steps, n*pairs)
	}
	read, names := map[string][]float32{}, 0
	err := t.vectors(func(name string, x []float32, _ []int) error {
		names++
		data, err := s.tensors[name].Float32()
		if err == nil && len(data) != len(x) {
			err = fmt.Errorf("%d values, want %d", len(data), len(x))
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrState, name, err)
		}
		read[name] = data
		return nil
	})
	if err == nil && names != len(s.tensors) {
		err = fmt.Errorf("%w: it has %d tensors, want %d", ErrState, len(s.tensors), names)
	}
	if err != nil {
		return err
	}
	t.result.Epochs = append(t.result.Epochs, s.Epochs...)
	last := s.Epochs[n-1]
	t.result.TestAccuracy, t.result.TrainAccuracy = last.TestAccuracy, last.TrainAccuracy
	t.trained, t.elapsed = s.Trained, time.Duration(s.Seconds*float64(time.Second))
	t.result.Seconds, t.result.PairsPerSecond = t.elapsed.Seconds(), t.speed()
	t.optimizer.SetSteps(s.Steps)
	err = t.vectors(func(name string, x []float32, _ []int) error {
		copy(x, read[name])
		return nil
	})
	t.model.Params.Changed()
	return err
}
