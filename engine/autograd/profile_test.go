package autograd_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/parallel"
)

// TestProfileCountsEveryPhaseOnce has a clock that goes on by one at each look,
// so that each op costs 1 a chunk, or 2 where it has a late part, and each merge
// 1 or 2 a pass; and the tape computes what it did before.
func TestProfileCountsEveryPhaseOnce(t *testing.T) {
	const n = 16
	rng := rand.New(rand.NewPCG(1, 1))
	p := &autograd.Params[float64]{}
	w, b := p.Add("conv.weight", 3, 2, 2, 2), p.Add("conv.bias", 3)
	gamma, beta := p.Add("norm.weight", 3), p.Add("norm.bias", 3)
	lw, lb := p.Add("lin.weight", 2, 12), p.Add("lin.bias", 2)
	p.Seal()
	fillNormal(rng, p.Data)
	tape := autograd.NewTape(portable.New[float64](), p, parallel.Solo[float64]{}, n)
	in := tape.Input(false, 3, 3, 2)
	fillNormal(rng, in.Data)
	x := tape.Conv2D(in, w, b, true)
	x = tape.BatchNorm([]*autograd.Value[float64]{x}, []autograd.BatchNormState[float64]{{
		Gamma: gamma, Beta: beta, Mean: p.AddBuffer("mean", 0, 3), Var: p.AddBuffer("var", 1, 3),
	}})[0]
	x = tape.Linear(tape.Flatten(x), lw, lb, false)
	loss := tape.CrossEntropy(x, tape.Labels(2))
	tape.Minimize(autograd.Term[float64]{Loss: loss, Weight: 1})
	tape.Finish()
	tape.Forward(n, true)
	tape.Backward()
	wantLoss, want := loss.Value, slices.Clone(p.Grad)

	var clock int64
	costs := autograd.Profile(tape, func() int64 { clock++; return clock })
	p.Changed()
	tape.Forward(n, true)
	tape.Backward()
	if loss.Value != wantLoss || !slices.Equal(p.Grad, want) {
		t.Error("a profiled tape computes something else")
	}
	var got []string
	for _, c := range costs {
		got = append(got, fmt.Sprintf("%s %s %d", c.Op, c.Phase, c.Nanos))
	}
	slices.Sort(got)
	wants := []string{
		"conv backward 16", "conv forward 8", "conv pack 1",
		"cross-entropy backward 8", "cross-entropy forward 8",
		"flatten backward 8", "flatten forward 8",
		"gradients merge 1",
		"lin backward 16", "lin forward 8", "lin pack 1",
		"losses merge 1",
		// Statistics and their use, and a meeting each way, begun and ended.
		"norm backward 16", "norm forward 16", "norm merge 4",
	}
	if !slices.Equal(got, wants) {
		t.Errorf("costs\n%q, want\n%q", got, wants)
	}
}
