package autograd_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/parallel"
)

// counted is a rank that counts its meetings.
type counted struct {
	*parallel.Local[float64]
	meetings *int
}

func (c counted) StartAllGather(parts ...parallel.Part[float64]) {
	*c.meetings++
	c.Local.StartAllGather(parts...)
}

// outcome is what a rank has after a step, and after an evaluation.
type outcome struct {
	grad, values, losses []float64
	meetings             int // of the step
}

// gatherStep is a step of two layers with batch norm, of which every rank computes the
// second if it gathers, on n rows; and the evaluation of as many.
func gatherStep(g parallel.Group[float64], gathers bool, n int, meetings *int) outcome {
	p := &autograd.Params[float64]{}
	var states [2]autograd.BatchNormState[float64]
	var w, b [2]*autograd.Param[float64]
	for i, name := range []string{"1", "2"} {
		w[i], b[i] = p.Add("lin"+name+".weight", 5, 5), p.Add("lin"+name+".bias", 5)
		states[i] = autograd.BatchNormState[float64]{
			Gamma: p.Add("norm"+name+".weight", 5), Beta: p.Add("norm"+name+".bias", 5),
			Mean: p.AddBuffer("mean"+name, 0, 5), Var: p.AddBuffer("var"+name, 1, 5),
		}
	}
	p.Seal()
	rng := rand.New(rand.NewPCG(1, 1))
	fillNormal(rng, p.Data)
	tape := autograd.NewTape[float64](portable.New[float64](), p, g, n)
	in, labels := tape.Input(false, 5), tape.Labels(5)
	fillNormal(rng, in.Data)
	x := tape.BatchNorm([]*autograd.Value[float64]{tape.Linear(in, w[0], b[0], true)}, states[:1])
	if gathers {
		tape.Gather(x...)
	}
	x = tape.BatchNorm([]*autograd.Value[float64]{tape.Linear(x[0], w[1], b[1], true)}, states[1:])
	loss := tape.CrossEntropy(x[0], labels)
	tape.Minimize(autograd.Term[float64]{Loss: loss, Weight: 1})
	tape.Finish()

	// What a rank does not need must have no part in what it computes.
	lo, hi := tape.Rows(in, n)
	clear(in.Data[:lo*5])
	clear(in.Data[hi*5:])
	first, end := tape.Labelled(n)
	for i := first; i < end; i++ {
		labels.Data[i] = int32(i % 5)
	}
	var o outcome
	*meetings = 0
	tape.Forward(n, true)
	tape.Backward()
	o.grad, o.meetings = slices.Clone(p.Grad), *meetings
	o.losses = append(o.losses, loss.Value)
	tape.Forward(n, false)
	o.losses = append(o.losses, loss.Value)
	for _, buffer := range p.Buffers {
		o.values = append(o.values, buffer.Data...)
	}
	return o
}

// TestGatherIsTheSameWithFewerMeetings: the bits are those of a single rank,
// batches that do not divide and empty chunks included, and the meetings of the
// batch norm after the gather are left out.
func TestGatherIsTheSameWithFewerMeetings(t *testing.T) {
	for _, n := range []int{16, 13, 3} {
		want := gatherStep(parallel.Solo[float64]{}, true, n, new(int))
		for _, size := range []int{2, 3, 8} {
			for _, gathers := range []bool{false, true} {
				meetings := 5 // a batch norm has two, and the gradients one
				if gathers {
					meetings = 4 // the second batch norm none, but the gather one
				}
				var all sync.WaitGroup
				for _, g := range parallel.NewLocal[float64](size) {
					all.Go(func() {
						count := new(int)
						got := gatherStep(counted{g, count}, gathers, n, count)
						if !slices.Equal(got.grad, want.grad) || !slices.Equal(got.values, want.values) || !slices.Equal(got.losses, want.losses) {
							t.Errorf("%d rows, rank %d of %d, gathering %t: other results than a single rank's", n, g.Rank(), size, gathers)
						}
						if got.meetings != meetings {
							t.Errorf("%d ranks, gathering %t: %d meetings in a step, want %d", size, gathers, got.meetings, meetings)
						}
					})
				}
				all.Wait()
			}
		}
	}
}
