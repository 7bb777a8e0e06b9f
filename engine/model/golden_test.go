package model_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/internal/sets"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// run is one model's fixture in the middle of being checked.
type run struct {
	t        *testing.T
	set      kernel.Set[float32]
	g        golden.Model
	tensors  map[string]safetensors.Tensor
	m        *model.Model[float32]
	net      *model.Net[float32]
	compared map[string]bool
	switched []string // tensors that only the tolerance for a switched unit holds for
	widened  []string // tensors that only Winograd's tolerance holds for
}

// TestModelsMatchPyTorch runs every model of the fixtures through its first
// steps: forward, losses, gradients, updates, running statistics, and the
// evaluation afterwards.
func TestModelsMatchPyTorch(t *testing.T) {
	models := golden.Load(t).Models
	sets.Each(t, func(t *testing.T, s kernel.Set[float32]) {
		for name, g := range models {
			t.Run(name, func(t *testing.T) { matchPyTorch(t, s, g) })
		}
	})
}

func matchPyTorch(t *testing.T, s kernel.Set[float32], g golden.Model) {
	r := &run{t: t, set: s, g: g, tensors: golden.Tensors(t, g.File), compared: map[string]bool{}}
	r.build()
	r.steps()
	r.net.Tape.Forward(g.Batch, false)
	r.outputs("eval")
	if len(r.switched) > 0 {
		t.Logf("%d tensors are within the tolerance for a switched ReLU unit only: %v", len(r.switched), r.switched)
	}
	if len(r.widened) > 0 {
		t.Logf("%d tensors are within Winograd's tolerance only: %v", len(r.widened), r.widened)
	}
	for name := range g.Tensors {
		if !r.compared[name] {
			t.Errorf("%s is in the fixture but was not compared", name)
		}
	}
}

func config(g golden.Model) model.Config {
	c := model.Paper(model.Baseline)
	if g.Kind == "siamese" {
		c = model.Paper(model.Siamese10)
		c.AuxLoss = g.LossWeights[1]
	}
	c.PairLoss = g.LossWeights[0]
	c.Ch1, c.Ch2, c.FC = g.Dims[0], g.Dims[1], g.Dims[2]
	return c
}

func (r *run) build() {
	m, err := model.New[float32](config(r.g), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		r.t.Fatal(err)
	}
	if got := m.Params.Count(); got != r.g.Parameters {
		r.t.Errorf("%d parameters, want %d", got, r.g.Parameters)
	}
	for _, p := range m.Params.List {
		copy(p.Data, r.floats("init/"+p.Name))
	}
	for _, b := range m.Params.Buffers {
		copy(b.Data, r.floats("init/"+b.Name))
	}
	m.Params.Changed()
	r.m = m
	r.net = m.Record(r.set, parallel.Solo[float32]{}, r.g.Batch)

	pairs := model.Pairs{N: r.g.Batch, X: r.floats("x"), Target: r.ints("target"), Digits: r.ints("digits")}
	if err := pairs.Check(); err != nil {
		r.t.Fatal(err)
	}
	rows := make([]int32, pairs.N)
	for i := range rows {
		rows[i] = int32(i)
	}
	r.net.Load(pairs, rows)
}

func (r *run) steps() {
	sgd := optim.New(optim.Config{Kind: optim.SGDKind, Rate: r.g.Rate}, r.m.Params, r.set.Elementwise(), r.g.Steps)
	losses := make([]float32, r.g.Steps)
	for i := range losses {
		r.net.Tape.Forward(r.g.Batch, true)
		r.net.Tape.Backward()
		losses[i] = r.net.Tape.Total()
		if i == 0 {
			r.firstStep()
		}
		sgd.Step(0, len(r.m.Params.Data))
		r.m.Params.Changed()
	}
	r.compare("loss/steps", losses)
	for _, p := range r.m.Params.List {
		r.compare("after/"+p.Name, p.Data)
	}
	for _, b := range r.m.Params.Buffers {
		r.compare("after/"+b.Name, b.Data)
	}
}

func (r *run) firstStep() {
	r.outputs("out")
	r.compare("loss/total", []float32{r.net.Tape.Total()})
	for name, loss := range map[string]*autograd.Scalar[float32]{"pair": r.net.PairLoss, "left": r.net.LeftLoss, "right": r.net.RightLoss} {
		if loss != nil {
			r.compare("loss/"+name, []float32{loss.Value})
		}
	}
	for _, p := range r.m.Params.List {
		r.compare("grad/"+p.Name, p.Grad)
	}
	for name := range r.g.Tensors {
		if strings.HasPrefix(name, "act/") {
			r.activation(name)
		}
	}
}

func (r *run) outputs(prefix string) {
	for name, v := range map[string]*autograd.Value[float32]{"pair": r.net.Out.Pair, "left": r.net.Out.Left, "right": r.net.Out.Right} {
		if v != nil {
			r.compare(prefix+"/"+name, v.Data)
		}
	}
}

// activation finds, among all values on the tape, one that has the golden
// tensor's size and numbers: fixtures name layers in their own way.
func (r *run) activation(name string) {
	x := r.tensors[name]
	want := r.floats(name)
	closest := fmt.Errorf("no layer's output has the shape %v", x.Shape)
	for _, v := range r.net.Tape.Values() {
		got := v.Data
		if len(got) != len(want) {
			continue
		}
		if len(x.Shape) == 4 {
			got = golden.ToChannelsFirst(got, x.Shape)
		}
		err := r.near(name, got, want)
		if err == nil {
			r.compared[name] = true
			return
		}
		closest = err
	}
	r.compared[name] = true
	r.t.Errorf("%s: %v", name, closest)
}

func (r *run) compare(name string, got []float32) {
	r.t.Helper()
	name = r.found(name)
	r.compared[name] = true
	if err := r.near(name, got, r.floats(name)); err != nil {
		r.t.Errorf("%s: %v", name, err)
	}
}

// winogradTol is how much wider the tolerances are that Winograd's filtering
// is given: they stand for the roundings of a direct float32 sum, which is off
// by 2e-7 (root mean square, relative to float64), and the filtering by 3e-6.
const winogradTol = 10

// near is golden.Near with the wider tolerances that the tensor may have.
func (r *run) near(name string, got, want []float32) error {
	e := r.g.Tensors[name]
	err := golden.Near(got, want, e.AbsTol)
	if err == nil {
		return nil
	}
	if e.SwitchedTol > 0 && golden.Near(got, want, e.SwitchedTol) == nil {
		r.switched = append(r.switched, name)
		return nil
	}
	if r.winograd(name) && golden.Near(got, want, winogradTol*max(e.AbsTol, e.SwitchedTol)) == nil {
		r.widened = append(r.widened, name)
		return nil
	}
	return err
}

// winograd says whether Winograd's filtering has had a part in a tensor: the
// baseline's second convolution is made by it, from 8x8 maps, and all that
// comes after it depends on that.
func (r *run) winograd(name string) bool {
	if r.g.Kind == "siamese" || r.set.Name() != "simd" && r.set.Name() != "fused" {
		return false
	}
	shape := r.tensors[name].Shape
	before := strings.HasPrefix(name, "act/") && len(shape) == 4 && shape[2] >= 8
	return !before
}

// found is the name in the fixture: the last layer may be called head or lin3.
func (r *run) found(name string) string {
	if _, ok := r.tensors[name]; !ok {
		if other := strings.Replace(name, "head.", "lin3.", 1); other != name {
			if _, ok := r.tensors[other]; ok {
				return other
			}
		}
	}
	return name
}

func (r *run) floats(name string) []float32 {
	r.t.Helper()
	return read(r, name, safetensors.Tensor.Float32)
}

func (r *run) ints(name string) []int32 {
	r.t.Helper()
	return read(r, name, safetensors.Tensor.Int32)
}

func read[T any](r *run, name string, f func(safetensors.Tensor) ([]T, error)) []T {
	r.t.Helper()
	name = r.found(name)
	x, ok := r.tensors[name]
	if !ok {
		names := []string{}
		for n := range r.tensors {
			names = append(names, n)
		}
		slices.Sort(names)
		r.t.Fatalf("no tensor %q among %v", name, names)
	}
	v, err := f(x)
	if err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	return v
}
