package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// errYielded ends a run after an epoch because it was told to yield.
var errYielded = errors.New("app: the run yielded")

// stateEvery is the least time between two states of a run that the page is
// given, where epochs are shorter.
const stateEvery = time.Second

// run is a run in a worker, or the worker's part of one.
type run struct {
	task    protocol.Train
	kernels kernel.Set[float32]
	group   parallel.Group[float32] // nil: the worker makes the run alone
	resume  []byte                  // the sealed state to go on from, nil at the start
	epochs  int                     // made
	hold    *hold
	news    *outbox
	between func() (time.Duration, error)                      // as in train.Hooks
	keep    func(epoch int, sealed []byte, first layers) error // takes the state after an epoch, and what layers go with it
	outcome protocol.Outcome                                   // that goes with it
	thrift  thrift                                             // about keeping
}

// speaks says whether this worker tells how the run goes.
func (r *run) speaks() bool { return r.task.Team == nil || r.task.Team.Rank == 0 }

// event is an event of this run.
func (r *run) event(kind experiment.EventKind) experiment.Event {
	return experiment.Event{Kind: kind, Model: r.task.Run.Model, Round: r.task.Run.Round}
}

// make draws the run's pairs from the store and trains.
func (r *run) make(store *data.Store) error {
	drawn, drawnTest, err := draw(r.task, store)
	if err != nil {
		return err
	}
	r.thrift.least = stateEvery
	r.outcome.Mean, r.outcome.Std = drawn.Mean, drawn.Std
	state, err := r.restore()
	if err != nil {
		return err
	}
	hooks := train.Hooks{Between: r.between}
	if r.speaks() {
		if err := r.begin(state); err != nil {
			return err
		}
		hooks.Step, hooks.Epoch, hooks.State = r.step, r.epoch, r.save
	}
	work := r.task.Run
	result, _, err := train.Run(work.Config, work.Seed, pairsOf(drawn), pairsOf(drawnTest), train.Options{
		Kernels: r.kernels, Group: r.group, Resume: state, Hooks: hooks,
	})
	if err != nil || !r.speaks() {
		return err
	}
	done := r.event(experiment.DoneEvent)
	done.Result = &result
	if err := r.news.add(done); err != nil {
		return err
	}
	return r.news.flush()
}

// restore opens the state to go on from, if there is one.
func (r *run) restore() (*train.State, error) {
	if r.resume == nil {
		return nil, nil
	}
	_, b, ok := keep.Open(r.resume)
	if !ok {
		return nil, fmt.Errorf("%w: it is damaged", train.ErrState)
	}
	return train.DecodeState(b)
}

// begin says that the run begins, and tells again what is behind it.
func (r *run) begin(state *train.State) error {
	start := r.event(experiment.StartEvent)
	start.Parameters = r.task.Run.Config.Model.Parameters()
	if state != nil {
		start.EpochNumber = state.Epoch()
	}
	if err := r.news.add(start); err != nil {
		return err
	}
	if state == nil {
		return nil
	}
	for i, epoch := range state.Epochs {
		if err := r.epoch(i+1, epoch); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) step(p train.Progress) error {
	e := r.event(experiment.ProgressEvent)
	e.Progress = &p
	return r.news.add(e)
}

func (r *run) epoch(number int, epoch train.Epoch) error {
	r.epochs = number
	e := r.event(experiment.EpochEvent)
	e.Epoch, e.EpochNumber = &epoch, number
	return r.news.add(e)
}

// save hands the state after an epoch on, when it can be afforded, and ends the
// run if it is to yield.
func (r *run) save(m *model.Model[float32], save func() (*train.State, error)) error {
	begun, yields := time.Now(), r.hold.yielding()
	first, err := inspect.EncodeLayer(m)
	if err != nil {
		return err
	}
	r.news.layer(r.epochs, first)
	last := r.epochs == r.task.Run.Config.Epochs
	if !last && !yields && !r.thrift.affords(begun) {
		return nil
	}
	defer func() { r.thrift.spent(begun, time.Now()) }()
	state, err := save()
	if err != nil {
		return err
	}
	b, err := state.Encode()
	if err != nil {
		return err
	}
	r.outcome.Accuracy = state.Epochs[r.epochs-1].TestAccuracy
	if err := r.keep(r.epochs, keep.Seal(uint64(r.epochs), b), r.news.takeLayers()); err != nil {
		return err
	}
	if yields && !last {
		if err := r.news.flush(); err != nil {
			return err
		}
		return errYielded
	}
	return nil
}

// draw draws and standardises the pairs of a run's round.
func draw(t protocol.Train, store *data.Store) (trainPairs, testPairs data.Pairs, err error) {
	trainSet, testSet, err := store.Images(t.Pool)
	if err != nil {
		return
	}
	trainPairs, testPairs, err = data.Draw(t.Run.Seed, trainSet, testSet, t.Pairs)
	if err != nil {
		return
	}
	if err = trainPairs.Standardise(); err != nil {
		return
	}
	return trainPairs, testPairs, testPairs.Standardise()
}

func pairsOf(p data.Pairs) model.Pairs {
	return model.Pairs{N: p.N, X: p.X, Target: p.Target, Digits: p.Digits}
}
