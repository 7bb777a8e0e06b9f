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
	task
	train    protocol.Train
	manifest data.Manifest
	shards   []data.Shard

	mu    sync.Mutex
	epoch int          // epochs made
	state safejs.Value // after them, sealed (a Uint8Array), if there are any

	outcome protocol.Outcome // that came with the state

	begun bool // the run's beginning was told
	told  int  // epochs that were told
	over  bool // the run's end was told
}

// news says whether an event of the run was not told before: a run that is
// taken up again tells its past once more.
func (j *job) news(e experiment.Event) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch e.Kind {
	case experiment.StartEvent:
		before := j.begun
		j.begun = true
		return !before
	case experiment.EpochEvent:
		before := j.told
		j.told = max(j.told, e.EpochNumber)
		return e.EpochNumber > before
	case experiment.DoneEvent:
		before := j.over
		j.over = true
		return !before
	}
	return true
}

// Remaining implements schedule.Job.
func (j *job) Remaining() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.train.Run.Config.Epochs - j.epoch
}

// made is the number of epochs made.
func (j *job) made() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.epoch
}

// startOver drops the job's state; false if it has none.
func (j *job) startOver() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	had := j.epoch > 0
	j.epoch, j.state = 0, safejs.Undefined()
	j.begun, j.told = false, 0
	return had
}

// crew makes workers and has them make runs: the page's schedule.Maker.
type crew struct {
	newWorker func() (*client, error)
	report    func(*job, experiment.Event)
	keep      func(j *job, epoch int, state safejs.Value) // a run's state after an epoch
	layer     func(j *job, epoch int, first safejs.Value) // a run's first layer after an epoch
	lost      func(j *job, cause error)                   // a run is taken up again: it lost a worker, or its state is refused

	mu      sync.Mutex
	clients []*client
	paused  bool
	shared  bool // teams meet in shared memory, else by messages
	spins   int
}

// spinsPerBarrier is how often a rank looks before it sleeps, if every worker
// has a core of its own: for some milliseconds, about as long as another thread
// keeps a core that it took from the rank that is late. To sleep and to be woken
// takes both ranks as long as much of their work between two meetings, and then
// they are late again: with a tenth of that, ranks slept in every second to tenth
// meeting, and a step took up to 6 % longer.
const spinsPerBarrier = 100000

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
	err := c.trainOnce(stop, team, j, yield)
	if failed, ok := errors.AsType[*protocol.Error](err); ok && failed.Refused && j.startOver() {
		c.lost(j, err)
		err = c.trainOnce(stop, team, j, yield)
	}
	if failed, ok := errors.AsType[*protocol.Error](err); ok && failed.Yielded {
		return schedule.ErrYielded
	}
	if err != nil && stop.Err() == nil && slices.ContainsFunc(team, func(w *client) bool { return !w.Alive() }) {
		c.lost(j, err)
	}
	return err
}

func (c *crew) trainOnce(stop *cancel.Signal, team []*client, j *job, yield <-chan struct{}) error {
	t := &teamwork{crew: c, team: team, job: j}
	if err := t.meet(); err != nil {
		return err
	}
	return t.run(stop, yield)
}

// prepareAll makes the workers ready side by side.
func prepareAll(stop *cancel.Signal, team []*client, j *job) error {
	errs := make([]error, len(team))
	var all sync.WaitGroup
	for i, w := range team {
		all.Go(func() { errs[i] = w.prepare(stop, j) })
	}
	all.Wait()
	var first error
	for _, err := range errs {
		// A worker that found a pack bad says more than one that then found it
		// gone.
		if _, bad := errors.AsType[*packError](err); bad || first == nil {
			first = err
		}
	}
	return first
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

	type ending struct {
		rank int
		err  error
	}
	ended := make(chan ending, len(t.team))
	for rank, w := range t.team {
		await := w.train(t.request(rank))
		go func() { ended <- ending{rank, await(t.take)} }()
	}
	// From here on the ranks can be told to stop or to yield.
	go t.watch(stop, over, yield)
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
	failed, ok := errors.AsType[*protocol.Error](err)
	return ok && failed.Stopped
}

// request is what rank is asked to do, from where the job is.
func (t *teamwork) request(rank int) (protocol.Train, extras) {
	t.job.mu.Lock()
	defer t.job.mu.Unlock()
	request := t.job.train
	request.Epoch = t.job.epoch
	request.Interval /= len(t.team) // one speaks for all
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
		if t.job.news(e) {
			t.report(t.job, e)
		}
	}
	t.takeLayers(r)
	if r.Reply == protocol.State {
		t.job.mu.Lock()
		t.job.epoch, t.job.state = r.Epoch, r.bytes
		if r.Outcome != nil {
			t.job.outcome = *r.Outcome
		}
		t.job.mu.Unlock()
		t.keep(t.job, r.Epoch, r.bytes)
	}
}

// takeLayers takes the first layers that come with what a rank says apart: each
// is to be kept, and given away, by itself.
func (t *teamwork) takeLayers(r reply) {
	if len(r.Layers) == 0 {
		return
	}
	// What is not there is not shown: a layer is not worth a run.
	all, err := r.first.Length()
	if err != nil {
		return
	}
	size := all / len(r.Layers)
	for i, epoch := range r.Layers {
		first, err := r.first.Call("slice", i*size, (i+1)*size)
		if err != nil {
			return
		}
		t.layer(t.job, epoch, first)
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
	suspect := false    // nothing was heard for too long
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
			// A page that did not run for a while finds its ticks before its
			// messages: silence counts at the next tick only.
			before := suspect
			suspect = t.silence() > silenceLimit
			switch {
			case t.isPaused() && begun.IsZero():
				t.hear()
			case suspect && before:
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
