package model

import (
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/nn"
	"github.com/pairlab/pairlab/engine/tensor"
)

// siamese sends each digit through a branch, reads it, and compares the two
// readings:
//
//	conv 1→ch1 k3, maxpool 2, ReLU, BN      14x14 → 12x12 → 6x6
//	conv ch1→ch2 k6, ReLU, BN                6x6 → 1x1
//	ch2→fc ReLU BN →10 ReLU                  a digit's logits
//	20→2 ReLU                                the comparison's logits
//
// The last two ReLUs, the published networks' own, can be left out; and the
// comparison may read probabilities, by a softmax before the 20→2.
//
// With sharing, both digits go through the same weights, each with its own
// batch statistics; the first digit moves the running ones first.
type siamese[T tensor.Float] struct {
	left, right branch[T] // the same parameters if shared
	head        nn.Linear[T]

	logitReLU, soft bool
}

type branch[T tensor.Float] struct {
	conv1, conv2  nn.Conv2d[T]
	bn1, bn2, bn3 autograd.BatchNormState[T]
	lin1, lin2    nn.Linear[T]
}

func newSiamese[T tensor.Float](p *autograd.Params[T], rng *rand.Rand, c Config) *siamese[T] {
	s := &siamese[T]{logitReLU: c.LogitReLU, soft: c.Soft}
	if c.Sharing {
		s.left = newBranch(p, rng, c, "")
		s.right = s.left
	} else {
		s.left = newBranch(p, rng, c, "left.")
		s.right = newBranch(p, rng, c, "right.")
	}
	s.head = nn.NewLinear(p, rng, "head", 2*Digits, 2)
	return s
}

func newBranch[T tensor.Float](p *autograd.Params[T], rng *rand.Rand, c Config, prefix string) branch[T] {
	var b branch[T]
	b.conv1 = nn.NewConv2d(p, rng, prefix+"conv1", 1, c.Ch1, 3)
	if c.BatchNorm {
		b.bn1 = nn.NewBatchNorm(p, prefix+"bn1", c.Ch1)
	}
	b.conv2 = nn.NewConv2d(p, rng, prefix+"conv2", c.Ch1, c.Ch2, 6)
	if c.BatchNorm {
		b.bn2 = nn.NewBatchNorm(p, prefix+"bn2", c.Ch2)
	}
	b.lin1 = nn.NewLinear(p, rng, prefix+"lin1", c.Ch2, c.FC)
	if c.BatchNorm {
		b.bn3 = nn.NewBatchNorm(p, prefix+"bn3", c.FC)
	}
	b.lin2 = nn.NewLinear(p, rng, prefix+"lin2", c.FC, Digits)
	return b
}

// lightTail is the most multiplications of a pair after the convolutions for
// ranks that share a branch to do all of them each, instead of meeting for two more
// batch norms' statistics and gradient sums.
const lightTail = 1 << 12

// tail is how many multiplications a pair takes after the convolutions.
func (s *siamese[T]) tail() int {
	sum := len(s.head.W.Data)
	for _, b := range []branch[T]{s.left, s.right} {
		sum += len(b.lin1.W.Data) + len(b.lin2.W.Data)
	}
	return sum
}

func (s *siamese[T]) record(t *autograd.Tape[T], in Inputs[T], batchNorm bool, read func(left, right *autograd.Value[T])) Outputs[T] {
	l, r := &s.left, &s.right
	// Both branches go side by side, so that ranks which have chunks of the same
	// branch meet once for the batch norms of the two.
	norm := func(x [2]*autograd.Value[T], left, right autograd.BatchNormState[T]) [2]*autograd.Value[T] {
		if !batchNorm {
			return x
		}
		return [2]*autograd.Value[T](t.BatchNorm(x[:], []autograd.BatchNormState[T]{left, right}))
	}
	x := [2]*autograd.Value[T]{
		t.ConvPool2D(in.Left, l.conv1.W, l.conv1.B, 2, 2, true),
		t.ConvPool2D(in.Right, r.conv1.W, r.conv1.B, 2, 2, true),
	}
	x = norm(x, l.bn1, r.bn1)
	x[0] = t.Conv2D(x[0], l.conv2.W, l.conv2.B, true)
	x[1] = t.Conv2D(x[1], r.conv2.W, r.conv2.B, true)
	if batchNorm && s.tail() <= lightTail {
		t.Gather(x[:]...)
	}
	x = norm(x, l.bn2, r.bn2)
	x[0] = t.Linear(x[0], l.lin1.W, l.lin1.B, true)
	x[1] = t.Linear(x[1], r.lin1.W, r.lin1.B, true)
	x = norm(x, l.bn3, r.bn3)
	x[0] = t.Linear(x[0], l.lin2.W, l.lin2.B, s.logitReLU)
	x[1] = t.Linear(x[1], r.lin2.W, r.lin2.B, s.logitReLU)
	read(x[0], x[1])
	t.Join(x[:]...)
	readings := x
	if s.soft {
		readings[0], readings[1] = t.Softmax(x[0]), t.Softmax(x[1])
	}
	pair := t.Linear(t.Concat(readings[0], readings[1]), s.head.W, s.head.B, s.logitReLU)
	return Outputs[T]{Pair: pair, Left: x[0], Right: x[1]}
}
