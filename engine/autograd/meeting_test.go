package autograd_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/parallel"
)

// diary is what happened in a step, in order.
type diary []string

// second is the second of two ranks, whose first has nothing to tell. It writes
// down their meetings.
type second struct {
	parallel.Solo[float32]
	*diary
}

func (s second) Rank() int                                { return 1 }
func (s second) Size() int                                { return 2 }
func (s second) StartAllGather(...parallel.Part[float32]) { *s.diary = append(*s.diary, "start") }
func (s second) Wait()                                    { *s.diary = append(*s.diary, "wait") }

// kernels write down what their convolutions do, by their output channels.
type kernels struct {
	kernel.Set[float32]
	*diary
}

func (k kernels) Conv2D(s kernel.Conv, maxN int) kernel.Conv2D[float32] {
	return conv{k.Set.Conv2D(s, maxN), string(rune('0' + s.O)), k.diary}
}

type conv struct {
	kernel.Conv2D[float32]
	name string
	*diary
}

func (c conv) note(what string) { *c.diary = append(*c.diary, what+" "+c.name) }

func (c conv) Pack(w, b []float32)           { c.note("pack"); c.Conv2D.Pack(w, b) }
func (c conv) Forward(y, x []float32, n int) { c.note("forward"); c.Conv2D.Forward(y, x, n) }
func (c conv) BackwardInput(dx, dy []float32, n int) {
	c.note("input")
	c.Conv2D.BackwardInput(dx, dy, n)
}
func (c conv) BackwardWeights(dw, db, dy, x []float32, n int) {
	c.note("weights")
	c.Conv2D.BackwardWeights(dw, db, dy, x, n)
}

// TestMeetingsAreUsed: while ranks wait for each other they pack the weights
// that come next, and form the last chunk's gradients of those used before.
func TestMeetingsAreUsed(t *testing.T) {
	var d diary
	p := &autograd.Params[float32]{}
	lin := func(o, i int) (w, b *autograd.Param[float32]) {
		name := string(rune('0' + o))
		return p.Add(name+".weight", o, i), p.Add(name+".bias", o)
	}
	w5, b5 := lin(5, 4)
	gamma, beta := p.Add("norm.weight", 5), p.Add("norm.bias", 5)
	w2, b2 := lin(2, 5)
	p.Seal()
	const n = 1 // row, of the last chunk
	tape := autograd.NewTape[float32](kernels{portable.New[float32](), &d}, p, second{diary: &d}, n)
	in := tape.Input(false, 4)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range in.Data {
		in.Data[i] = float32(rng.NormFloat64())
	}
	x := tape.BatchNorm([]*autograd.Value[float32]{tape.Linear(in, w5, b5, true)}, []autograd.BatchNormState[float32]{{
		Gamma: gamma, Beta: beta, Mean: p.AddBuffer("mean", 0, 5), Var: p.AddBuffer("var", 1, 5),
	}})[0]
	loss := tape.CrossEntropy(tape.Linear(x, w2, b2, false), tape.Labels(2))
	tape.Minimize(autograd.Term[float32]{Loss: loss, Weight: 1})
	tape.Finish()

	tape.Forward(n, true)
	tape.Backward()
	want := diary{
		"pack 5", "forward 5", "start", "pack 2", "wait", "forward 2",
		"input 2", "start", "weights 2", "wait", "weights 5",
		"start", "wait", // the gradients and the losses
	}
	if !slices.Equal(d, want) {
		t.Errorf("a step is\n%q, want\n%q", d, want)
	}
}
