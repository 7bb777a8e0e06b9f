package model

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/tensor"
)

// Pairs are standardised digit pairs with their labels.
type Pairs struct {
	N      int
	X      []float32 // [N, 2, 14, 14]
	Target []int32   // [N], 1 where the first digit <= the second, else 0
	Digits []int32   // [N, 2]
}

// Check reports pairs whose parts do not fit together.
func (p Pairs) Check() error {
	if p.N < 1 || len(p.X) != p.N*2*Side*Side || len(p.Target) != p.N || len(p.Digits) != 2*p.N {
		return fmt.Errorf("model: %d pairs with %d pixels, %d targets and %d digits: want 1 or more, with 392, 1 and 2 each", p.N, len(p.X), len(p.Target), len(p.Digits))
	}
	for i, t := range p.Target {
		left, right := p.Digits[2*i], p.Digits[2*i+1]
		if left < 0 || left >= Digits || right < 0 || right >= Digits || (t == 1) != (left <= right) || t&^1 != 0 {
			return fmt.Errorf("model: pair %d: digits %d and %d with target %d", i, left, right, t)
		}
	}
	return nil
}

// Image is one digit's standardised image, [14, 14], and its class. It is
// image i of the pairs, counted one after the other: the pair i/2's first or
// second.
func (p Pairs) Image(i int) (pixels []float32, digit int32) {
	const area = Side * Side
	return p.X[i*area : (i+1)*area : (i+1)*area], p.Digits[i]
}

// Load copies the pairs rows[0], rows[1], … into the net's inputs.
func (n *Net[T]) Load(p Pairs, rows []int32) {
	for to, from := range rows {
		left, leftDigit := p.Image(2 * int(from))
		right, rightDigit := p.Image(2*int(from) + 1)
		n.SetPair(to, left, right, leftDigit, rightDigit)
	}
}

// SetPair makes a pair of two images [14, 14] and their classes, with the
// target that these classes give, row to of the net's inputs.
func (n *Net[T]) SetPair(to int, left, right []float32, leftDigit, rightDigit int32) {
	n.SetImage(to, 0, left)
	n.SetImage(to, 1, right)
	n.SetLabels(to, leftDigit, rightDigit)
}

// SetImage is the part of [Net.SetPair] that a digit's image is: of the pair's
// first, 0, or second, 1.
func (n *Net[T]) SetImage(to, digit int, image []float32) {
	const area = Side * Side
	in := n.input(digit)
	if n.config.Siamese() {
		convert(in.Data[to*area:(to+1)*area], image)
		return
	}
	pair := in.Data[to*2*area : (to+1)*2*area]
	for i, v := range image {
		pair[2*i+digit] = T(v)
	}
}

// Images are the rows [lo, hi) of a batch of n for which the net's rank needs the
// pairs' first images, 0, or second, 1. After a step they may be others.
func (n *Net[T]) Images(digit, rows int) (lo, hi int) {
	return n.Tape.Rows(n.input(digit), rows)
}

// input is where the pairs' first images, 0, or second, 1, go.
func (n *Net[T]) input(digit int) *autograd.Value[T] {
	switch {
	case !n.config.Siamese():
		return n.In.Pair
	case digit == 0:
		return n.In.Left
	}
	return n.In.Right
}

// SetLabels is the part of [Net.SetPair] that the classes are.
func (n *Net[T]) SetLabels(to int, leftDigit, rightDigit int32) {
	n.In.Target.Data[to] = 0
	if leftDigit <= rightDigit {
		n.In.Target.Data[to] = 1
	}
	if n.config.Siamese() {
		n.In.LeftDigit.Data[to], n.In.RightDigit.Data[to] = leftDigit, rightDigit
	}
}

func convert[T tensor.Float](to []T, from []float32) {
	if same, ok := any(to).([]float32); ok {
		copy(same, from)
		return
	}
	for i, v := range from {
		to[i] = T(v)
	}
}
