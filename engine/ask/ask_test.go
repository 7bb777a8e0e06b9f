package ask

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
)

const area = model.Side * model.Side

// digits are real pairs, standardised.
func digits(t *testing.T) []float32 {
	t.Helper()
	x, err := golden.Tensors(t, golden.Load(t).Models["siamese10"].File)["x"].Float32()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// One pair alone gets the logits that it gets in a batch, and the answer's
// probabilities are those logits'.
func TestAnswersAreThoseOfTheBatch(t *testing.T) {
	x := digits(t)
	n := len(x) / (2 * area)
	for _, kind := range model.Kinds {
		m, err := model.New[float32](model.Paper(kind), rand.New(rand.NewPCG(5, 6)))
		if err != nil {
			t.Fatal(err)
		}
		net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, n)
		rows := make([]int32, n)
		for i := range rows {
			rows[i] = int32(i)
		}
		net.Load(model.Pairs{N: n, X: x, Target: make([]int32, n), Digits: make([]int32, 2*n)}, rows)
		net.Tape.Forward(n, false)
		asker := New(m, portable.New[float32](), 1)
		// Slices that are no multiple of the tape's rows.
		together, err := New(m, portable.New[float32](), 3).AskAll(model.Pairs{N: n, X: x, Digits: make([]int32, 2*n)}, 1, n)
		if err != nil || len(together) != n-1 {
			t.Fatalf("%s: %d answers, %v, want %d", kind, len(together), err, n-1)
		}
		for i := range n {
			got, err := asker.Ask(x[2*i*area:(2*i+1)*area], x[(2*i+1)*area:(2*i+2)*area])
			if err != nil {
				t.Fatal(err)
			}
			if want := net.Predict(i) == 1; got.Yes != want {
				t.Errorf("%s: pair %d alone: %v, in the batch: %v", kind, i, got.Yes, want)
			}
			want := exps(net.Out.Pair.Data[2*i : 2*i+2])
			if kind == model.Siamese10 {
				left, right := exps(net.Out.Left.Data[10*i:10*i+10]), exps(net.Out.Right.Data[10*i:10*i+10])
				want = []float64{0, 0}
				for a, p := range left {
					for b, q := range right {
						if a <= b {
							want[1] += p * q
						} else {
							want[0] += p * q
						}
					}
				}
			}
			answer := 0
			if got.Yes {
				answer = 1
			}
			if off := math.Abs(got.Probability - want[answer]); !(off < 1e-6) {
				t.Errorf("%s: pair %d: probability %v, want %v", kind, i, got.Probability, want[answer])
			}
			if i > 0 && !reflect.DeepEqual(got, together[i-1]) {
				t.Errorf("%s: pair %d alone: %+v, with others: %+v", kind, i, got, together[i-1])
			}
			if _, _, ok := got.Digits(); ok != m.Config.Siamese() {
				t.Errorf("%s: reads digits: %v", kind, ok)
			}
		}
	}
}

// exps is the softmax as its definition has it.
func exps(x []float32) []float64 {
	p, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		p[i] = math.Exp(float64(v))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func TestLargeLogitsAndWrongSizes(t *testing.T) {
	if p := softmax([]float32{1e4, -1e4, 1e4}); p[0] != 0.5 || p[1] != 0 || p[2] != 0.5 {
		t.Errorf("probabilities %v, want 0.5, 0, 0.5", p)
	}
	m, err := model.New[float32](model.Paper(model.Siamese10), rand.New(rand.NewPCG(5, 6)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(m, portable.New[float32](), 1).Ask(make([]float32, area), make([]float32, area-1)); err == nil {
		t.Error("an image of 195 pixels passed")
	}
	for _, bad := range [][2]int{{-1, 1}, {0, 3}, {2, 1}} {
		if _, err := New(m, portable.New[float32](), 1).AskAll(model.Pairs{N: 2}, bad[0], bad[1]); err == nil {
			t.Errorf("pairs %v of 2 passed", bad)
		}
	}
}
