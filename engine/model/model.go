// Package model has the three networks that PairLab compares: Baseline,
// Siamese2 and Siamese10, with their published settings and the techniques
// (batch norm, weight sharing, auxiliary losses) as switches.
//
// A [Model] is its parameters; [Model.Record] writes it onto a tape, which is
// a [Net] that batches of pairs go through. It imports autograd and nn. Start
// reading at baseline.go and siamese.go: they are the architectures.
package model

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/sha256"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Side is the height and width of a digit's image, and Digits the number of
// its classes.
const (
	Side   = 14
	Digits = 10
)

// Model is a network's parameters and running statistics.
type Model[T tensor.Float] struct {
	Config Config
	Params *autograd.Params[T]

	layers layers[T]
}

// layers writes an architecture onto a tape.
type layers[T tensor.Float] interface {
	// record returns the logits: the comparison's [2] and, for a siamese,
	// each digit's [10], which read is given while they are the branches' own.
	record(t *autograd.Tape[T], in Inputs[T], batchNorm bool, read func(left, right *autograd.Value[T])) Outputs[T]
}

// Inputs are where a batch of pairs goes: Pair [14, 14, 2] for Baseline, Left
// and Right [14, 14, 1] for a siamese.
type Inputs[T tensor.Float] struct {
	Pair, Left, Right *autograd.Value[T]
	Target            *autograd.Labels // 1 where the first digit <= the second
	LeftDigit         *autograd.Labels
	RightDigit        *autograd.Labels
}

// Outputs are the logits: Pair [2]; Left and Right [10], nil for Baseline.
type Outputs[T tensor.Float] struct{ Pair, Left, Right *autograd.Value[T] }

// New makes the network with initial parameters drawn from rng.
func New[T tensor.Float](c Config, rng *rand.Rand) (*Model[T], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	m := &Model[T]{Config: c, Params: &autograd.Params[T]{}}
	if c.Siamese() {
		m.layers = newSiamese(m.Params, rng, c)
	} else {
		m.layers = newBaseline(m.Params, rng, c)
	}
	m.Params.Seal()
	return m, nil
}

// Digest is the SHA-256, in hexadecimal, of all parameters and then all
// running statistics in their order, as little-endian float32.
func (m *Model[T]) Digest() string {
	// Which NaN an operation makes is the processor's choice.
	const nan = 0x7fc00000
	h := sha256.New()
	var b [4]byte
	add := func(x []T) {
		for _, v := range x {
			bits := math.Float32bits(float32(v))
			if v != v {
				bits = nan
			}
			binary.LittleEndian.PutUint32(b[:], bits)
			h.Write(b[:])
		}
	}
	add(m.Params.Data)
	for _, buffer := range m.Params.Buffers {
		add(buffer.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Net is a model on a tape: what a batch goes through.
type Net[T tensor.Float] struct {
	Tape *autograd.Tape[T]
	In   Inputs[T]
	Out  Outputs[T]

	PairLoss, LeftLoss, RightLoss *autograd.Scalar[T] // mean cross-entropies; the last two nil where they are not minimised
	Accuracy                      *autograd.Scalar[T] // fraction of right predictions

	config Config
}

// Record writes the model onto a new tape for batches of at most maxBatch
// pairs, for one rank of a group.
func (m *Model[T]) Record(kernels kernel.Set[T], group parallel.Group[T], maxBatch int) *Net[T] {
	t := autograd.NewTape(kernels, m.Params, group, maxBatch)
	n := &Net[T]{Tape: t, config: m.Config}
	n.In.Target = t.Labels(2)
	if m.Config.Siamese() {
		n.In.Left, n.In.Right = t.BranchInput(0, 2, false, Side, Side, 1), t.BranchInput(1, 2, false, Side, Side, 1)
		n.In.LeftDigit, n.In.RightDigit = t.Labels(Digits), t.Labels(Digits)
	} else {
		n.In.Pair = t.Input(false, Side, Side, 2)
	}
	n.Out = m.layers.record(t, n.In, m.Config.BatchNorm, n.minimizeReadings)

	n.PairLoss = t.CrossEntropy(n.Out.Pair, n.In.Target)
	t.Minimize(autograd.Term[T]{Loss: n.PairLoss, Weight: T(m.Config.PairLoss)})
	n.Accuracy = t.Accuracy(n.Predict, n.In.Target)
	t.Finish()
	return n
}

// minimizeReadings records the losses of what is read in each digit.
func (n *Net[T]) minimizeReadings(left, right *autograd.Value[T]) {
	if n.config.AuxLoss == 0 {
		return
	}
	n.LeftLoss = n.Tape.CrossEntropy(left, n.In.LeftDigit)
	n.RightLoss = n.Tape.CrossEntropy(right, n.In.RightDigit)
	aux := T(n.config.AuxLoss)
	n.Tape.Minimize(
		autograd.Term[T]{Loss: n.LeftLoss, Weight: aux},
		autograd.Term[T]{Loss: n.RightLoss, Weight: aux})
}

// Predict is the network's answer for a row of the last batch: 1 if it says
// that the first digit is smaller than or equal to the second, else 0.
// Siamese10 compares the digits that it reads; the others have learnt to.
func (n *Net[T]) Predict(row int) int32 {
	if n.config.Kind != Siamese10 {
		return int32(autograd.Argmax(n.Out.Pair.Data[row*2 : row*2+2]))
	}
	left := autograd.Argmax(n.Out.Left.Data[row*Digits : (row+1)*Digits])
	right := autograd.Argmax(n.Out.Right.Data[row*Digits : (row+1)*Digits])
	if left <= right {
		return 1
	}
	return 0
}
