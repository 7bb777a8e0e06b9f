package train

import (
	"errors"
	"math"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/internal/sets"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// digits are the fixture's 100 real MNIST pairs.
func digits(t *testing.T) model.Pairs {
	t.Helper()
	for _, g := range golden.Load(t).Models {
		tensors := golden.Tensors(t, g.File)
		x, err := tensors["x"].Float32()
		if err != nil {
			t.Fatal(err)
		}
		target, err := tensors["target"].Int32()
		if err != nil {
			t.Fatal(err)
		}
		classes, err := tensors["digits"].Int32()
		if err != nil {
			t.Fatal(err)
		}
		return model.Pairs{N: len(target), X: x, Target: target, Digits: classes}
	}
	t.Fatal("no model in the fixtures")
	return model.Pairs{}
}

// quick is a run that a test can wait for.
func quick(kind model.Kind) Config {
	c := paper(kind)
	c.Model.Ch1, c.Model.Ch2, c.Model.FC = 8, min(c.Model.Ch2, 16), 16
	c.Batch, c.Epochs = 20, 3
	return c
}

func mustRun(t *testing.T, c Config, seed uint64, h Hooks) Result {
	t.Helper()
	pairs := digits(t)
	r, m, err := Run(c, seed, pairs, pairs, Options{Kernels: sets.Fast(t), Hooks: h})
	if err != nil {
		t.Fatal(err)
	}
	if m.Digest() != r.Digest {
		t.Errorf("digest %s of a model with digest %s", r.Digest, m.Digest())
	}
	return r
}

// A network that fits 100 real pairs has its losses, gradients and updates
// the right way round.
func TestRunLearnsRealDigits(t *testing.T) {
	c := quick(model.Siamese10)
	c.Epochs = 25
	r := mustRun(t, c, 1, Hooks{})
	first, last := r.Epochs[0], r.Epochs[len(r.Epochs)-1]
	if last.TrainLoss > first.TrainLoss/2 || last.TestAccuracy < 0.9 {
		t.Errorf("loss %.3f → %.3f, accuracy %.2f: want half the loss, and 0.9", first.TrainLoss, last.TrainLoss, last.TestAccuracy)
	}
	if r.TestAccuracy != last.TestAccuracy || r.TrainAccuracy != last.TrainAccuracy {
		t.Errorf("result %+v does not end as its last epoch %+v", r, last)
	}
	if r.Seconds <= 0 || math.Abs(r.PairsPerSecond*r.Seconds-2500) > 1 {
		t.Errorf("%v pairs/s for %v s, want 2,500 pairs in all", r.PairsPerSecond, r.Seconds)
	}
}

func TestSameSeedSameBits(t *testing.T) {
	for _, kind := range model.Kinds {
		for _, batch := range []int{20, 37, 200} {
			c := quick(kind)
			c.Batch = batch
			a, b, other := mustRun(t, c, 1, Hooks{}), mustRun(t, c, 1, Hooks{}), mustRun(t, c, 2, Hooks{})
			if a.Digest != b.Digest || a.Digest == other.Digest {
				t.Errorf("%s, batch %d: digests %.8s, %.8s of seed 1 and %.8s of seed 2", kind, batch, a.Digest, b.Digest, other.Digest)
			}
		}
	}
}

func TestHooksSeeEveryStepAndCanStop(t *testing.T) {
	c := quick(model.Siamese2)
	steps, epochs := 0, 0
	mustRun(t, c, 1, Hooks{
		Step: func(p Progress) error {
			steps++
			if want := (steps-1)%5 + 1; p.Batch != want || p.Batches != 5 || p.Epochs != 3 || p.Epoch != (steps-1)/5+1 {
				t.Errorf("step %d: progress %+v", steps, p)
			}
			return nil
		},
		Epoch: func(number int, e Epoch) error {
			epochs++
			if number != epochs || e.TestLoss <= 0 {
				t.Errorf("epoch %d is number %d with %+v", epochs, number, e)
			}
			return nil
		},
	})
	if steps != 15 || epochs != 3 {
		t.Errorf("%d steps and %d epochs, want 15 and 3", steps, epochs)
	}
	stop := errors.New("stop")
	pairs := digits(t)
	_, _, err := Run(c, 1, pairs, pairs, Options{Kernels: portable.New[float32](), Hooks: Hooks{Step: func(Progress) error { return stop }}})
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want the hook's", err)
	}
}

func TestRunStopsWhenItDiverges(t *testing.T) {
	for _, kind := range model.Kinds {
		c := quick(kind)
		c.Optim.Rate = 1e6
		r := mustRun(t, c, 1, Hooks{})
		if r.Diverged == 0 || len(r.Epochs) >= c.Epochs {
			t.Errorf("%s at rate 1e6: diverged %d after %d epochs, want an early stop", kind, r.Diverged, len(r.Epochs))
		}
	}
}

func TestRunRefusesBadInput(t *testing.T) {
	pairs := digits(t)
	bad := pairs
	bad.Target = append([]int32{}, pairs.Target...)
	bad.Target[3] ^= 1
	for name, c := range map[string]struct {
		config Config
		train  model.Pairs
	}{
		"batch":     {Config{Model: model.Paper(model.Baseline), Optim: optim.Config{Kind: optim.SGDKind, Rate: 1}, Epochs: 1}, pairs},
		"rate":      {Config{Model: model.Paper(model.Baseline), Batch: 1, Epochs: 1}, pairs},
		"target":    {quick(model.Baseline), bad},
		"no pairs":  {quick(model.Baseline), model.Pairs{}},
		"no widths": {Config{Model: model.Config{Kind: model.Baseline}, Batch: 1, Epochs: 1}, pairs},
	} {
		if _, _, err := Run(c.config, 1, c.train, pairs, Options{Kernels: portable.New[float32]()}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
