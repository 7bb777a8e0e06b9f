package optim

import (
	"math"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
)

func TestRateFollowsTheSchedule(t *testing.T) {
	const steps = 100
	constant := Config{Rate: 0.3}
	cosine := Config{Rate: 0.3, Schedule: Cosine}
	warm := Config{Rate: 0.3, Schedule: Cosine, Warmup: 0.2}
	for _, c := range []struct {
		config Config
		step   int
		want   float64
	}{
		{constant, 0, 0.3}, {constant, 99, 0.3},
		{cosine, 0, 0.3}, {cosine, 50, 0.15}, {cosine, 25, 0.15 * (1 + math.Sqrt2/2)},
		{cosine, 99, 0.15 * (1 - math.Cos(math.Pi/100))},
		{warm, 0, 0.3 / 21}, {warm, 19, 0.3 * 20 / 21}, {warm, 20, 0.3}, {warm, 60, 0.15},
	} {
		if got := c.config.RateAt(c.step, steps); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%+v: rate %v at step %d, want %v", c.config, got, c.step, c.want)
		}
	}
	for step := 1; step < steps; step++ {
		now, before := cosine.RateAt(step, steps), cosine.RateAt(step-1, steps)
		if !(now > 0 && now < before) {
			t.Errorf("cosine rate %v at step %d after %v: want it to fall, but not to 0", now, step, before)
		}
	}
}

// A scheduled step is a step at that step's rate.
func TestStepsTakeTheScheduledRate(t *testing.T) {
	c := Config{Kind: SGDKind, Rate: 0.5, Schedule: Cosine, Warmup: 0.3}
	p := &autograd.Params[float64]{}
	w := p.Add("w", 1)
	p.Seal()
	const total = 10
	o := New(c, p, portable.New[float64]().Elementwise(), total)
	want := 0.0
	for step := range total {
		p.Grad[0] = 1
		o.Step(0, 1)
		want -= c.RateAt(step, total)
		if math.Abs(w.Data[0]-want) > 1e-15 {
			t.Fatalf("parameter %v after step %d, want %v", w.Data[0], step, want)
		}
	}
	if o.Steps() != total {
		t.Errorf("%d steps, want %d", o.Steps(), total)
	}
}
