package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/group"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// Start begins an experiment.
func (c *controller) Start(config experiment.Config) error {
	if err := config.Check(); err != nil {
		return err
	}
	config.Views = experiment.Views{}
	return c.begin(newPlan(config, nil))
}

// retry goes on with the experiment that failed, or, if it could not even
// begin, tries to begin it again.
func (c *controller) retry() error {
	c.mu.Lock()
	p := c.failed
	c.mu.Unlock()
	if p != nil {
		return c.begin(*p)
	}
	config, err := c.page.Config()
	if err != nil {
		return err
	}
	return c.Start(config)
}

// begin begins an experiment, or goes on with one. A failed one that is not
// this is given up.
func (c *controller) begin(p plan) error {
	config := p.record.Config
	kernels, _ := c.can.usable(config.Kernels)
	stop, again, err := c.claim(&p)
	if err != nil {
		return err
	}
	workers := c.workers(config.Workers)
	env := c.env
	env.Kernels, env.Workers = kernels, workers
	c.crew.setPaused(false)
	c.meet(config, workers)
	c.scheduler.SetWorkers(workers)
	if p.set != nil {
		c.page.BeginTrials(p.set, env)
	} else {
		c.page.Begin(config, env)
		c.asker.begin(config, again)
		for _, f := range p.record.Done {
			c.page.Apply(f.event())
		}
		c.asker.resumed(p, kernels)
	}
	c.page.Machine(c.machine(config, config.Workers))
	c.events.tellValue("state", map[string]any{"state": string(state.Running)})
	go c.see(stop, p, kernels)
	return nil
}

// claim makes p the experiment in hand, unless there is one. It says whether p
// is the one that was in hand before, which goes on again.
func (c *controller) claim(p *plan) (stop *cancel.Signal, again bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		return nil, false, errBusy
	}
	again = p.keeper != nil && p.keeper == c.keeper
	if f := c.failed; f != nil && f.keeper != nil && f.keeper != p.keeper {
		f.keeper.forget()
	}
	if p.keeper == nil {
		p.keeper = newKeeper(c.vault, *p)
	}
	c.stop, c.failed, c.keeper, c.phase = cancel.New(), nil, p.keeper, state.Running
	return c.stop, again, nil
}

// A large search has tens of thousands of runs.
const (
	jobsAtOnce   = 500 // are handed to the scheduler
	jobsUnpaused = 50  // are made in a few milliseconds
)

// jobs make the next runs of a plan, none at its end.
func (c *controller) jobs(p plan, next func() (task, bool), kernels string) []*job {
	// With a run on each worker; see teamwork.request for a team's.
	interval := c.workers(p.record.Config.Workers) * int(messageInterval/time.Millisecond)
	var jobs []*job
	for i := range jobsAtOnce {
		if i%jobsUnpaused == jobsUnpaused-1 {
			_ = c.pause() // if it fails, all is made at once
		}
		t, ok := next()
		if !ok {
			break
		}
		j := &job{task: t, train: protocol.Train{
			Run: t.run(), Pairs: t.pairs, Pool: t.pool, Kernels: kernels, Interval: interval,
		}}
		if s, kept := p.states[t.key()]; kept {
			j.epoch, j.state = s.epoch, s.sealed
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// see sees an experiment to its end.
func (c *controller) see(stop *cancel.Signal, p plan, kernels string) {
	_ = c.pause() // the page shows the beginning first; if it fails, all goes on at once
	jobs, err := c.train(stop, p, kernels)
	if err == nil && p.set == nil {
		_ = c.pause()
		c.page.ShowNetworks(c.pause) // which takes as long as showing all else at the end
		_ = c.pause()
	}
	failed := err != nil && stop.Err() == nil
	c.mu.Lock()
	c.stop = nil
	if failed {
		rest := p.keeper.rest(jobs)
		if len(rest.record.Done) == 0 && len(rest.states) == 0 {
			// There is nothing to go on with, nor to offer at the next visit.
			p.keeper.forget()
			rest = newPlan(p.record.Config, p.set)
		}
		c.failed = &rest
	}
	c.mu.Unlock()
	if failed {
		c.fail(err)
		return
	}
	// Who listens to the events may begin the next one at once.
	var event string
	var outcome []byte
	if p.set != nil {
		event, outcome = "trials", c.trialsJSON(p.set)
		p.keeper.forget()
	} else {
		event, outcome = "done", c.resultJSON()
		c.shelf.keep(p.id, p.keeper.forget)
	}
	c.setPhase(state.Done)
	c.events.tell(event, outcome)
}

// train fetches the images and makes all runs. It returns the jobs that were
// last in hand.
func (c *controller) train(stop *cancel.Signal, p plan, kernels string) (jobs []*job, err error) {
	manifest, shards, err := c.packs.fetch(stop, p.record.pool(p.set), c.pause, func(progress experiment.DataProgress) {
		e := experiment.Event{Kind: experiment.DataEvent, Data: &progress}
		if p.set != nil {
			c.page.ApplyTrial("", e)
		} else {
			c.page.Apply(e)
		}
	})
	next, enough := iter.Pull(p.record.tasks(p.set))
	defer enough()
	for {
		jobs = c.jobs(p, next, kernels)
		if err != nil || len(jobs) == 0 {
			return jobs, err
		}
		for _, j := range jobs {
			j.manifest, j.shards = manifest, shards
		}
		if err = c.scheduler.Do(stop, jobs); err != nil {
			return jobs, err
		}
	}
}

// meet sets how workers that share a run meet.
func (c *controller) meet(config experiment.Config, workers int) {
	c.crew.meetBy(group.Transport(config.Transport), c.env.Isolated, workers <= c.cores)
}

// machine is what trains an experiment, with the workers' setting as it is now.
func (c *controller) machine(config experiment.Config, setting int) text.Machine {
	kernels, lacking := c.can.usable(config.Kernels)
	return text.Machine{
		Workers: c.workers(setting), Kernels: kernels, Lacking: lacking,
		Shared: c.env.Isolated && group.Transport(config.Transport) != group.PortsKind,
	}
}

// inHand is the keeper of the experiment in hand.
func (c *controller) inHand() *keeper {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keeper
}

func (c *controller) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stop != nil
}

// workers is the number of workers that the setting stands for.
func (c *controller) workers(setting int) int {
	if setting > 0 {
		return setting
	}
	f := experiment.FieldByName("workers")
	return min(max(c.cores, 1), int(f.Max))
}

// SetWorkers changes the number of workers of the experiment in hand, from
// the end of an epoch on.
func (c *controller) SetWorkers(n int) error {
	f := experiment.FieldByName("workers")
	if float64(n) < f.Min || float64(n) > f.Max {
		return fmt.Errorf("app: workers %d: want %s", n, f.Range())
	}
	if c.busy() {
		config := c.inHand().config()
		c.meet(config, c.workers(n))
		c.scheduler.SetWorkers(c.workers(n))
		c.page.Machine(c.machine(config, n))
	}
	return nil
}
