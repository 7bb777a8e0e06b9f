package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/ui"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/group"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/schedule"
)

// messageInterval is the least time between two messages to the page, from all
// workers together: what a display shows.
const messageInterval = 50 * time.Millisecond

// errBusy is the answer to a start during an experiment.
var errBusy = errors.New("app: training is under way: stop it first")

// controller makes the experiments that the page or a script asks for, and
// tells both how they go.
type controller struct {
	page      *ui.Page
	packs     *downloads
	crew      *crew
	scheduler *schedule.Scheduler[*client, *job]
	cores     int // that the browser says it has
	env       experiment.Environment
	events    *listeners

	mu    sync.Mutex
	phase state.Phase
	last  experiment.Config // of the experiment in hand
	stop  *cancel.Signal    // ends it; nil while none is under way
}

// runPage is the program in a window. It does not return.
func runPage() error {
	started, err := boot()
	if err != nil {
		return err
	}
	modules := map[string]any{}
	for _, name := range []string{"module", "kernels"} {
		if modules[name], err = started.Get(name); err != nil {
			return err
		}
	}
	s, err := findSurroundings()
	if err != nil {
		return err
	}
	c := &controller{
		packs:  newDownloads(s.base),
		cores:  s.cores,
		env:    experiment.Environment{UserAgent: s.agent, Isolated: s.isolated},
		events: newListeners(),
	}
	script := s.base + "worker.js?v=" + version
	c.crew = &crew{
		newWorker: func() (*client, error) { return newClient(script, modules, c.packs) },
		report:    c.apply,
		lost:      c.recovering,
	}
	c.scheduler = schedule.New(c.crew, parallel.Chunks)
	if c.page, err = ui.New(c.handlers()); err != nil {
		return err
	}
	if err := c.publish(started); err != nil {
		return err
	}
	c.setPhase(state.Ready)
	if config, err := c.page.Config(); err == nil && config.Autostart {
		if err := c.Start(config); err != nil {
			c.fail(err)
		}
	}
	select {}
}

// handlers are what the page's buttons do.
func (c *controller) handlers() ui.Handlers {
	start := func(config experiment.Config) {
		if err := c.Start(config); err != nil && !errors.Is(err, errBusy) {
			c.fail(err)
		}
	}
	return ui.Handlers{
		Start: start,
		Pause: c.Pause, Resume: c.Resume, Stop: c.Stop,
		Retry: func() {
			c.mu.Lock()
			last := c.last
			c.mu.Unlock()
			start(last)
		},
	}
}

// Start begins an experiment.
func (c *controller) Start(config experiment.Config) error {
	if err := config.Check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		return errBusy
	}
	stop := cancel.New()
	c.stop, c.last, c.phase = stop, config, state.Running
	kernels, _, err := usableKernels(config.Kernels)
	if err != nil {
		return err
	}
	env := c.env
	env.Kernels, env.Workers = kernels, c.workers(config.Workers)
	c.crew.setPaused(false)
	c.page.Begin(config, env)
	c.events.tellValue("state", map[string]any{"state": string(state.Running)})
	go func() {
		err := c.train(stop, config, kernels)
		c.mu.Lock()
		c.stop = nil
		c.mu.Unlock()
		if err != nil && stop.Err() == nil {
			c.fail(err)
			return
		}
		c.setPhase(state.Done)
		c.events.tell("done", c.resultJSON())
	}()
	return nil
}

// train fetches the images and makes all runs.
func (c *controller) train(stop *cancel.Signal, config experiment.Config, kernels string) error {
	manifest, shards, err := c.packs.fetch(stop, config.Pool, func(p experiment.DataProgress) {
		c.apply(experiment.Event{Kind: experiment.DataEvent, Data: &p})
	})
	if err != nil {
		return err
	}
	workers := c.workers(config.Workers)
	var jobs []*job
	for _, run := range config.Runs() {
		jobs = append(jobs, &job{
			train: protocol.Train{
				Run: run, Pairs: config.Pairs, Pool: config.Pool, Kernels: kernels,
				Interval: workers * int(messageInterval/time.Millisecond),
			},
			manifest: manifest, shards: shards,
		})
	}
	c.crew.meetBy(group.Transport(config.Transport), c.env.Isolated, workers <= c.cores)
	c.scheduler.SetWorkers(workers)
	return c.scheduler.Do(stop, jobs)
}

// workers is the number of workers that the setting stands for.
func (c *controller) workers(setting int) int {
	if setting > 0 {
		return setting
	}
	f := experiment.FieldByName("workers")
	return min(max(c.cores, 1), int(f.Max))
}

// recovering is told when a run has lost a worker and is taken up again.
func (c *controller) recovering(j *job, cause error) {
	c.events.tellValue("recovered", map[string]any{
		"model": string(j.train.Run.Model), "round": j.train.Run.Round, "message": cause.Error(),
	})
}

// SetWorkers changes the number of workers of the experiment in hand, from
// the end of an epoch on.
func (c *controller) SetWorkers(n int) error {
	f := experiment.FieldByName("workers")
	if float64(n) < f.Min || float64(n) > f.Max {
		return fmt.Errorf("app: workers %d: want %s", n, f.Range())
	}
	c.scheduler.SetWorkers(c.workers(n))
	return nil
}

// apply takes an event of the experiment in hand.
func (c *controller) apply(e experiment.Event) {
	c.page.Apply(e)
	switch e.Kind {
	case experiment.ProgressEvent, experiment.EpochEvent:
		c.events.tellEvent(string(e.Kind), e)
	case experiment.DoneEvent:
		c.events.tellEvent("round", e)
	}
}

// Pause holds the experiment between two steps.
func (c *controller) Pause() {
	if c.change(state.Running, state.Paused) {
		c.crew.setPaused(true)
	}
}

// Resume lets it go on.
func (c *controller) Resume() {
	if c.change(state.Paused, state.Running) {
		c.crew.setPaused(false)
	}
}

// change goes from one phase of an experiment to another, if it is in the one.
func (c *controller) change(from, to state.Phase) bool {
	c.mu.Lock()
	is := c.stop != nil && c.phase == from
	c.mu.Unlock()
	if is {
		c.setPhase(to)
	}
	return is
}

// Stop ends the experiment; what it has measured stays.
func (c *controller) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop.Set(nil)
	}
}

func (c *controller) setPhase(p state.Phase) {
	c.mu.Lock()
	c.phase = p
	c.mu.Unlock()
	c.page.SetPhase(p)
	c.events.tellValue("state", map[string]any{"state": string(p)})
}

func (c *controller) fail(err error) {
	c.mu.Lock()
	c.phase = state.Failed
	c.mu.Unlock()
	message := err.Error()
	c.page.Fail(message, true)
	c.events.tellValue("state", map[string]any{"state": string(state.Failed)})
	c.events.tellValue("error", map[string]any{"message": message})
}

// resultJSON is what the experiment in hand has measured, nil before the
// first.
func (c *controller) resultJSON() []byte {
	result, ok := c.page.Result()
	if !ok {
		return nil
	}
	text, err := encodeJSON(result)
	if err != nil {
		c.fail(fmt.Errorf("app: result: %w", err))
		return nil
	}
	return text
}
