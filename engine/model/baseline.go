package model

import (
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/nn"
	"github.com/pairlab/pairlab/engine/tensor"
)

// baseline sees the pair as a map of two channels, and is told nothing but
// whether the first digit is smaller or equal:
//
//	conv 2→ch1 k4, maxpool 4 stride 1, ReLU, BN      14x14 → 11x11 → 8x8
//	conv ch1→ch2 k4, ReLU, BN                         8x8 → 5x5
//	25·ch2→fc ReLU →fc ReLU →2
type baseline[T tensor.Float] struct {
	conv1, conv2     nn.Conv2d[T]
	bn1, bn2         autograd.BatchNormState[T]
	lin1, lin2, head nn.Linear[T]
}

func newBaseline[T tensor.Float](p *autograd.Params[T], rng *rand.Rand, c Config) *baseline[T] {
	b := &baseline[T]{}
	b.conv1 = nn.NewConv2d(p, rng, "conv1", 2, c.Ch1, 4)
	if c.BatchNorm {
		b.bn1 = nn.NewBatchNorm(p, "bn1", c.Ch1)
	}
	b.conv2 = nn.NewConv2d(p, rng, "conv2", c.Ch1, c.Ch2, 4)
	if c.BatchNorm {
		b.bn2 = nn.NewBatchNorm(p, "bn2", c.Ch2)
	}
	b.lin1 = nn.NewLinear(p, rng, "lin1", 25*c.Ch2, c.FC)
	b.lin2 = nn.NewLinear(p, rng, "lin2", c.FC, c.FC)
	b.head = nn.NewLinear(p, rng, "head", c.FC, 2)
	return b
}

func (b *baseline[T]) record(t *autograd.Tape[T], in Inputs[T], batchNorm bool, _ func(left, right *autograd.Value[T])) Outputs[T] {
	norm := func(x *autograd.Value[T], s autograd.BatchNormState[T]) *autograd.Value[T] {
		if !batchNorm {
			return x
		}
		return t.BatchNorm([]*autograd.Value[T]{x}, []autograd.BatchNormState[T]{s})[0]
	}
	x := norm(t.ConvPool2D(in.Pair, b.conv1.W, b.conv1.B, 4, 1, true), b.bn1)
	x = norm(t.Conv2D(x, b.conv2.W, b.conv2.B, true), b.bn2)
	x = t.Linear(x, b.lin1.W, b.lin1.B, true)
	x = t.Linear(x, b.lin2.W, b.lin2.B, true)
	return Outputs[T]{Pair: t.Linear(x, b.head.W, b.head.B, false)}
}
