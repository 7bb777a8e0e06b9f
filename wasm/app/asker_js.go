package main

import (
	"fmt"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/web"
)

// answerLimit is the time that the worker has for one request.
const answerLimit = 20 * time.Second

// refreshEvery is how often the worker is told what a network has learnt since,
// for questions: a drawing is not to wait for that at every epoch.
const refreshEvery = 300 * time.Millisecond

// asker asks and keeps the trained networks that the page has. A worker of its
// own does it, so that it goes on during training; it is started when it is
// first needed, and again if it has died.
type asker struct {
	networks  *networks
	newWorker func() (*client, error)
	packs     *downloads
	show      func([]text.Network)
	tasks     *web.Mailbox[func()]

	// The tasks' own:
	worker    *client
	opened    map[string]network // those that the worker has, by name
	refreshed time.Duration      // when it was last given a newer one
	now       func() time.Duration
}

func newAsker(newWorker func() (*client, error), packs *downloads, show func([]text.Network)) *asker {
	begun := time.Now()
	a := &asker{now: func() time.Duration { return time.Since(begun) }, networks: newNetworks(), newWorker: newWorker, packs: packs, show: show, tasks: web.NewMailbox[func()]()}
	go func() {
		for {
			task, err := a.tasks.Take(nil)
			if err != nil {
				return
			}
			task()
		}
	}()
	return a
}

// learn is told a run's state after an epoch.
func (a *asker) learn(j *job, epoch int, state safejs.Value) {
	if a.networks.learn(j.train, epoch, j.outcome, state) {
		a.shown()
	}
}

// heard is told what happens in the experiment in hand.
func (a *asker) heard(e experiment.Event) {
	if e.Kind == experiment.DoneEvent && a.networks.end(e, today()) {
		a.shown()
	}
}

// begin is told that an experiment begins, or goes on again.
func (a *asker) begin(c experiment.Config, again bool) {
	a.networks.begin(c, again)
	a.shown()
}

// resumed takes the networks of runs that had ended before the experiment was
// interrupted.
func (a *asker) resumed(p plan, kernels string) {
	c := p.record.Config
	for _, run := range c.Runs() {
		for _, e := range p.ended {
			if keyOf(run) != e.key() {
				continue
			}
			o := protocol.Outcome{Accuracy: e.Result.TestAccuracy, Mean: e.Mean, Std: e.Std}
			a.networks.learn(protocol.Train{Run: run, Pairs: c.Pairs, Kernels: kernels}, e.state.epoch, o, e.state.sealed)
			a.networks.end(e.event(), time.UnixMilli(p.record.Saved).UTC().Format("2006-01-02T15:04:05.000Z"))
		}
	}
	if len(p.ended) > 0 {
		a.shown()
	}
}

func (a *asker) shown() {
	var list []text.Network
	for _, n := range a.networks.all() {
		n.Network.Version = n.version
		list = append(list, n.Network)
	}
	a.show(list)
}

// today is the date as files have it; empty if the browser does not say.
func today() string {
	now, err := web.New("Date")
	if err != nil {
		return ""
	}
	date, err := now.Call("toISOString")
	if err != nil {
		return ""
	}
	text, err := date.String()
	if err != nil {
		return ""
	}
	return text
}

// ready has a worker that knows the networks, and returns them as it knows
// them; exact has it know them as they are now.
func (a *asker) ready(exact bool) ([]network, error) {
	if err := a.running(); err != nil {
		return nil, err
	}
	all := a.networks.all()
	exact = exact || a.now()-a.refreshed >= refreshEvery
	for i, n := range all {
		switch known := a.opened[n.Name]; {
		case known.version == n.version:
			continue
		case !exact && n.continues(&known):
			all[i] = known
			continue
		}
		if _, err := a.worker.request(protocol.Request{Op: protocol.OpOpen, Open: &n.open}, extras{"bytes": n.bytes}); err != nil {
			return nil, err
		}
		a.opened[n.Name], a.refreshed = n, a.now()
	}
	return all, nil
}

// running has a worker.
func (a *asker) running() error {
	if a.worker == nil || !a.worker.Alive() {
		worker, err := a.newWorker()
		if err != nil {
			return err
		}
		a.worker, a.opened = worker, map[string]network{}
	}
	return a.worker.ready(nil)
}

// Ask implements ui.Networks.
func (a *asker) Ask(q ui.Question, answered func(ui.Answer, error)) {
	a.tasks.Put(func() { answered(a.ask(q)) })
}

func (a *asker) ask(q ui.Question) (answer ui.Answer, err error) {
	all, err := a.ready(false)
	if err != nil {
		return answer, err
	}
	ask, with := protocol.Ask{}, extras{}
	for _, side := range []struct {
		name  string
		digit *ui.Digit
		as    **protocol.Digit
	}{{"left", q.Left, &ask.Left}, {"right", q.Right, &ask.Right}} {
		if side.digit == nil {
			continue
		}
		*side.as = &protocol.Digit{Side: side.digit.Side, Image: side.digit.Image}
		if side.digit.Side > 0 {
			with[side.name] = side.digit.RGBA
		} else if err := a.loadTestImages(); err != nil {
			return answer, err
		}
	}
	for _, n := range all {
		ask.Names = append(ask.Names, n.Name)
		answer.Networks = append(answer.Networks, n.Network)
	}
	r, err := a.worker.request(protocol.Request{Op: protocol.OpAsk, Ask: &ask}, with)
	if err != nil {
		return answer, err
	}
	pixels, err := web.Bytes(r.bytes)
	if err != nil || len(pixels) != 2*data.Pixels || r.Asked == nil {
		return answer, fmt.Errorf("app: an answer that is not whole (%d pixels): %w", len(pixels), err)
	}
	answer.Answers = r.Asked.Answers
	for i, seen := range []protocol.Seen{r.Asked.Left, r.Asked.Right} {
		answer.Seen[i] = ui.Seen{Shown: seen.Shown, Label: seen.Label, Pixels: pixels[i*data.Pixels : (i+1)*data.Pixels]}
	}
	return answer, nil
}

// loadTestImages gives the worker the test set.
func (a *asker) loadTestImages() error {
	m, shards, err := a.packs.test(nil)
	if err != nil {
		return err
	}
	return a.worker.within(func(limit *cancel.Signal) error {
		for _, shard := range shards {
			if err := a.worker.load(limit, m, shard); err != nil {
				return err
			}
		}
		return nil
	})
}

// Write implements ui.Networks.
func (a *asker) Write(name, format string, written func(text.Network, safejs.Value, error)) {
	a.tasks.Put(func() {
		all, err := a.ready(true)
		n, ok := byName(all, name)
		if err == nil && !ok {
			err = errGone
		}
		if err != nil {
			written(text.Network{}, safejs.Undefined(), err)
			return
		}
		export := protocol.Export{Name: name, Format: protocol.Format(format)}
		r, err := a.worker.request(protocol.Request{Op: protocol.OpExport, Export: &export}, nil)
		written(n.Network, r.bytes, err)
	})
}

// Load implements ui.Networks. The network in hand is replaced by one that the
// worker has checked, or not at all.
func (a *asker) Load(fileName string, file safejs.Value, loaded func(error)) {
	a.tasks.Put(func() { loaded(a.load(fileName, file)) })
}

func (a *asker) load(fileName string, file safejs.Value) error {
	if _, err := a.ready(true); err != nil {
		return err
	}
	can, err := findInstructions()
	if err != nil {
		return err
	}
	kernels, _ := can.usable("simd")
	open := protocol.Open{Name: loadedName, Kernels: kernels}
	r, err := a.worker.request(protocol.Request{Op: protocol.OpOpen, Open: &open}, extras{"bytes": file})
	if err != nil {
		return err
	}
	a.opened[loadedName] = a.networks.load(fileName, *r.Network, kernels, file)
	a.shown()
	return nil
}

// request has the worker carry out a request that has one answer.
func (c *client) request(r protocol.Request, with extras) (last reply, err error) {
	id, answers := c.open(false)
	defer c.close(id)
	r.ID = id
	if err := c.post(r, with); err != nil {
		return last, fmt.Errorf("app: ask a worker: %w", err)
	}
	err = c.within(func(limit *cancel.Signal) error {
		return c.await(limit, answers, func(r reply) { last = r })
	})
	return last, err
}

// within ends a worker that does not answer in time.
func (c *client) within(wait func(limit *cancel.Signal) error) error {
	limit, release := cancel.After(answerLimit)
	defer release()
	err := wait(limit)
	if limit.Err() != nil && err != nil {
		c.die(fmt.Errorf("it did not answer in %v", answerLimit))
		return c.death()
	}
	return err
}

// asked carries out a request about trained networks. bytes go with the answer.
func (w *worker) asked(r protocol.Request, message safejs.Value) (answer protocol.Answer, bytes []byte, err error) {
	switch r.Op {
	case protocol.OpOpen:
		kernels, err := w.kernels.named(r.Open.Kernels)
		if err != nil {
			return answer, nil, err
		}
		file, err := readBytes(message, "bytes")
		if err != nil {
			return answer, nil, err
		}
		answer.Network, err = w.oracle.open(*r.Open, file, kernels)
		return answer, nil, err
	case protocol.OpAsk:
		var drawings [2][]byte
		for i, d := range []*protocol.Digit{r.Ask.Left, r.Ask.Right} {
			if d == nil || d.Side == 0 {
				continue
			}
			if drawings[i], err = readBytes(message, [...]string{"left", "right"}[i]); err != nil {
				return answer, nil, err
			}
		}
		asked, seen, err := w.oracle.ask(*r.Ask, drawings[0], drawings[1], w.store)
		answer.Asked = &asked
		return answer, seen, err
	case protocol.OpExport:
		bytes, err = w.oracle.export(*r.Export)
	default:
		var first []byte
		if array, err := message.Get("first"); err == nil && !array.IsUndefined() {
			if first, err = web.Bytes(array); err != nil {
				return answer, nil, err
			}
		}
		answer.Inspected, bytes, err = w.tests.inspect(r.Op, *r.Inside, w.oracle, first, w.store)
	}
	return answer, bytes, err
}
