// Package train makes one run: a network trained on pairs from a seed, epoch
// by epoch, to a [Result]. The same configuration, seed and pairs give the
// same bits, on any number of ranks, interrupted and resumed or not. It knows
// nothing of browsers or workers: what happens between two steps (yielding,
// pausing, progress) is the caller's hook.
//
// It imports model, optim, parallel and kernel. Start reading at [Run].
package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
)

// Run trains c from seed on the training pairs and evaluates it on the test
// pairs after every epoch. It stops early if the loss is no longer finite
// (Result.Diverged), a hook returns an error, or the group fails.
func Run(c Config, seed uint64, trainSet, testSet model.Pairs, o Options) (Result, *model.Model[float32], error) {
	t, err := newTrainer(c, seed, trainSet, testSet, o)
	if err != nil {
		return Result{}, nil, err
	}
	t.assemble()
	for len(t.result.Epochs) < c.Epochs && t.result.Diverged == 0 {
		if err := t.epoch(); err != nil {
			return Result{}, nil, err
		}
	}
	t.result.Digest = t.model.Digest()
	return t.result, t.model, nil
}

// Options say how and where a run is made; they do not change its result.
type Options struct {
	Kernels kernel.Set[float32]
	Group   parallel.Group[float32] // nil: a single rank
	Resume  *State                  // nil: from the start
	Hooks   Hooks

	// Clock is what the ranks' speeds are told by: the time since some moment. nil
	// is the time itself.
	Clock func() time.Duration
}

// Hooks are called between steps; each may be nil. An error that a hook
// returns stops the run, and Run returns it.
type Hooks struct {
	Step  func(Progress) error            // after every batch
	Epoch func(number int, e Epoch) error // after every epoch's evaluation, number from 1

	// State is called after Epoch with the network as it is then; save makes a
	// copy of all that the run can be resumed from.
	State func(m *model.Model[float32], save func() (*State, error)) error

	// Between is called many times a batch, in training and in evaluation
	// (see autograd's Tape.SetBetween): it is where a run yields and waits.
	// For how long it did is not counted as training.
	Between func() (idle time.Duration, err error)
}

// initStream is the PCG stream that initial parameters are drawn from. Each
// network has its own, so that leaving one out changes no other.
func initStream(k model.Kind) uint64 {
	const first = 0x70616972_00000000
	return first + uint64(slices.Index(model.Kinds[:], k))
}

// NewModel makes the network of a run, with its seed's initial parameters.
func NewModel(c model.Config, seed uint64) (*model.Model[float32], error) {
	return model.New[float32](c, rand.New(rand.NewPCG(seed, initStream(c.Kind))))
}

type trainer struct {
	config      Config
	hooks       Hooks
	model       *model.Model[float32]
	net         *model.Net[float32]
	optimizer   *optim.Optimizer[float32]
	train, test *sampler
	elapsed     time.Duration // training only
	idle        time.Duration // in the hook between chunks
	trained     int           // pairs so far
	result      Result
}

func newTrainer(c Config, seed uint64, trainSet, testSet model.Pairs, o Options) (*trainer, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	for _, p := range []model.Pairs{trainSet, testSet} {
		if err := p.Check(); err != nil {
			return nil, err
		}
	}
	m, err := NewModel(c.Model, seed)
	if err != nil {
		return nil, err
	}
	if o.Group == nil {
		o.Group = parallel.Solo[float32]{}
	}
	batch := min(c.Batch, max(trainSet.N, testSet.N))
	steps := c.Epochs * c.batches(trainSet.N)
	t := &trainer{
		config: c, hooks: o.Hooks, model: m,
		net:       m.Record(o.Kernels, o.Group, batch),
		optimizer: optim.New(c.Optim, m.Params, o.Kernels.Elementwise(), steps),
		train:     newSampler(c, seed, trainSet), test: newSampler(Config{}, seed, testSet),
		result: Result{Seed: seed, Epochs: make([]Epoch, 0, c.Epochs)},
	}
	if between := o.Hooks.Between; between != nil {
		t.net.Tape.SetBetween(func() (time.Duration, error) {
			idle, err := between()
			t.idle += idle
			return idle, err
		})
	}
	if o.Group.Size() > 1 {
		if o.Clock == nil {
			begun := time.Now()
			o.Clock = func() time.Duration { return time.Since(begun) }
		}
		t.net.Tape.SetClock(o.Clock)
	}
	if o.Resume != nil {
		if err := t.restore(o.Resume); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// assemble returns when all ranks are ready to train. A rank whose kernels are
// new is ready later, and waiting for it is not training.
func (t *trainer) assemble() { t.net.Tape.Meet() }

// epoch trains one pass over the pairs and evaluates it.
func (t *trainer) epoch() error {
	number := len(t.result.Epochs) + 1
	var sum mean
	pairs := t.train.pairs.N
	batches := t.config.batches(pairs)
	t.train.start(number - 1)
	for b := range batches {
		start, idle := time.Now(), t.idle
		from := b * t.config.Batch
		n := min(t.config.Batch, pairs-from)
		loss, accuracy := t.step(from, n)
		t.elapsed += time.Since(start) - (t.idle - idle)
		t.trained += n
		if err := t.net.Tape.Err(); err != nil {
			return err
		}
		if !finite(loss) {
			return t.diverged(number)
		}
		sum.add(loss, accuracy, n)
		if t.hooks.Step != nil {
			err := t.hooks.Step(Progress{
				Epoch: number, Epochs: t.config.Epochs, Batch: b + 1, Batches: batches,
				Loss: sum.loss(), Accuracy: sum.accuracy(),
				Seconds: t.elapsed.Seconds(), PairsPerSecond: t.speed(),
			})
			if err != nil {
				return err
			}
		}
	}
	testLoss, testAccuracy, err := t.evaluate(t.test)
	if err != nil {
		return err
	}
	if !finite(testLoss) {
		return t.diverged(number)
	}
	return t.endEpoch(Epoch{
		TrainLoss: sum.loss(), TrainAccuracy: sum.accuracy(),
		TestLoss: testLoss, TestAccuracy: testAccuracy,
	})
}

func (t *trainer) endEpoch(e Epoch) error {
	r := &t.result
	r.Epochs = append(r.Epochs, e)
	r.TestAccuracy, r.TrainAccuracy = e.TestAccuracy, e.TrainAccuracy
	r.Seconds, r.PairsPerSecond = t.elapsed.Seconds(), t.speed()
	if t.hooks.Epoch != nil {
		if err := t.hooks.Epoch(len(r.Epochs), e); err != nil {
			return err
		}
	}
	// Ranks keep an optimiser's moments for their own slices only; what is
	// saved, or another number of ranks goes on from, is the whole.
	for _, m := range t.optimizer.Moments() {
		t.net.Tape.Share(m)
	}
	if t.hooks.State != nil {
		return t.hooks.State(t.model, t.save)
	}
	return nil
}

func (t *trainer) diverged(epoch int) error {
	t.result.Diverged = epoch
	t.result.Seconds, t.result.PairsPerSecond = t.elapsed.Seconds(), t.speed()
	return nil
}

func (t *trainer) speed() float64 {
	if t.elapsed <= 0 {
		return 0
	}
	return float64(t.trained) / t.elapsed.Seconds()
}

// step trains on the n pairs from the epoch's pair from on, and returns their
// mean loss and accuracy.
func (t *trainer) step(from, n int) (loss, accuracy float64) {
	t.train.load(t.net, from, n)
	t.net.Tape.Forward(n, true)
	t.net.Tape.Backward()
	if t.net.Tape.Err() != nil {
		return 0, 0
	}
	t.optimizer.Step(t.net.Tape.Slice())
	t.net.Tape.Share(t.model.Params.Data)
	t.model.Params.Changed()
	return float64(t.net.Tape.Total()), float64(t.net.Accuracy.Value)
}

// evaluate returns the mean loss and accuracy on running statistics.
func (t *trainer) evaluate(s *sampler) (loss, accuracy float64, err error) {
	var sum mean
	for from := 0; from < s.pairs.N; from += t.net.Tape.MaxBatch() {
		n := min(t.net.Tape.MaxBatch(), s.pairs.N-from)
		s.load(t.net, from, n)
		t.net.Tape.Forward(n, false)
		if err := t.net.Tape.Err(); err != nil {
			return 0, 0, err
		}
		sum.add(float64(t.net.Tape.Total()), float64(t.net.Accuracy.Value), n)
	}
	return sum.loss(), sum.accuracy(), nil
}

// mean is of loss and accuracy over batches of different sizes.
type mean struct {
	lossSum, right float64
	n              int
}

func (m *mean) add(loss, accuracy float64, n int) {
	m.lossSum += loss * float64(n)
	m.right += math.Round(accuracy * float64(n)) // the fraction was rounded
	m.n += n
}

func (m *mean) loss() float64     { return m.lossSum / float64(m.n) }
func (m *mean) accuracy() float64 { return m.right / float64(m.n) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
