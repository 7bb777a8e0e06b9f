// Package pool makes runs side by side on a few trainers, each of which takes
// the next run as soon as it is done with one. It knows nothing of browsers:
// what a trainer and a job are, its user says.
package pool

import (
	"sync"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/cancel"
)

// A Trainer makes one run at a time, as a job of type J asks.
type Trainer[J any] interface {
	// Train makes a run and reports what happens in it; it returns after the
	// trainer is done with it. When stop is set the run is given up; the trainer
	// can then make another, if it is alive. After any other error it is not
	// used again.
	Train(stop *cancel.Signal, job J, report func(experiment.Event)) error
	// Pause holds the run between two steps; Resume lets it go on. A pause
	// holds for the runs that come after it too.
	Pause()
	Resume()
	// Alive says whether the trainer can still be used.
	Alive() bool
	// Close ends the trainer and what it is doing.
	Close()
}

// A Pool keeps trainers from one call of [Pool.Do] to the next. Its methods
// may be called from any goroutine; Do is for one at a time.
type Pool[J any] struct {
	create func() (Trainer[J], error)

	mu     sync.Mutex
	paused bool
	idle   []Trainer[J]
	busy   map[Trainer[J]]struct{}
}

// New makes a pool whose trainers create makes as they are needed.
func New[J any](create func() (Trainer[J], error)) *Pool[J] {
	return &Pool[J]{create: create, busy: map[Trainer[J]]struct{}{}}
}

// Do makes a run of each job, in their order, on at most workers trainers, and
// returns when none is going on any more. The first error ends it: the runs in
// hand are given up, the rest are not started. report is never called by two
// goroutines at once, and not after Do has returned.
func (p *Pool[J]) Do(stop *cancel.Signal, jobs []J, workers int, report func(experiment.Event)) error {
	stop, release := stop.Child()
	defer release()
	queue := make(chan J, len(jobs))
	for _, job := range jobs {
		queue <- job
	}
	close(queue)

	var reporting sync.Mutex
	oneByOne := func(e experiment.Event) {
		reporting.Lock()
		defer reporting.Unlock()
		report(e)
	}
	var all sync.WaitGroup
	for range min(max(workers, 1), len(jobs)) {
		all.Go(func() {
			if err := p.drain(stop, queue, oneByOne); err != nil {
				stop.Set(err)
			}
		})
	}
	all.Wait()
	return stop.Err()
}

// drain makes the queue's runs on one trainer until none is left.
func (p *Pool[J]) drain(stop *cancel.Signal, queue <-chan J, report func(experiment.Event)) error {
	if stop.Err() != nil {
		return nil
	}
	trainer, err := p.take()
	if err != nil {
		return err
	}
	for job := range queue {
		if stop.Err() != nil {
			break
		}
		if err := trainer.Train(stop, job, report); err != nil && stop.Err() == nil {
			p.drop(trainer)
			return err
		}
	}
	p.put(trainer)
	return nil
}

func (p *Pool[J]) take() (Trainer[J], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var trainer Trainer[J]
	for trainer == nil && len(p.idle) > 0 {
		last := len(p.idle) - 1
		if p.idle[last].Alive() {
			trainer = p.idle[last]
		}
		p.idle = p.idle[:last]
	}
	if trainer == nil {
		var err error
		if trainer, err = p.create(); err != nil {
			return nil, err
		}
	}
	p.busy[trainer] = struct{}{}
	if p.paused {
		trainer.Pause()
	} else {
		trainer.Resume()
	}
	return trainer, nil
}

func (p *Pool[J]) put(trainer Trainer[J]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, trainer)
	p.idle = append(p.idle, trainer)
}

func (p *Pool[J]) drop(trainer Trainer[J]) {
	p.mu.Lock()
	delete(p.busy, trainer)
	p.mu.Unlock()
	trainer.Close()
}

// Pause holds all runs, also those that are still to be started.
func (p *Pool[J]) Pause() { p.setPaused(true) }

// Resume lets all runs go on.
func (p *Pool[J]) Resume() { p.setPaused(false) }

func (p *Pool[J]) setPaused(paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = paused
	for trainer := range p.busy {
		if paused {
			trainer.Pause()
		} else {
			trainer.Resume()
		}
	}
}

// Trim closes idle trainers until at most n are left.
func (p *Pool[J]) Trim(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > n {
		last := len(p.idle) - 1
		p.idle[last].Close()
		p.idle = p.idle[:last]
	}
}
