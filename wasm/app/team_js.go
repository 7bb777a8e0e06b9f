package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/group"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/schedule"
)

const (
	stopLimit    = 10 * time.Second // for a run to end once it is told to
	silenceLimit = 10 * time.Second // without a word from a run that is not paused
	watchEvery   = time.Second
)

// job is a run with the packs that it draws from and where it is.
type job struct {
	train    protocol.Train
	manifest data.Manifest
	shards   []data.Shard

	mu    sync.Mutex
	epoch int          // epochs made
	state safejs.Value // after them, sealed (a Uint8Array), if there are any
}

// Remaining implements schedule.Job.
func (j *job) Remaining() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.train.Run.Config.Epochs - j.epoch
}

// crew makes workers and has them make runs: the page's schedule.Maker.
type crew struct {
	newWorker func() (*client, error)
	report    func(experiment.Event)
	keep      func(j *job, epoch int, state safejs.Value) // a run's state after an epoch
	lost      func(j *job, cause error)                   // a run lost a worker and is taken up again

	mu      sync.Mutex
	clients []*client
	paused  bool
	shared  bool // teams meet in shared memory, else by messages
	spins   int
}

// spinsPerBarrier is how often a rank looks before it sleeps, if every worker
// has a core of its own: a look takes about a microsecond.
const spinsPerBarrier = 200

// meetBy sets how teams meet: by the transport asked for, or else in shared
// memory if the browser allows it. roomy says that every worker has a core.
func (c *crew) meetBy(t group.Transport, isolated, roomy bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shared = isolated && t != group.PortsKind
	c.spins = 0
	if roomy {
		c.spins = spinsPerBarrier
	}
}

// NewWorker implements schedule.Maker.
func (c *crew) NewWorker() (*client, error) {
	w, err := c.newWorker()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clients = append(slices.DeleteFunc(c.clients, func(old *client) bool { return !old.Alive() }), w)
	w.setPaused(c.paused)
	return w, nil
}

// setPaused holds all runs, also those that are still to begin, or lets them
// go on.
func (c *crew) setPaused(paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = paused
	for _, w := range c.clients {
		w.setPaused(paused)
	}
}

func (c *crew) isPaused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paused
}

// Train implements schedule.Maker.
func (c *crew) Train(stop *cancel.Signal, team []*client, j *job, yield <-chan struct{}) error {
	if err := prepareAll(stop, team, j); err != nil {
		return err
	}
	t := &teamwork{crew: c, team: team, job: j}
	if err := t.meet(); err != nil {
		return err
	}
	err := t.run(stop, yield)
	var failed *protocol.Error
	if errors.As(err, &failed) && failed.Yielded {
		return schedule.ErrYielded
	}
	if err != nil && stop.Err() == nil && slices.ContainsFunc(team, func(w *client) bool { return !w.Alive() }) {
		c.lost(j, err)
	}
	return err
}

// prepareAll makes the workers ready side by side.
func prepareAll(stop *cancel.Signal, team []*client, j *job) error {
	errs := make([]error, len(team))
	var all sync.WaitGroup
	for i, w := range team {
		all.Go(func() { errs[i] = w.prepare(stop, j) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// teamwork is one run on one team.
type teamwork struct {
	*crew
	team    []*client
	job     *job
	meeting meeting

	mu    sync.Mutex
	heard time.Time // when rank 0 last said something
}

// run starts all ranks and returns when all are done. The first failure ends
// the others; it is the error, unless another tells more.
func (t *teamwork) run(stop *cancel.Signal, yield <-chan struct{}) error {
	over := cancel.New() // all ranks are done
	t.hear()
	go t.watch(stop, over, yield)

	type ending struct {
		rank int
		err  error
	}
	ended := make(chan ending, len(t.team))
	for rank, w := range t.team {
		go func() {
			request, with := t.request(rank)
			ended <- ending{rank, w.train(request, with, t.take)}
		}()
	}
	var first error
	for range t.team {
		e := <-ended
		if e.err != nil && (first == nil || isStopped(first)) {
			first = e.err
		}
		if e.err != nil {
			t.end()
		}
	}
	over.Set(nil)
	if err := stop.Err(); err != nil {
		return err
	}
	return first
}

func isStopped(err error) bool {
	var failed *protocol.Error
	return errors.As(err, &failed) && failed.Stopped
}

// request is what rank is asked to do, from where the job is.
func (t *teamwork) request(rank int) (protocol.Train, extras) {
	t.job.mu.Lock()
	defer t.job.mu.Unlock()
	request := t.job.train
	request.Epoch = t.job.epoch
	with := t.meeting.extras(rank)
	if request.Epoch > 0 {
		with["bytes"] = t.job.state
	}
	if len(t.team) > 1 {
		place := t.meeting.place
		place.Rank = rank
		request.Team = &place
	}
	return request, with
}

// take is told what a rank says.
func (t *teamwork) take(r reply) {
	t.hear()
	for _, e := range r.Events {
		t.report(e)
	}
	if r.Reply == protocol.State {
		t.job.mu.Lock()
		t.job.epoch, t.job.state = r.Epoch, r.bytes
		t.job.mu.Unlock()
		if t.keep != nil {
			t.keep(t.job, r.Epoch, r.bytes)
		}
	}
}

func (t *teamwork) hear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = time.Now()
}

func (t *teamwork) silence() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.heard)
}

// watch tells the ranks to stop or to yield, and ends workers from which
// nothing is heard any more.
func (t *teamwork) watch(stop, over *cancel.Signal, yield <-chan struct{}) {
	stopped := stop.Done()
	var begun time.Time // to stop
	for {
		tick, release := cancel.After(watchEvery)
		select {
		case <-over.Done():
			release()
			return
		case <-stopped:
			stopped, begun = nil, time.Now()
			t.end()
		case <-yield:
			yield = nil
			t.team[0].tell(protocol.OpYield)
		case <-tick.Done():
			switch {
			case t.isPaused() && begun.IsZero():
				t.hear()
			case t.silence() > silenceLimit:
				t.kill(fmt.Errorf("nothing was heard from it for %v", silenceLimit))
			case !begun.IsZero() && time.Since(begun) > stopLimit:
				t.kill(fmt.Errorf("it did not stop in %v", stopLimit))
			}
		}
		release()
	}
}

// end tells all ranks to stop, also those that wait for others.
func (t *teamwork) end() {
	t.meeting.stop()
	for _, w := range t.team {
		w.tell(protocol.OpStop)
	}
}

func (t *teamwork) kill(cause error) {
	for _, w := range t.team {
		w.die(cause)
	}
}
