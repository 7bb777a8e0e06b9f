package autograd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/parallel"
	"gonum.org/v1/gonum/diff/fd"
)

// opCase records one op, or a few, over inputs and parameters that the check
// fills with random numbers.
type opCase struct {
	name   string
	inputs [][]int // shapes of a row
	params [][]int
	train  bool
	record func(t *autograd.Tape[float64], x []*autograd.Value[float64], p []*autograd.Param[float64], s autograd.BatchNormState[float64]) *autograd.Value[float64]
}

type (
	tape64   = *autograd.Tape[float64]
	values64 = []*autograd.Value[float64]
	params64 = []*autograd.Param[float64]
	state64  = autograd.BatchNormState[float64]
)

func opCases() []opCase {
	norm := func(t tape64, x values64, _ params64, s state64) *autograd.Value[float64] {
		return t.BatchNorm(x, []state64{s})[0]
	}
	return []opCase{
		{"conv2d", [][]int{{6, 5, 3}}, [][]int{{7, 3, 4, 2}, {7}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.Conv2D(x[0], p[0], p[1], false)
		}},
		{"conv2d_relu", [][]int{{5, 5, 2}}, [][]int{{5, 2, 3, 3}, {5}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.Conv2D(x[0], p[0], p[1], true)
		}},
		{"conv2d_whole", [][]int{{3, 3, 4}}, [][]int{{6, 4, 3, 3}, {6}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.Conv2D(x[0], p[0], p[1], true)
		}},
		{"convpool2d", [][]int{{9, 8, 2}}, [][]int{{5, 2, 3, 3}, {5}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.ConvPool2D(x[0], p[0], p[1], 3, 1, true)
		}},
		{"convpool2d_whole", [][]int{{3, 3, 2}}, [][]int{{4, 2, 3, 3}, {4}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.ConvPool2D(x[0], p[0], p[1], 1, 1, false)
		}},
		{"maxpool2d", [][]int{{7, 6, 3}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.MaxPool2D(x[0], 3, 2)
		}},
		{"avgpool2d", [][]int{{6, 7, 2}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.AvgPool2D(x[0], 2, 2)
		}},
		{"linear", [][]int{{11}}, [][]int{{6, 11}, {6}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.Linear(x[0], p[0], p[1], true)
		}},
		{"linear_map", [][]int{{3, 2, 4}}, [][]int{{5, 24}, {5}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			return t.Linear(x[0], p[0], p[1], true)
		}},
		{"batchnorm_train", [][]int{{3, 2, 4}}, [][]int{{4}, {4}}, true, norm},
		{"batchnorm_train_1d", [][]int{{4}}, [][]int{{4}, {4}}, true, norm},
		{"batchnorm_eval", [][]int{{3, 2, 4}}, [][]int{{4}, {4}}, false, norm},
		{"relu_batchnorm", [][]int{{3, 2, 4}}, [][]int{{4}, {4}}, true, func(t tape64, x values64, p params64, s state64) *autograd.Value[float64] {
			return norm(t, values64{t.ReLU(x[0])}, p, s)
		}},
		{"relu", [][]int{{9}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.ReLU(x[0])
		}},
		{"flatten", [][]int{{3, 4, 5}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.Flatten(x[0])
		}},
		{"softmax", [][]int{{7}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.Softmax(x[0])
		}},
		{"log_softmax", [][]int{{7}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.LogSoftmax(x[0])
		}},
		{"concat", [][]int{{3}, {5}}, nil, true, func(t tape64, x values64, _ params64, _ state64) *autograd.Value[float64] {
			return t.Concat(x[0], x[1])
		}},
		// A value with three consumers, and a parameter with two.
		{"fan_out", [][]int{{6}}, [][]int{{6, 6}, {6}}, true, func(t tape64, x values64, p params64, _ state64) *autograd.Value[float64] {
			y := t.Linear(x[0], p[0], p[1], true)
			z := t.Linear(y, p[0], p[1], false)
			return t.Concat(t.Concat(y, z), t.Softmax(y))
		}},
	}
}

// TestOpGradients compares the gradient of every op at float64 with central
// differences along random directions of all inputs and parameters together.
func TestOpGradients(t *testing.T) {
	for _, c := range opCases() {
		for _, n := range []int{1, 5, 19} { // fewer and more rows than chunks
			if n == 1 && c.name[0] == 'b' { // a batch of one value has no variance to differentiate
				continue
			}
			t.Run(c.name, func(t *testing.T) { checkOp(t, c, n) })
		}
	}
}

func checkOp(t *testing.T, c opCase, n int) {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	p := &autograd.Params[float64]{}
	var params params64
	for _, shape := range c.params {
		params = append(params, p.Add("p", shape...))
	}
	var state state64
	if len(c.params) > 0 && len(c.params[0]) == 1 {
		channels := c.params[0][0]
		state = state64{Gamma: params[0], Beta: params[1], Mean: p.AddBuffer("mean", 0.3, channels), Var: p.AddBuffer("var", 1.7, channels)}
	}
	p.Seal()
	tape := autograd.NewTape(portable.New[float64](), p, parallel.Solo[float64]{}, n)
	var inputs values64
	vectors := [][]float64{p.Data}
	for _, shape := range c.inputs {
		x := tape.Input(true, shape...)
		inputs = append(inputs, x)
		vectors = append(vectors, x.Data)
	}
	for _, v := range vectors {
		fillNormal(rng, v)
	}
	y := c.record(tape, inputs, params, state)
	loss, g := tape.Dot(y)
	fillNormal(rng, g)
	tape.Minimize(autograd.Term[float64]{Loss: loss, Weight: 1})
	tape.Finish()

	p.Changed()
	tape.Forward(n, c.train)
	tape.Backward()
	gradients := [][]float64{append([]float64{}, p.Grad...)}
	for _, x := range inputs {
		gradients = append(gradients, append([]float64{}, x.Grad()...))
	}
	for range 3 {
		checkDirection(t, rng, vectors, gradients, func() float64 {
			p.Changed()
			tape.Forward(n, c.train)
			return loss.Value
		})
	}
}

// checkDirection compares Σ gradient·v with the derivative of loss along a
// random unit direction v, relative error under 1e-6.
func checkDirection(t *testing.T, rng *rand.Rand, vectors, gradients [][]float64, loss func() float64) {
	t.Helper()
	var want, norm, scale float64
	start, direction := make([][]float64, len(vectors)), make([][]float64, len(vectors))
	for i, v := range vectors {
		start[i] = append([]float64{}, v...)
		direction[i] = make([]float64, len(v))
		fillNormal(rng, direction[i])
		for _, d := range direction[i] {
			norm += d * d
		}
	}
	for i := range vectors {
		for j := range direction[i] {
			direction[i][j] /= math.Sqrt(norm)
			want += gradients[i][j] * direction[i][j]
			scale += gradients[i][j] * gradients[i][j]
		}
	}
	got := fd.Derivative(func(h float64) float64 {
		for i, v := range vectors {
			for j := range v {
				v[j] = start[i][j] + h*direction[i][j]
			}
		}
		return loss()
	}, 0, &fd.Settings{Formula: fd.Central, Step: 1e-6})
	for i, v := range vectors {
		copy(v, start[i])
	}
	// A direction may be nearly orthogonal to the gradient: the error is
	// relative to what a typical direction gives.
	typical := math.Sqrt(scale / float64(max(dimension(vectors), 1)))
	if math.Abs(got-want) > 1e-6*max(math.Abs(want), typical) {
		t.Errorf("derivative along a direction is %.12g, tape says %.12g", got, want)
	}
}

func dimension(vectors [][]float64) (n int) {
	for _, v := range vectors {
		n += len(v)
	}
	return n
}

func fillNormal(rng *rand.Rand, x []float64) {
	for i := range x {
		x[i] = rng.NormFloat64()
	}
}

func TestCrossEntropyGradient(t *testing.T) {
	const n, classes = 11, 10
	rng := rand.New(rand.NewPCG(3, 3))
	p := &autograd.Params[float64]{}
	p.Seal()
	tape := autograd.NewTape(portable.New[float64](), p, parallel.Solo[float64]{}, n)
	x := tape.Input(true, classes)
	fillNormal(rng, x.Data)
	labels := tape.Labels(classes)
	for i := range labels.Data {
		labels.Data[i] = rng.Int32N(classes)
	}
	loss := tape.CrossEntropy(x, labels)
	tape.Minimize(autograd.Term[float64]{Loss: loss, Weight: 2.5})
	tape.Finish()
	tape.Forward(n, true)
	tape.Backward()
	gradient := append([]float64{}, x.Grad()...)
	checkDirection(t, rng, [][]float64{x.Data}, [][]float64{gradient}, func() float64 {
		tape.Forward(n, true)
		return float64(tape.Total())
	})
}

func TestLossOfWeightZeroTrainsNothing(t *testing.T) {
	p := &autograd.Params[float64]{}
	w, b := p.Add("w", 2, 3), p.Add("b", 2)
	p.Seal()
	fillNormal(rand.New(rand.NewPCG(1, 1)), p.Data)
	tape := autograd.NewTape(portable.New[float64](), p, parallel.Solo[float64]{}, 4)
	y := tape.Linear(tape.Input(false, 3), w, b, false)
	loss := tape.CrossEntropy(y, tape.Labels(2))
	tape.Minimize(autograd.Term[float64]{Loss: loss, Weight: 0})
	tape.Finish()
	tape.Forward(4, true)
	tape.Backward()
	if loss.Value <= 0 || y.Grad() != nil {
		t.Errorf("loss %v, gradient %v: want a loss, and no gradient computed", loss.Value, y.Grad())
	}
	for i, g := range p.Grad {
		if g != 0 {
			t.Errorf("gradient %d is %v, want 0", i, g)
		}
	}
}
