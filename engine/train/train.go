// Package train makes one run: a network trained on pairs from a seed, epoch
// by epoch, to a [Result]. The same configuration, seed and pairs give the
// same bits. It knows nothing of browsers or workers: what happens between
// two steps (yielding, pausing, progress) is the caller's hook.
//
// It imports model, optim and kernel. Start reading at [Run].
package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// Check reports the first setting that no run can have.
func (c Config) Check() error {
	if err := c.Model.Check(); err != nil {
		return err
	}
	if err := c.Optim.Check(); err != nil {
		return err
	}
	if c.Batch < 1 || c.Epochs < 1 {
		return fmt.Errorf("train: batches of %d pairs for %d epochs: want 1 or more of each", c.Batch, c.Epochs)
	}
	return nil
}

// Hooks are called between steps; each may be nil. An error that a hook
// returns stops the run, and Run returns it.
type Hooks struct {
	Step  func(Progress) error            // after every batch
	Epoch func(number int, e Epoch) error // after every epoch's evaluation, number from 1
}

// initStream is the PCG stream that initial parameters are drawn from. Each
// network has its own, so that leaving one out changes no other.
func initStream(k model.Kind) uint64 {
	for i, kind := range model.Kinds {
		if kind == k {
			return 0x70616972_00000000 + uint64(i)
		}
	}
	return 0
}

// NewModel makes the network of a run, with its seed's initial parameters.
func NewModel(c model.Config, seed uint64) (*model.Model[float32], error) {
	return model.New[float32](c, rand.New(rand.NewPCG(seed, initStream(c.Kind))))
}

// Run trains c from seed on the training pairs and evaluates it on the test
// pairs after every epoch. It stops early if the loss is no longer finite
// (Result.Diverged) or a hook returns an error.
func Run(c Config, seed uint64, kernels kernel.Set[float32], trainSet, testSet model.Pairs, h Hooks) (Result, *model.Model[float32], error) {
	t, err := newTrainer(c, seed, kernels, trainSet, testSet)
	if err != nil {
		return Result{}, nil, err
	}
	for range c.Epochs {
		ok, err := t.epoch(h)
		if err != nil {
			return Result{}, nil, err
		}
		if !ok {
			break
		}
	}
	t.result.Digest = t.model.Digest()
	return t.result, t.model, nil
}

type trainer struct {
	config    Config
	model     *model.Model[float32]
	net       *model.Net[float32]
	optimizer *optim.Optimizer[float32]
	train     model.Pairs
	test      model.Pairs
	order     []int32 // of the training pairs
	testOrder []int32
	elapsed   time.Duration // training only
	trained   int           // pairs so far
	result    Result
}

func newTrainer(c Config, seed uint64, kernels kernel.Set[float32], trainSet, testSet model.Pairs) (*trainer, error) {
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
	return &trainer{
		config: c, model: m,
		net:       m.Record(kernels, min(c.Batch, max(trainSet.N, testSet.N))),
		optimizer: optim.New(c.Optim, m.Params, kernels.Elementwise()),
		train:     trainSet, test: testSet,
		order: identity(trainSet.N), testOrder: identity(testSet.N),
		result: Result{Seed: seed, Epochs: make([]Epoch, 0, c.Epochs)},
	}, nil
}

func identity(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

// epoch trains one pass and evaluates it; ok is false if the run diverged.
func (t *trainer) epoch(h Hooks) (ok bool, err error) {
	number := len(t.result.Epochs) + 1
	var sum mean
	batches := (t.train.N + t.config.Batch - 1) / t.config.Batch
	for b := range batches {
		start := time.Now()
		rows := t.order[b*t.config.Batch : min((b+1)*t.config.Batch, t.train.N)]
		loss, accuracy := t.step(rows)
		t.elapsed += time.Since(start)
		t.trained += len(rows)
		if !finite(loss) {
			t.diverged(number)
			return false, nil
		}
		sum.add(loss, accuracy, len(rows))
		if h.Step != nil {
			p := Progress{
				Epoch: number, Epochs: t.config.Epochs, Batch: b + 1, Batches: batches,
				Loss: sum.loss(), Accuracy: sum.accuracy(),
				Seconds: t.elapsed.Seconds(), PairsPerSecond: t.speed(),
			}
			if err := h.Step(p); err != nil {
				return false, err
			}
		}
	}
	testLoss, testAccuracy := t.evaluate(t.test, t.testOrder)
	if !finite(testLoss) {
		t.diverged(number)
		return false, nil
	}
	e := Epoch{
		TrainLoss: sum.loss(), TrainAccuracy: sum.accuracy(),
		TestLoss: testLoss, TestAccuracy: testAccuracy,
	}
	r := &t.result
	r.Epochs = append(r.Epochs, e)
	r.TestAccuracy, r.TrainAccuracy = e.TestAccuracy, e.TrainAccuracy
	r.Seconds, r.PairsPerSecond = t.elapsed.Seconds(), t.speed()
	if h.Epoch != nil {
		return true, h.Epoch(number, e)
	}
	return true, nil
}

func (t *trainer) diverged(epoch int) {
	t.result.Diverged = epoch
	t.result.Seconds, t.result.PairsPerSecond = t.elapsed.Seconds(), t.speed()
}

func (t *trainer) speed() float64 {
	if t.elapsed <= 0 {
		return 0
	}
	return float64(t.trained) / t.elapsed.Seconds()
}

// step trains on one batch and returns its mean loss and accuracy.
func (t *trainer) step(rows []int32) (loss, accuracy float64) {
	t.net.Load(t.train, rows)
	t.net.Tape.Forward(len(rows), true)
	t.net.Tape.Backward()
	t.optimizer.Step()
	return float64(t.net.Tape.Total()), float64(t.net.Accuracy.Value)
}

// evaluate returns the mean loss and accuracy on running statistics.
func (t *trainer) evaluate(p model.Pairs, order []int32) (loss, accuracy float64) {
	var sum mean
	for from := 0; from < p.N; from += t.net.Tape.MaxBatch() {
		rows := order[from:min(from+t.net.Tape.MaxBatch(), p.N)]
		t.net.Load(p, rows)
		t.net.Tape.Forward(len(rows), false)
		sum.add(float64(t.net.Tape.Total()), float64(t.net.Accuracy.Value), len(rows))
	}
	return sum.loss(), sum.accuracy()
}

// mean sums loss and accuracy over batches of different sizes.
type mean struct {
	lossSum, accuracySum float64
	n                    int
}

func (m *mean) add(loss, accuracy float64, n int) {
	m.lossSum += loss * float64(n)
	m.accuracySum += accuracy * float64(n)
	m.n += n
}

func (m *mean) loss() float64     { return m.lossSum / float64(m.n) }
func (m *mean) accuracy() float64 { return m.accuracySum / float64(m.n) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
