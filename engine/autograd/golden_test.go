package autograd_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/internal/sets"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// attrs are the settings that any operation of the fixtures has.
type attrs struct {
	Kernel json.RawMessage `json:"kernel"`
	Stride int             `json:"stride"`
	Train  bool            `json:"train"`
}

// fixture is one case: an operation, its inputs and what PyTorch made of them.
type fixture struct {
	t       *testing.T
	set     kernel.Set[float32]
	name    string
	c       golden.Case
	tensors map[string]safetensors.Tensor
}

func (f fixture) tensor(name string) (safetensors.Tensor, bool) {
	x, ok := f.tensors[f.name+"/"+name]
	return x, ok
}

func (f fixture) floats(name string) []float32 {
	x, ok := f.tensor(name)
	if !ok {
		f.t.Fatalf("no tensor %s/%s", f.name, name)
	}
	v, err := x.Float32()
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

// rows returns a tensor with maps channels-last, and the shape of a row.
func (f fixture) rows(name string) (data []float32, shape []int) {
	x, ok := f.tensor(name)
	if !ok {
		f.t.Fatalf("no tensor %s/%s", f.name, name)
	}
	data = f.floats(name)
	if s := x.Shape; len(s) == 4 {
		return golden.ToChannelsLast(data, s), []int{s[2], s[3], s[1]}
	}
	return data, x.Shape[1:]
}

// compare checks rows (maps channels-last) against a golden tensor.
func (f fixture) compare(name string, got []float32) {
	f.t.Helper()
	x, ok := f.tensor(name)
	if !ok {
		f.t.Fatalf("no tensor %s/%s", f.name, name)
	}
	if len(x.Shape) == 4 {
		got = golden.ToChannelsFirst(got, x.Shape)
	}
	if err := golden.Near(got, f.floats(name), f.tolerance(name)); err != nil {
		f.t.Errorf("%s: %v", name, err)
	}
}

func TestOpsMatchPyTorch(t *testing.T) {
	index := golden.Load(t)
	tensors := golden.Tensors(t, index.Ops.File)
	sets.Each(t, func(t *testing.T, s kernel.Set[float32]) {
		for name, c := range index.Ops.Cases {
			t.Run(name, func(t *testing.T) { fixture{t, s, name, c, tensors}.run() })
		}
	})
}

// tolerance is how near a tensor of the case must come. The convolution of an
// 8x8 map by Winograd's filtering may be ten times as far off as a direct sum:
// against float64 its relative root-mean-square error is 3e-6, the direct
// sum's 2e-7, and the fixtures' tolerances are some times the latter. The
// bias's gradient is a plain sum in every set.
func (f fixture) tolerance(name string) float64 {
	tol := f.c.Tensors[f.name+"/"+name].AbsTol
	if f.winograd() && name != "db" {
		tol *= 10
	}
	return tol
}

// winograd says whether the set convolves by Winograd's filtering: it does so
// for 8x8 maps of 8 channels or more.
func (f fixture) winograd() bool {
	if f.c.Op != "conv2d" || f.set.Name() != "simd" && f.set.Name() != "fused" {
		return false
	}
	x, _ := f.tensor("x")
	w, _ := f.tensor("w")
	return x.Shape[2] == 8 && x.Shape[3] == 8 && min(w.Shape[0], w.Shape[1]) >= 8
}

func (f fixture) run() {
	var a attrs
	if err := json.Unmarshal(f.c.Attrs, &a); err != nil {
		f.t.Fatal(err)
	}
	x, shape := f.rows("x")
	n := len(x) / size(shape)
	if f.c.Op == "argmax" {
		f.argmax(x, n)
		return
	}
	p := &autograd.Params[float32]{}
	param := func(name string) *autograd.Param[float32] {
		v, ok := f.tensor(name)
		if !ok {
			return nil
		}
		q := p.Add(name, v.Shape...)
		copy(q.Data, f.floats(name))
		return q
	}
	w, b := param("w"), param("b")
	var state autograd.BatchNormState[float32]
	if f.c.Op == "batchnorm" {
		state = autograd.BatchNormState[float32]{Gamma: w, Beta: b, Mean: p.AddBuffer("mean", 0, len(w.Data)), Var: p.AddBuffer("var", 0, len(w.Data))}
		copy(state.Mean.Data, f.floats("mean"))
		copy(state.Var.Data, f.floats("var"))
	}
	p.Seal()
	tape := autograd.NewTape(f.set, p, parallel.Solo[float32]{}, n)
	in := tape.Input(true, shape...)
	copy(in.Data, x)

	if f.c.Op == "cross_entropy" {
		f.crossEntropy(tape, in, n)
		return
	}
	y := f.record(tape, in, w, b, state, a)
	seed, g := tape.Dot(y)
	gy, _ := f.rows("gy")
	copy(g, gy)
	tape.Minimize(autograd.Term[float32]{Loss: seed, Weight: float32(n)})
	tape.Finish()
	tape.Forward(n, a.Train || f.c.Op != "batchnorm")
	tape.Backward()

	f.compare("y", y.Data)
	f.compare("dx", in.Grad())
	if w != nil {
		f.compareFlat("dw", w.Grad)
		f.compareFlat("db", b.Grad)
	}
	if f.c.Op == "batchnorm" && a.Train {
		f.compareFlat("mean_after", state.Mean.Data)
		f.compareFlat("var_after", state.Var.Data)
	}
}

// compareFlat compares what has PyTorch's order already.
func (f fixture) compareFlat(name string, got []float32) {
	f.t.Helper()
	if err := golden.Near(got, f.floats(name), f.tolerance(name)); err != nil {
		f.t.Errorf("%s: %v", name, err)
	}
}

func (f fixture) record(t *autograd.Tape[float32], x *autograd.Value[float32], w, b *autograd.Param[float32], s autograd.BatchNormState[float32], a attrs) *autograd.Value[float32] {
	window := func() (k int) {
		if err := json.Unmarshal(a.Kernel, &k); err != nil {
			f.t.Fatal(err)
		}
		return k
	}
	switch f.c.Op {
	case "conv2d":
		return t.Conv2D(x, w, b, false)
	case "linear":
		return t.Linear(x, w, b, false)
	case "maxpool2d":
		return t.MaxPool2D(x, window(), a.Stride+boolInt(a.Stride == 0)*strideOf(f.name, window()))
	case "avgpool2d":
		return t.AvgPool2D(x, window(), a.Stride)
	case "batchnorm":
		return t.BatchNorm([]*autograd.Value[float32]{x}, []autograd.BatchNormState[float32]{s})[0]
	case "relu":
		return t.ReLU(x)
	case "softmax":
		return t.Softmax(x)
	case "log_softmax":
		return t.LogSoftmax(x)
	}
	f.t.Fatalf("unknown operation %q", f.c.Op)
	return nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// strideOf is the stride of a pooling case: its name says s1 or s2.
func strideOf(name string, window int) int {
	if strings.Contains(name, "s1") {
		return 1
	}
	return window
}

func (f fixture) crossEntropy(t *autograd.Tape[float32], x *autograd.Value[float32], n int) {
	label, _ := f.tensor("label")
	classes, err := label.Int32()
	if err != nil {
		f.t.Fatal(err)
	}
	in := t.Labels(x.Size())
	copy(in.Data, classes)
	loss := t.CrossEntropy(x, in)
	t.Minimize(autograd.Term[float32]{Loss: loss, Weight: f.floats("gy")[0]})
	t.Finish()
	t.Forward(n, true)
	t.Backward()
	f.compareFlat("y", []float32{loss.Value})
	f.compare("dx", x.Grad())
}

func (f fixture) argmax(x []float32, n int) {
	y, _ := f.tensor("y")
	want, err := y.Int32()
	if err != nil {
		f.t.Fatal(err)
	}
	columns := len(x) / n
	got := make([]int32, n)
	for i := range got {
		got[i] = int32(autograd.Argmax(x[i*columns : (i+1)*columns]))
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("argmax %v, want %v", got, want)
	}
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
