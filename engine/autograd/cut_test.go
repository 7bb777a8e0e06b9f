package autograd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/parallel"
)

// branches are two of a layer with batch norm each, whose outputs have losses of
// their own and are read together by another layer, with batch norm as well.
type branches struct {
	shared bool // one layer for both
	cut    bool // by branch inputs
	early  bool // gathered before the batch norm
	blind  bool // the loss of what is read together is not minimised
}

// step is a step of them on n rows, the gradient of all parameters, and an
// evaluation of as many rows.
func (b branches) step(g parallel.Group[float64], n int, meetings *int) outcome {
	const width = 5
	p := &autograd.Params[float64]{}
	layer := func(name string, o, i int) [2]*autograd.Param[float64] {
		return [2]*autograd.Param[float64]{p.Add(name+".weight", o, i), p.Add(name+".bias", o)}
	}
	var w [2][2]*autograd.Param[float64]
	var states [2]autograd.BatchNormState[float64]
	for i := range 2 {
		if i == 1 && b.shared {
			w[1], states[1] = w[0], states[0]
			break
		}
		w[i] = layer(fmt.Sprint("lin", i), width, width)
		norm := layer(fmt.Sprint("norm", i), width, 1)
		states[i] = autograd.BatchNormState[float64]{
			Gamma: norm[0], Beta: norm[1],
			Mean: p.AddBuffer(fmt.Sprint("mean", i), 0, width), Var: p.AddBuffer(fmt.Sprint("var", i), 1, width),
		}
	}
	head, norm := layer("head", width, 2*width), layer("norm", width, 1)
	headState := autograd.BatchNormState[float64]{
		Gamma: norm[0], Beta: norm[1], Mean: p.AddBuffer("mean", 0, width), Var: p.AddBuffer("var", 1, width),
	}
	p.Seal()
	rng := rand.New(rand.NewPCG(1, 1))
	fillNormal(rng, p.Data)
	tape := autograd.NewTape[float64](portable.New[float64](), p, g, n)
	var in, x [2]*autograd.Value[float64]
	for i := range in {
		if in[i] = tape.Input(false, width); b.cut {
			in[i] = tape.BranchInput(i, 2, false, width)
		}
		fillNormal(rng, in[i].Data)
		lo, hi := tape.Rows(in[i], n)
		clear(in[i].Data[:lo*width])
		clear(in[i].Data[hi*width:])
		x[i] = tape.Linear(in[i], w[i][0], w[i][1], true)
	}
	if b.early {
		tape.Gather(x[:]...)
	}
	x = [2]*autograd.Value[float64](tape.BatchNorm(x[:], states[:]))
	labels := tape.Labels(width)
	for i := range n {
		labels.Data[i] = int32(i % width)
	}
	losses := []*autograd.Scalar[float64]{tape.CrossEntropy(x[0], labels), tape.CrossEntropy(x[1], labels)}
	if b.cut {
		tape.Join(x[:]...)
	}
	y := tape.Linear(tape.Concat(x[0], x[1]), head[0], head[1], false)
	y = tape.BatchNorm([]*autograd.Value[float64]{y}, []autograd.BatchNormState[float64]{headState})[0]
	losses = append(losses, tape.CrossEntropy(y, labels))
	for i, loss := range losses {
		if i < 2 || !b.blind {
			tape.Minimize(autograd.Term[float64]{Loss: loss, Weight: float64(i + 1)})
		}
	}
	tape.Finish()

	var o outcome
	*meetings = 0
	for range 2 { // the second finds what the first has left in its place
		tape.Forward(n, true)
		tape.Backward()
	}
	o.grad, o.meetings = slices.Clone(p.Grad), *meetings/2
	for _, loss := range losses {
		o.losses = append(o.losses, loss.Value)
	}
	tape.Forward(n, false)
	o.losses = append(o.losses, tape.Total())
	for _, buffer := range p.Buffers {
		o.values = append(o.values, buffer.Data...)
	}
	return o
}

// TestBranchesAreTheSameOnAnyRanks: the bits are those of a single rank, and to
// rounding those of branches that are cut as the batch is; and two ranks, which
// have a branch each, do not meet for its batch norm, nor before they tell each
// other of the gradients if none comes from what is read together.
func TestBranchesAreTheSameOnAnyRanks(t *testing.T) {
	near := func(a, b []float64) bool {
		return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*(1+math.Abs(b)) })
	}
	for _, n := range []int{16, 13, 3, 1} {
		for variant := range 8 {
			b := branches{shared: variant&1 > 0, cut: true, early: variant&2 > 0, blind: variant&4 > 0}
			want := b.step(parallel.Solo[float64]{}, n, new(int))
			whole := branches{shared: b.shared, blind: b.blind}.step(parallel.Solo[float64]{}, n, new(int))
			if !near(want.grad, whole.grad) || !near(want.values, whole.values) || !near(want.losses, whole.losses) {
				t.Errorf("%+v, %d rows: other results than without cutting by branch:\n%v\n%v", b, n, want, whole)
			}
			for _, size := range []int{2, 3, 4, 8} {
				meetings := 2 // the gather and the gradients
				switch {
				case size > 2 && !b.early:
					meetings = 4 // the batch norm's
				case size == 2 && b.blind:
					meetings = 1
				}
				var all sync.WaitGroup
				for _, g := range parallel.NewLocal[float64](size) {
					all.Go(func() {
						count := new(int)
						got := b.step(counted{g, count}, n, count)
						if !slices.Equal(got.grad, want.grad) || !slices.Equal(got.values, want.values) || !slices.Equal(got.losses, want.losses) {
							t.Errorf("%+v, %d rows, rank %d of %d: other results than a single rank's", b, n, g.Rank(), size)
						}
						if got.meetings != meetings {
							t.Errorf("%+v, %d ranks: %d meetings in a step, want %d", b, size, got.meetings, meetings)
						}
					})
				}
				all.Wait()
			}
		}
	}
}

// Branches that are read together before they are joined would be read when one
// of them is not there yet.
func TestBranchesAreJoinedBeforeTheyAreReadTogether(t *testing.T) {
	p := &autograd.Params[float64]{}
	p.Seal()
	tape := autograd.NewTape[float64](portable.New[float64](), p, parallel.Solo[float64]{}, 1)
	a, b := tape.BranchInput(0, 2, false, 3), tape.BranchInput(1, 2, false, 3)
	defer func() {
		if recover() == nil {
			t.Error("concat of two branches: want a panic")
		}
	}()
	tape.Concat(a, b)
}

// A branch has a chunk at least.
func TestBranchesHaveNumbers(t *testing.T) {
	p := &autograd.Params[float64]{}
	p.Seal()
	for _, b := range [][2]int{{-1, 2}, {2, 2}, {0, 0}, {0, parallel.Chunks + 1}} {
		tape := autograd.NewTape[float64](portable.New[float64](), p, parallel.Solo[float64]{}, 1)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("branch %d of %d: want a panic", b[0], b[1])
				}
			}()
			tape.BranchInput(b[0], b[1], false, 3)
		}()
	}
}
