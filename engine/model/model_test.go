package model_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
)

func fixtureOf(t *testing.T, name string) *run {
	t.Helper()
	g, ok := golden.Load(t).Models[name]
	if !ok {
		for _, other := range golden.Load(t).Models {
			g = other // any model's pairs will do
		}
	}
	return &run{t: t, g: g, tensors: golden.Tensors(t, g.File)}
}

func build(t *testing.T, c model.Config, seed uint64) *model.Model[float32] {
	t.Helper()
	m, err := model.New[float32](c, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The published sizes: see the model table of the paper's reproduction.
func TestPaperModelsHaveThePublishedSizes(t *testing.T) {
	for kind, want := range map[model.Kind]int{model.Baseline: 289666, model.Siamese2: 20620, model.Siamese10: 39588} {
		if got := build(t, model.Paper(kind), 1).Params.Count(); got != want {
			t.Errorf("%s has %d parameters, want %d", kind, got, want)
		}
	}
}

func TestSwitchesChangeWhatIsTrained(t *testing.T) {
	c := model.Paper(model.Siamese10)
	shared := build(t, c, 1).Params.Count()
	c.Sharing = false
	if got, want := build(t, c, 1).Params.Count(), 2*shared-(20*2+2); got != want {
		t.Errorf("without sharing %d parameters, want both branches and one head: %d", got, want)
	}
	c.Sharing, c.BatchNorm = true, false
	m := build(t, c, 1)
	if got, want := m.Params.Count(), shared-2*(64+16+64); got != want || len(m.Params.Buffers) != 0 {
		t.Errorf("without batch norm %d parameters and %d buffers, want %d and none", got, len(m.Params.Buffers), want)
	}
}

func TestInitialisationIsWithinItsBound(t *testing.T) {
	m := build(t, model.Paper(model.Baseline), 3)
	for _, p := range m.Params.List {
		if p.Name != "lin1.weight" {
			continue
		}
		const bound = 1.0 / 40 // 1/sqrt(1600)
		var least, most float32
		for _, v := range p.Data {
			least, most = min(least, v), max(most, v)
		}
		if least < -bound || most > bound || least > -0.99*bound || most < 0.99*bound {
			t.Errorf("lin1.weight spans %v..%v, want nearly all of ±%v", least, most, bound)
		}
	}
}

// Which NaN a run ends with differs between processors.
func TestAllNaNsHaveOneDigest(t *testing.T) {
	a, b := build(t, model.Paper(model.Siamese2), 1), build(t, model.Paper(model.Siamese2), 1)
	a.Params.Data[3], b.Params.Data[3] = float32(math.NaN()), math.Float32frombits(0xffc00001)
	if a.Digest() != b.Digest() {
		t.Error("two NaNs have two digests")
	}
}

func TestDigestFollowsSeedAndValues(t *testing.T) {
	c := model.Paper(model.Siamese2)
	a, b, other := build(t, c, 1), build(t, c, 1), build(t, c, 2)
	if a.Digest() != b.Digest() || a.Digest() == other.Digest() {
		t.Error("want equal digests for equal seeds only")
	}
	b.Params.Buffers[0].Data[0]++
	if a.Digest() == b.Digest() {
		t.Error("a running statistic changed, the digest did not")
	}
}

// The answer of Siamese10 compares the digits that it reads: with the digit
// logits of the fixture's network, on real digits, it is their order.
func TestSiamese10ComparesItsReadings(t *testing.T) {
	m := build(t, model.Paper(model.Siamese10), 4)
	const n = 10
	net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, n)
	pairs := realPairs(t, n)
	net.Load(pairs, []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	net.Tape.Forward(n, false)
	set := func(row, left, right int) {
		clear(net.Out.Left.Data[row*10 : row*10+10])
		clear(net.Out.Right.Data[row*10 : row*10+10])
		net.Out.Left.Data[row*10+left], net.Out.Right.Data[row*10+right] = 1, 1
	}
	for _, c := range []struct{ left, right, want int }{{3, 5, 1}, {5, 3, 0}, {4, 4, 1}, {0, 9, 1}, {9, 0, 0}} {
		set(2, c.left, c.right)
		if got := net.Predict(2); int(got) != c.want {
			t.Errorf("reads %d and %d, answers %d, want %d", c.left, c.right, got, c.want)
		}
	}
}

func TestConfigCheckNamesWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(*model.Config){
		"network":      func(c *model.Config) { c.Kind = "siamese3" },
		"widths":       func(c *model.Config) { c.Ch2 = 0 },
		"loss weights": func(c *model.Config) { c.AuxLoss = -1 },
		"both loss":    func(c *model.Config) { c.AuxLoss, c.PairLoss = 0, 0 },
	} {
		c := model.Paper(model.Siamese10)
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %q", c, err, want)
		}
	}
}
