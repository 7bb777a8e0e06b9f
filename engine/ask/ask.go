// Package ask puts pairs of digits to a trained network, and has its answers
// in probabilities. It imports model, autograd and kernel.
package ask

import (
	"fmt"
	"math"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
)

// Answer is what a network says about a pair.
type Answer struct {
	// Yes says that the first digit is at most the second.
	Yes bool `json:"yes"`
	// Probability is the answer's, 0..1. Siamese10 answers by the two digits
	// that it finds likeliest, so this may be below one half: it is the
	// probability of all pairs of digits with the same answer.
	Probability float64 `json:"probability"`
	// Left and Right are the digits' probabilities, [10]; nil for Baseline,
	// which does not read digits.
	Left  []float64 `json:"left,omitempty"`
	Right []float64 `json:"right,omitempty"`
}

// Digits are the two digits that the network finds likeliest; false for
// Baseline.
func (a Answer) Digits() (left, right int, ok bool) {
	if a.Left == nil || a.Right == nil {
		return 0, 0, false
	}
	return autograd.Argmax(a.Left), autograd.Argmax(a.Right), true
}

// Asker is a network on a tape.
type Asker struct {
	Model *model.Model[float32]
	net   *model.Net[float32]
}

// New records the network for at most so many pairs at once. Whoever changes
// its parameters afterwards calls their Changed.
func New(m *model.Model[float32], kernels kernel.Set[float32], pairs int) *Asker {
	return &Asker{Model: m, net: m.Record(kernels, parallel.Solo[float32]{}, pairs)}
}

// Ask puts a pair of images [14, 14] to the network, standardised as those
// that it was trained on.
func (a *Asker) Ask(left, right []float32) (Answer, error) {
	const area = model.Side * model.Side
	if len(left) != area || len(right) != area {
		return Answer{}, fmt.Errorf("ask: images of %d and %d pixels, want %d", len(left), len(right), area)
	}
	a.net.SetPair(0, left, right, 0, 0)
	if err := a.forward(1); err != nil {
		return Answer{}, err
	}
	return a.answer(0), nil
}

// AskAll puts pairs [from, to) to the network, as many at once as its tape
// takes.
func (a *Asker) AskAll(p model.Pairs, from, to int) ([]Answer, error) {
	if from < 0 || to < from || to > p.N {
		return nil, fmt.Errorf("ask: pairs %d to %d of %d", from, to, p.N)
	}
	answers := make([]Answer, 0, to-from)
	for from < to {
		n := min(to-from, a.net.Tape.MaxBatch())
		for row := range n {
			left, _ := p.Image(2 * (from + row))
			right, _ := p.Image(2*(from+row) + 1)
			a.net.SetPair(row, left, right, 0, 0)
		}
		if err := a.forward(n); err != nil {
			return nil, err
		}
		for row := range n {
			answers = append(answers, a.answer(row))
		}
		from += n
	}
	return answers, nil
}

func (a *Asker) forward(n int) error {
	a.net.Tape.Forward(n, false)
	if err := a.net.Tape.Err(); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	return nil
}

// answer is what the network says about a row of the last batch.
func (a *Asker) answer(row int) Answer {
	answer := Answer{Yes: a.net.Predict(row) == 1}
	out := a.net.Out
	if a.Model.Config.Siamese() {
		answer.Left = softmax(out.Left.Data[row*model.Digits:][:model.Digits])
		answer.Right = softmax(out.Right.Data[row*model.Digits:][:model.Digits])
	}
	var yes float64
	if a.Model.Config.Kind == model.Siamese10 {
		yes = atMost(answer.Left, answer.Right)
	} else {
		yes = softmax(out.Pair.Data[2*row:][:2])[1]
	}
	answer.Probability = yes
	if !answer.Yes {
		answer.Probability = 1 - yes
	}
	return answer
}

// softmax is the probabilities of the logits x, at float64.
func softmax(x []float32) []float64 {
	top := x[autograd.Argmax(x)]
	p, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		p[i] = math.Exp(float64(v - top))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// atMost is Σ_{i<=j} left_i · right_j: the probability that the first digit is
// at most the second.
func atMost(left, right []float64) float64 {
	sum, below := 0.0, 0.0
	for j, p := range right {
		below += left[j]
		sum += below * p
	}
	return min(sum, 1)
}
