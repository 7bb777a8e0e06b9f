package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/ui"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/schedule"
	"github.com/pairlab/pairlab/wasm/web"
)

// messageInterval is the least time between two messages to the page, from all
// workers together: what a display shows.
const messageInterval = 500 * time.Millisecond

// errBusy is the answer to a start during an experiment.
var errBusy = errors.New("app: training is under way: stop it first")

// controller makes the experiments that the page or a script asks for, and
// tells both how they go.
type controller struct {
	page      *ui.Page
	packs     *downloads
	crew      *crew
	scheduler *schedule.Scheduler[*client, *job]
	vault     *vault
	asker     *asker
	shelf     *shelf
	cores     int // that the browser says it has
	can       instructions
	env       experiment.Environment
	events    *listeners
	pause     func() error // lets the browser do other things; for one goroutine at a time

	mu     sync.Mutex
	phase  state.Phase
	stop   *cancel.Signal // ends the experiment in hand; nil while none is under way
	keeper *keeper        // of the experiment in hand
	failed *plan          // what is left of an experiment that failed

	looking sync.Mutex // held while the storage is looked through for an offer
	offer   *plan
	awaited map[string]bool // experiments of other tabs

	plans map[string]int // how often sets of trials were planned, by view
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
		packs:  newDownloads(s.base, s.isolated),
		cores:  s.cores,
		env:    experiment.Environment{UserAgent: s.agent, Isolated: s.isolated},
		events: newListeners(),
	}
	c.awaited, c.plans = map[string]bool{}, map[string]int{}
	writing, err := web.NewYielder()
	if err != nil {
		return err
	}
	c.vault = &vault{warn: c.unkept, pause: writing.Yield}
	script := s.base + "worker.js?v=" + version
	c.crew = &crew{
		newWorker: func() (*client, error) { return newClient(script, modules, c.packs) },
		report:    c.apply,
		keep: func(j *job, epoch int, state safejs.Value) {
			c.inHand().state(j.key(), epoch, epoch == j.train.Run.Config.Epochs, state)
			if j.setting == "" {
				c.asker.learn(j, epoch, state)
			}
		},
		layer: func(j *job, epoch int, first safejs.Value) {
			if j.setting == "" {
				c.asker.networks.layer(j.train.Run, epoch, first)
			}
		},
		lost: c.recovering,
	}
	c.scheduler = schedule.New(c.crew, parallel.Chunks)
	c.asker = newAsker(c.crew.newWorker, c.packs, func(list []text.Network) { c.page.Networks(list) })
	c.shelf = newShelf(c)
	// Between the parts of the start the browser draws and listens.
	yielder, err := web.NewYielder()
	if err != nil {
		return err
	}
	c.pause = yielder.Yield
	if err := c.pause(); err != nil {
		return err
	}
	// The browser compiles the collector when it first runs, which takes longer
	// than collecting the page's few MB: during training it would be in the way.
	runtime.GC()
	if err := c.pause(); err != nil {
		return err
	}
	if c.can, err = findInstructions(); err != nil {
		return err
	}
	if c.page, err = ui.New(c.handlers(), c.pause); err != nil {
		return err
	}
	if err := c.publish(started); err != nil {
		return err
	}
	for _, watch := range []func() error{c.watchHiding, c.watchLeaving} {
		if err := watch(); err != nil {
			return err
		}
	}
	c.setPhase(state.Ready)
	c.shelf.start()
	go func() {
		if _, err := c.offered(); err != nil {
			// Whoever begins an experiment is told that nothing is kept.
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	if config, err := c.page.Config(); err == nil && config.Autostart {
		if err := c.startView(config); err != nil {
			c.fail(err)
		}
	}
	select {}
}

// handlers are what the page's buttons do.
func (c *controller) handlers() ui.Handlers {
	try := func(err error) {
		if err != nil && !errors.Is(err, errBusy) {
			c.fail(err)
		}
	}
	return ui.Handlers{
		Start: func(config experiment.Config) { try(c.Start(config)) },
		Pause: c.Pause, Resume: c.Resume, Stop: c.Stop,
		Workers: func(n int) {
			if err := c.SetWorkers(n); err != nil {
				c.page.Note(err.Error())
			}
		},
		Networks: c.asker,
		Shelf:    c.shelf.handlers(),
		Inside:   c.asker,
		// (The controller as an interface would bring the methods of all that it
		// holds into the program.)
		Trials: ui.Trials{
			Plan: c.plan, Workers: c.workers,
			Start: func(set experiment.Set) { try(c.startTrials(set)) },
		},
		Retry:      func() { try(c.retry()) },
		ResumeKept: func() { try(c.ResumeKept()) },
		DiscardKept: func() {
			go func() {
				if err := c.DiscardKept(); err != nil {
					c.page.Note(err.Error())
				}
			}()
		},
	}
}

// recovering is told when a run has lost a worker, or its state, and is taken
// up again.
func (c *controller) recovering(j *job, cause error) {
	run, epoch := j.train.Run, j.made()
	k := c.inHand()
	if epoch == 0 {
		k.anew(stateName(k.id, j.key()))
	}
	name := text.RunName(run.Model, run.Round, k.config().Rounds)
	if j.setting != "" {
		name = text.TrialName(j.setting, run.Round, k.config().Rounds)
	}
	c.page.Note(text.Recovered(cause.Error(), name, epoch))
	c.events.tellValue("recovered", map[string]any{
		"model": string(run.Model), "round": run.Round, "epoch": epoch, "message": cause.Error(),
	})
}

// unkept is told that the storage has failed.
func (c *controller) unkept(cause error) {
	c.page.Note(fmt.Sprintf("Training goes on, but this browser does not keep it (%v): "+
		"if the page is closed or crashes, it cannot be resumed.", cause))
}

// apply takes an event of a run of the experiment in hand.
func (c *controller) apply(j *job, e experiment.Event) {
	j.mu.Lock()
	o := j.outcome
	j.mu.Unlock()
	c.inHand().heard(j.setting, o, e)
	if j.setting != "" {
		c.applyTrial(j.setting, e)
		return
	}
	c.page.Apply(e)
	c.asker.heard(e)
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
		c.inHand().flush()
	}
}

// Resume lets it go on.
func (c *controller) Resume() { c.change(state.Paused, state.Running) }

// change goes from one phase of an experiment to another, if it is in the one.
func (c *controller) change(from, to state.Phase) bool {
	c.mu.Lock()
	is := c.stop != nil && c.phase == from
	c.mu.Unlock()
	if is {
		// First of all, as who is told of it may change it again.
		c.crew.setPaused(to == state.Paused)
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
