package main

import (
	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// makeRun draws a run's pairs from the store, trains, and puts what happens
// into news. between is called between two steps; its error ends the run.
func makeRun(t protocol.Train, store *data.Store, kernels kernel.Set[float32], news *outbox, between func() error) error {
	run := t.Run
	event := func(kind experiment.EventKind) experiment.Event {
		return experiment.Event{Kind: kind, Model: run.Model, Round: run.Round}
	}
	trainPairs, testPairs, err := draw(t, store)
	if err != nil {
		return err
	}
	network, err := train.NewModel(run.Config.Model, run.Seed)
	if err != nil {
		return err
	}
	start := event(experiment.StartEvent)
	start.Parameters = len(network.Params.Data)
	if err := news.add(start); err != nil {
		return err
	}
	result, _, err := train.Run(run.Config, run.Seed, trainPairs, testPairs, train.Options{Kernels: kernels, Hooks: train.Hooks{
		Step: func(p train.Progress) error {
			e := event(experiment.ProgressEvent)
			e.Progress = &p
			if err := news.add(e); err != nil {
				return err
			}
			return between()
		},
		Epoch: func(number int, epoch train.Epoch) error {
			e := event(experiment.EpochEvent)
			e.Epoch, e.EpochNumber = &epoch, number
			return news.add(e)
		},
	}})
	if err != nil {
		return err
	}
	done := event(experiment.DoneEvent)
	done.Result = &result
	if err := news.add(done); err != nil {
		return err
	}
	return news.flush()
}

// draw draws and standardises the pairs of a run's round.
func draw(t protocol.Train, store *data.Store) (trainPairs, testPairs model.Pairs, err error) {
	trainSet, testSet, err := store.Sets(t.Pool)
	if err != nil {
		return
	}
	drawn, drawnTest, err := data.Draw(t.Run.Seed, trainSet, testSet, t.Pairs)
	if err != nil {
		return
	}
	if err = drawn.Standardise(); err != nil {
		return
	}
	if err = drawnTest.Standardise(); err != nil {
		return
	}
	return pairsOf(drawn), pairsOf(drawnTest), nil
}

func pairsOf(p data.Pairs) model.Pairs {
	return model.Pairs{N: p.N, X: p.X, Target: p.Target, Digits: p.Digits}
}
