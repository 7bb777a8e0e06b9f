package train

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/internal/sets"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// TestAnyNumberOfRanksSameBits is the promise of the chunk grid: whoever
// computes which chunk, with batches that divide evenly and ones that do not,
// and ones with fewer rows than chunks, the digest is the same.
func TestAnyNumberOfRanksSameBits(t *testing.T) {
	pairs := digits(t)
	check := func(c Config) {
		c.Epochs = 2
		want := mustRun(t, c, 1, Hooks{})
		for _, size := range []int{2, 3, 4, 8} {
			for rank, got := range runGroup(t, c, pairs, size) {
				if !sameRun(got, want) {
					t.Errorf("%+v, rank %d of %d: digest %.8s, want %.8s", c, rank, size, got.Digest, want.Digest)
				}
			}
		}
	}
	for _, kind := range model.Kinds {
		for _, batch := range []int{20, 37, 3} {
			c := quick(kind)
			c.Batch = batch
			if batch == 37 {
				c.Optim = optim.Config{Kind: optim.AdamKind, Rate: 1e-3}
				c = practised(c)
			}
			check(c)
		}
	}
	check(long(quick(model.Baseline)))
	wide := quick(model.Siamese2)
	wide.Model.Ch1, wide.Model.Ch2 = 32, 64
	check(wide)
	wide.Model.Sharing = false
	check(wide)
	wide.Model.PairLoss = 0
	check(wide)
	blind := quick(model.Siamese2) // branches without losses of their own
	blind.Model.AuxLoss = 0
	check(blind)
	apart := quick(model.Siamese10)
	apart.Model.Sharing, apart.Batch = false, 37
	check(apart)
	apart.Model.BatchNorm = false
	check(apart)
}

// TestRanksOfUnequalSpeedSameBits has the ranks' clocks say that one is much
// slower, and later another: each gets other chunks for it, and nothing else
// changes.
func TestRanksOfUnequalSpeedSameBits(t *testing.T) {
	pairs := digits(t)
	for _, c := range []Config{quick(model.Siamese2), practised(quick(model.Siamese10)), quick(model.Baseline), long(quick(model.Baseline))} {
		c.Epochs, c.Batch = 6, 12
		want := mustRun(t, c, 1, Hooks{})
		for _, size := range []int{2, 3, 8} {
			most := 0 // images of a batch that the last rank had at once
			fewest := 2 * c.Batch
			var all sync.WaitGroup
			for rank, group := range parallel.NewLocal[float32](size) {
				kernels := sets.Fast(t)
				all.Go(func() {
					var trainer *trainer
					var now time.Duration
					clock := func() time.Duration {
						// Each look finds it as much later as the rank is slow.
						speed := time.Duration(1)
						if late := trainer != nil && len(trainer.result.Epochs) >= 3; late == (rank == size-1) {
							speed = 20
						}
						now += speed * time.Millisecond
						return now
					}
					var err error
					trainer, err = newTrainer(c, 1, pairs, pairs, Options{Kernels: kernels, Group: group, Clock: clock})
					if err != nil {
						t.Error(err)
						return
					}
					for len(trainer.result.Epochs) < c.Epochs {
						if err := trainer.epoch(); err != nil {
							t.Error(err)
							return
						}
						if rank == size-1 {
							images := 0
							for digit := range 2 {
								lo, hi := trainer.net.Images(digit, c.Batch)
								images += hi - lo
							}
							most, fewest = max(most, images), min(fewest, images)
						}
					}
					if got := trainer.model.Digest(); got != want.Digest || fmt.Sprint(trainer.result.Epochs) != fmt.Sprint(want.Epochs) {
						t.Errorf("%+v, rank %d of %d: digest %.8s, want %.8s", c, rank, size, got, want.Digest)
					}
				})
			}
			all.Wait()
			if size < parallel.Chunks && most <= fewest {
				t.Errorf("%+v, %d ranks: the last had %d images of a batch at least and %d at most", c, size, fewest, most)
			}
		}
	}
}

// long is c with so many parameters that no rank finishes the gradients of all.
func long(c Config) Config {
	c.Model.FC = 160
	return c
}

// practised is c with all that the tuned preset may switch on.
func practised(c Config) Config {
	c.Recombine, c.Swap = true, true
	c.Augment = Augment{Shift: 1, Shear: 0.2, Noise: 0.3}
	c.Model.LogitReLU, c.Model.Soft = false, true
	c.Optim.Schedule, c.Optim.Warmup = optim.Cosine, 0.2
	c.Optim.WeightDecay, c.Optim.Decoupled = 0.01, true
	return c
}

// sameRun says whether two runs have the same bits after the same epochs.
func sameRun(a, b Result) bool {
	return a.Digest == b.Digest && fmt.Sprint(a.Epochs) == fmt.Sprint(b.Epochs)
}

// runGroup makes a run by so many ranks, by clocks of theirs if any are given.
func runGroup(t *testing.T, c Config, pairs model.Pairs, size int, clocks ...func() time.Duration) []Result {
	t.Helper()
	results := make([]Result, size)
	errs := make(chan error, size)
	for rank, group := range parallel.NewLocal[float32](size) {
		o := Options{Kernels: sets.Fast(t), Group: group}
		if len(clocks) > 0 {
			o.Clock = clocks[rank]
		}
		go func() {
			r, _, err := Run(c, 1, pairs, pairs, o)
			results[rank] = r
			errs <- err
		}()
	}
	for range size {
		if err := <-errs; err != nil {
			t.Fatalf("%+v of %d pairs, %d ranks: %v", c, pairs.N, size, err)
		}
	}
	return results
}

// TestWaitingForRanksIsNotTraining has a rank come late, by much more than the
// training takes.
func TestWaitingForRanksIsNotTraining(t *testing.T) {
	const late = 2 * time.Second
	pairs := digits(t)
	results := make([]Result, 2)
	errs := make(chan error, 2)
	for rank, group := range parallel.NewLocal[float32](2) {
		kernels := sets.Fast(t)
		go func() {
			if rank == 1 {
				time.Sleep(late)
			}
			r, _, err := Run(quick(model.Siamese2), 1, pairs, pairs, Options{Kernels: kernels, Group: group})
			results[rank] = r
			errs <- err
		}()
	}
	for range results {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if s := results[0].Seconds; s <= 0 || s >= late.Seconds() {
		t.Errorf("%.3f s of training, want more than 0 and less than the %v that another rank was late", s, late)
	}
}

func TestStoppedGroupEndsTheRun(t *testing.T) {
	pairs := digits(t)
	ranks := parallel.NewLocal[float32](2)
	c := quick(model.Siamese2)
	errs := make(chan error, 2)
	for rank, group := range ranks {
		kernels := sets.Fast(t)
		go func() {
			_, _, err := Run(c, 1, pairs, pairs, Options{Kernels: kernels, Group: group, Hooks: Hooks{
				Step: func(p Progress) error {
					if rank == 0 && p.Batch == 3 {
						group.Stop(parallel.ErrStopped)
						return parallel.ErrStopped
					}
					return nil
				},
			}})
			errs <- err
		}()
	}
	for range ranks {
		if err := <-errs; !errors.Is(err, parallel.ErrStopped) {
			t.Errorf("error %v, want %v", err, parallel.ErrStopped)
		}
	}
}

// TestResumedRunSameBits interrupts a run after every epoch, keeps nothing
// but the saved bytes, and goes on with another number of ranks each time.
func TestResumedRunSameBits(t *testing.T) {
	pairs := digits(t)
	var configs []Config
	for _, o := range []optim.Config{
		{Kind: optim.SGDKind, Rate: 0.1},
		{Kind: optim.SGDKind, Rate: 0.05, Momentum: 0.9},
		{Kind: optim.AdamKind, Rate: 1e-3},
	} {
		c := quick(model.Siamese10)
		c.Optim, c.Epochs = o, 4
		configs = append(configs, c)
	}
	shuffled := configs[0]
	shuffled.Shuffle, shuffled.Swap = true, true
	configs = append(configs, shuffled, practised(configs[2]))
	sliced := long(quick(model.Baseline))
	sliced.Optim, sliced.Epochs = configs[2].Optim, 4
	configs = append(configs, sliced)
	for _, c := range configs {
		want := mustRun(t, c, 1, Hooks{})
		var saved []byte
		for epoch := 1; epoch <= c.Epochs; epoch++ { // also after the last
			saved = interrupt(t, c, pairs, saved, epoch)
		}
		got, _, err := Run(c, 1, pairs, pairs, Options{Kernels: sets.Fast(t), Resume: decode(t, saved)})
		if err != nil {
			t.Fatal(err)
		}
		if !sameRun(got, want) {
			t.Errorf("%+v: resumed run ends with %.8s after %v, want %.8s after %v", c, got.Digest, got.Epochs, want.Digest, want.Epochs)
		}
	}
}

var errInterrupted = errors.New("interrupted")

// interrupt resumes from saved, on as many ranks as the epoch's number, and
// stops after that epoch; it returns what the first rank saved.
func interrupt(t *testing.T, c Config, pairs model.Pairs, saved []byte, epoch int) []byte {
	t.Helper()
	var out []byte
	done := make(chan error, epoch)
	for rank, group := range parallel.NewLocal[float32](epoch) {
		kernels := sets.Fast(t)
		go func() {
			o := Options{Kernels: kernels, Group: group, Hooks: Hooks{
				State: func(_ *model.Model[float32], save func() (*State, error)) error {
					if rank == 0 {
						s, err := save()
						if err != nil {
							return err
						}
						if out, err = s.Encode(); err != nil {
							return err
						}
					}
					return errInterrupted
				},
			}}
			if saved != nil {
				o.Resume = decode(t, saved)
			}
			_, _, err := Run(c, 1, pairs, pairs, o)
			done <- err
		}()
	}
	for range epoch {
		if err := <-done; !errors.Is(err, errInterrupted) {
			t.Fatalf("epoch %d: error %v", epoch, err)
		}
	}
	return out
}

func decode(t *testing.T, b []byte) *State {
	t.Helper()
	s, err := DecodeState(b)
	if err != nil {
		t.Error(err)
	}
	return s
}

func TestStateOfAnotherRunIsRefused(t *testing.T) {
	pairs := digits(t)
	saved := interrupt(t, quick(model.Siamese10), pairs, nil, 1)
	for name, change := range map[string]func(*Config){
		"network":   func(c *Config) { c.Model = model.Paper(model.Baseline) },
		"widths":    func(c *Config) { c.Model.Ch1++ },
		"optimiser": func(c *Config) { c.Optim = optim.Config{Kind: optim.AdamKind, Rate: 1} },
		"batchnorm": func(c *Config) { c.Model.BatchNorm = false },
	} {
		c := quick(model.Siamese10)
		change(&c)
		if _, _, err := Run(c, 1, pairs, pairs, Options{Kernels: sets.Fast(t), Resume: decode(t, saved)}); err == nil {
			t.Errorf("another %s: resumed without an error", name)
		}
	}
	for name, change := range map[string]func(*State){
		"no epochs":       func(s *State) { s.Epochs = nil },
		"no steps":        func(s *State) { s.Steps = 0 },
		"too many steps":  func(s *State) { s.Steps += 999 },
		"other pairs":     func(s *State) { s.Trained++ },
		"time before 0":   func(s *State) { s.Seconds = -1 },
		"progress of one": func(s *State) { s.progress = progress{} },
	} {
		s := decode(t, saved)
		change(s)
		if _, _, err := Run(quick(model.Siamese10), 1, pairs, pairs, Options{Kernels: sets.Fast(t), Resume: s}); !errors.Is(err, ErrState) {
			t.Errorf("%s: error %v, want ErrState", name, err)
		}
	}
}

// The state of the widest network, with Adam's moments, is read back.
func TestTheLargestStateIsRead(t *testing.T) {
	c := quick(model.Baseline)
	c.Optim = optim.Config{Kind: optim.AdamKind, Rate: 1e-3}
	c.Model.Ch1, c.Model.Ch2, c.Model.FC = 256, 256, 1024
	n := c.Model.Parameters()
	s := &State{tensors: map[string]safetensors.Tensor{
		"parameters":  safetensors.FromFloat32(make([]float32, n), n),
		"optimizer.0": safetensors.FromFloat32(make([]float32, n), n),
		"optimizer.1": safetensors.FromFloat32(make([]float32, n), n),
	}}
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeState(b); err != nil {
		t.Errorf("%d bytes: %v", len(b), err)
	}
}

// 7 of 10 right are 0.7, in whatever batches, though the fractions of batches
// are float32s.
func TestAccuracyIsTheShareOfRightAnswers(t *testing.T) {
	for _, batch := range []int{10, 70, 100, 1000} {
		var m mean
		for range 1000 / batch * 7 {
			m.add(0, float64(float32(0.7)), batch)
		}
		if got := m.accuracy(); got != 0.7 {
			t.Errorf("batches of %d: %v, want 0.7", batch, got)
		}
	}
}
