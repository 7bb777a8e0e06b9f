package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

// second is how long each measurement lasts.
const second = time.Second

// stepper makes training steps on one batch, as train.Run does.
type stepper struct {
	net       *model.Net[float32]
	params    *autograd.Params[float32]
	optimizer *optim.Optimizer[float32]
	pairs     model.Pairs
	rows      []int32

	began        time.Time
	load, update int64 // ns, once the steps are taken apart
}

// measureStep measures the default preset's step, whole for a time, and then
// taken apart for as long.
func measureStep(set kernel.Set[float32], kind model.Kind, duration time.Duration) figures.Step {
	s := newStepper(set, kind)
	s.repeat(duration) // until the engine has made its best code
	step := figures.Step{Model: kind, Set: set.Name(), Batch: s.pairs.N}
	step.Plain, _ = s.repeat(duration)

	costs := autograd.Profile(s.net.Tape, s.now)
	s.load, s.update = 0, 0
	micros, n := s.repeat(duration)
	step.Micros = micros
	part := func(op, phase string, nanos int64) {
		p := figures.Part{Op: op, Phase: phase, Micros: float64(nanos) / 1e3 / float64(n)}
		p.Share = p.Micros / step.Micros
		step.Named += p.Share
		step.Parts = append(step.Parts, p)
	}
	part("load", "", s.load)
	for _, c := range costs {
		part(c.Op, string(c.Phase), c.Nanos)
	}
	part("update", "", s.update)
	return step
}

func newStepper(set kernel.Set[float32], kind model.Kind) *stepper {
	c, err := experiment.Defaults("")
	if err != nil {
		panic(err) // there is always a default preset
	}
	config := c.Train(kind)
	m, err := train.NewModel(config.Model, 1)
	if err != nil {
		panic(fmt.Errorf("the default preset's network: %w", err))
	}
	s := &stepper{
		net: m.Record(set, parallel.Solo[float32]{}, config.Batch), params: m.Params,
		optimizer: optim.New(config.Optim, m.Params, set.Elementwise(), 1<<30),
		pairs:     noise(config.Batch), rows: make([]int32, config.Batch),
		began: time.Now(),
	}
	for i := range s.rows {
		s.rows[i] = int32(i)
	}
	return s
}

// noise makes n pairs of noise with labels that fit.
func noise(n int) model.Pairs {
	rng := rand.New(rand.NewPCG(1, 0))
	p := model.Pairs{N: n, X: make([]float32, n*2*model.Side*model.Side), Target: make([]int32, n), Digits: make([]int32, 2*n)}
	for i := range p.X {
		p.X[i] = float32(rng.NormFloat64())
	}
	for i := range p.Target {
		left, right := rng.Int32N(model.Digits), rng.Int32N(model.Digits)
		p.Digits[2*i], p.Digits[2*i+1] = left, right
		if left <= right {
			p.Target[i] = 1
		}
	}
	return p
}

// now is a time in nanoseconds.
func (s *stepper) now() int64 { return int64(time.Since(s.began)) }

// repeat makes steps for a time, and returns their number and the µs of one.
func (s *stepper) repeat(duration time.Duration) (micros float64, n int) {
	start := s.now()
	for {
		s.step()
		n++
		if passed := s.now() - start; passed >= int64(duration) {
			return float64(passed) / 1e3 / float64(n), n
		}
	}
}

func (s *stepper) step() {
	start := s.now()
	s.net.Load(s.pairs, s.rows)
	s.load += s.now() - start
	s.net.Tape.Forward(s.pairs.N, true)
	s.net.Tape.Backward()
	start = s.now()
	s.optimizer.Step(s.net.Tape.Slice())
	s.net.Tape.Share(s.params.Data)
	s.params.Changed()
	s.update += s.now() - start
}
