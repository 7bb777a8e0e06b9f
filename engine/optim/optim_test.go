package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
)

// The reference is each rule written for one number at a time, at float64, as
// PyTorch's documentation of torch.optim.SGD, torch.optim.Adam and
// torch.optim.AdamW gives it.
func TestStepsFollowTheRules(t *testing.T) {
	for _, c := range []Config{
		{Kind: SGDKind, Rate: 0.1},
		{Kind: SGDKind, Rate: 0.05, Momentum: 0.9},
		{Kind: SGDKind, Rate: 0.05, Momentum: 0.5, WeightDecay: 0.01},
		{Kind: SGDKind, Rate: 0.05, WeightDecay: 0.1},
		{Kind: AdamKind, Rate: 0.01},
		{Kind: AdamKind, Rate: 0.01, WeightDecay: 0.1},
		{Kind: AdamKind, Rate: 0.01, WeightDecay: 0.1, Decoupled: true},
		{Kind: SGDKind, Rate: 0.05, Momentum: 0.5, WeightDecay: 0.1, Decoupled: true},
	} {
		const n = 7
		rng := rand.New(rand.NewPCG(1, 2))
		p := &autograd.Params[float64]{}
		w := p.Add("w", n)
		for i := range w.Data {
			w.Data[i] = rng.NormFloat64()
		}
		p.Seal()
		o := New(c, p, portable.New[float64]().Elementwise(), 5)
		want := append([]float64{}, p.Data...)
		var m, v [n]float64
		for step := 1; step <= 5; step++ {
			for i := range p.Grad {
				p.Grad[i] = rng.NormFloat64()
				g := p.Grad[i]
				if c.Decoupled {
					want[i] -= c.Rate * c.WeightDecay * want[i]
				} else {
					g += c.WeightDecay * want[i]
				}
				if c.Kind == AdamKind {
					m[i] = 0.9*m[i] + 0.1*g
					v[i] = 0.999*v[i] + 0.001*g*g
					hatM := m[i] / (1 - math.Pow(0.9, float64(step)))
					hatV := v[i] / (1 - math.Pow(0.999, float64(step)))
					want[i] -= c.Rate * hatM / (math.Sqrt(hatV) + 1e-8)
				} else {
					m[i] = c.Momentum*m[i] + g
					want[i] -= c.Rate * m[i]
				}
			}
			o.Step(0, 3)
			o.steps-- // both slices belong to one step
			o.Step(3, n)
		}
		for i, x := range p.Data {
			if math.Abs(x-want[i]) > 1e-12 {
				t.Errorf("%+v: parameter %d is %v after 5 steps, want %v", c, i, x, want[i])
			}
		}
	}
}

func TestCheckRefusesWhatCannotTrain(t *testing.T) {
	good := Config{Kind: SGDKind, Rate: 0.1}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.Kind = "lbfgs" },
		func(c *Config) { c.Rate = 0 },
		func(c *Config) { c.Rate = math.NaN() },
		func(c *Config) { c.Rate = math.Inf(1) },
		func(c *Config) { c.Momentum = 1 },
		func(c *Config) { c.WeightDecay = -1 },
		func(c *Config) { c.Schedule = "step" },
		func(c *Config) { c.Warmup = 1 },
	} {
		c := good
		change(&c)
		if c.Check() == nil {
			t.Errorf("%+v passed the check", c)
		}
	}
}
