package main

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/web"
)

// helloLimit is the time that a worker has to start.
const helloLimit = 30 * time.Second

// client is the page's side of one worker: requests with numbers, their
// answers, and the worker's end. Answers to a number that nobody waits for are
// dropped; when the worker dies, everything that is waited for fails.
type client struct {
	worker safejs.Value
	bell   *web.Bell // nil where no memory can be shared
	packs  *downloads
	hello  chan struct{} // closed when the worker is ready
	dead   chan struct{} // closed when it can no longer be used

	mu       sync.Mutex
	greeted  bool
	cause    error // of its death
	lastID   uint32
	pending  map[uint32]*web.Mailbox[reply]
	training uint32 // the request that makes a run, or 0
	paused   bool
	loaded   map[string]bool // packs that the worker has
	remove   []func()        // of the listeners
}

// reply is an answer with the bytes that came with it.
type reply struct {
	protocol.Answer
	bytes safejs.Value
	first safejs.Value // of a state
}

// newClient starts a worker with the compiled modules that worker.js asks for.
// It does not wait until it is ready.
func newClient(script string, modules map[string]any, packs *downloads) (*client, error) {
	worker, err := web.New("Worker", script, map[string]any{"type": "module", "name": "pairlab trainer"})
	if err != nil {
		return nil, fmt.Errorf("app: start a worker: %w", err)
	}
	c := &client{
		worker: worker, packs: packs,
		hello: make(chan struct{}), dead: make(chan struct{}),
		pending: map[uint32]*web.Mailbox[reply]{}, loaded: map[string]bool{},
	}
	for event, fn := range map[string]func(safejs.Value){
		"message":      c.receive,
		"messageerror": func(safejs.Value) { c.die(errors.New("a message from it could not be read")) },
		"error":        func(event safejs.Value) { c.die(errorOf(event)) },
	} {
		remove, err := web.Listen(worker, event, fn)
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("app: start a worker: %w", err)
		}
		c.remove = append(c.remove, remove)
	}
	modules = maps.Clone(modules)
	if bell, buffer, err := web.NewBell(); err == nil {
		c.bell, modules["bell"] = bell, buffer
	}
	if _, err := worker.Call("postMessage", modules); err != nil {
		c.Close()
		return nil, fmt.Errorf("app: start a worker: %w", err)
	}
	return c, nil
}

// receive is the listener for the worker's messages.
func (c *client) receive(event safejs.Value) {
	if text, ended := exitText(event); ended {
		c.die(errors.New(text))
		return
	}
	text, bytes, err := readMessage(event)
	if err != nil {
		c.die(err)
		return
	}
	answer, err := protocol.DecodeAnswer(text)
	if err != nil {
		c.die(err)
		return
	}
	if answer.Error != nil && answer.Error.Fatal {
		c.die(answer.Error)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer.Reply == protocol.Hello && !c.greeted {
		c.greeted = true
		close(c.hello)
		return
	}
	if waiting := c.pending[answer.ID]; waiting != nil {
		waiting.Put(reply{answer, bytes, firstOf(event)})
	}
}

// firstOf are the first layers that come with a message, if any do.
func firstOf(event safejs.Value) safejs.Value {
	message, err := event.Get("data")
	if err != nil {
		return safejs.Undefined()
	}
	first, err := message.Get("first")
	if err != nil {
		return safejs.Undefined()
	}
	return first
}

// errorOf is what a worker's error event is about. One without a message says
// that a script was not to be had: also one that came without the header
// Cross-Origin-Embedder-Policy that the page came with.
func errorOf(event safejs.Value) error {
	message, err := event.Get("message")
	if err == nil {
		if told, err := message.Truthy(); err == nil && told {
			return web.Error(event)
		}
	}
	return errors.New("worker.js, or a script that it imports, could not be loaded: it is missing or blocked")
}

// exitText reads the message that says that the worker's program has ended.
func exitText(event safejs.Value) (text string, ended bool) {
	message, err := event.Get("data")
	if err != nil {
		return "", false
	}
	code, err := message.Get("exit")
	if err != nil || code.Type() != safejs.TypeNumber {
		return "", false
	}
	words, err := message.Get("text")
	if err == nil {
		text, err = words.String()
	}
	if err != nil || text == "" {
		text = "its program ended"
	}
	return text, true
}

// die ends the worker and fails everything that is waited for.
func (c *client) die(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return
	}
	c.cause = fmt.Errorf("a training worker stopped: %w", cause)
	close(c.dead)
	for _, remove := range c.remove {
		remove()
	}
	// A worker that is gone already has nothing to terminate.
	_, _ = c.worker.Call("terminate")
}

// Close implements schedule.Worker.
func (c *client) Close() { c.die(errors.New("closed")) }

// Alive implements schedule.Worker.
func (c *client) Alive() bool { return c.death() == nil }

func (c *client) death() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// setPaused holds or lets go on the run in hand and those that come after it.
func (c *client) setPaused(paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = paused
	c.tellPaused()
}

// tellPaused tells a worker that makes a run whether to go on.
func (c *client) tellPaused() {
	if c.training == 0 || c.cause != nil {
		return
	}
	op := protocol.OpResume
	if c.paused {
		op = protocol.OpPause
	}
	// A worker that cannot be told is dead, and says so itself.
	_ = c.post(protocol.Request{ID: c.training, Op: op}, nil)
}

// tell sends something about the run in hand, if there is one.
func (c *client) tell(op protocol.Op) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.training != 0 && c.cause == nil {
		// A worker that cannot be told is dead, and says so itself.
		_ = c.post(protocol.Request{ID: c.training, Op: op}, nil)
	}
}

// extras are what comes with a request beside its text, by the message's
// member; ports among them are transferred.
type extras map[string]any

// post sends a request.
func (c *client) post(r protocol.Request, with extras) error {
	text, err := r.Encode()
	if err != nil {
		return err
	}
	message := map[string]any{"json": text}
	transfer := []any{}
	for name, value := range with {
		message[name] = value
		if ports, ok := value.([]any); ok {
			for _, port := range ports {
				if port != nil {
					transfer = append(transfer, port)
				}
			}
		}
	}
	if c.bell != nil {
		if err := c.bell.Ring(); err != nil {
			return err
		}
	}
	_, err = c.worker.Call("postMessage", message, transfer)
	return err
}

// prepare waits until the worker is ready and gives it the packs of a run.
func (c *client) prepare(stop *cancel.Signal, j *job) error {
	if err := c.ready(stop); err != nil {
		return err
	}
	for _, shard := range j.shards {
		if err := c.load(stop, j.manifest, shard); err != nil {
			return err
		}
	}
	return nil
}

// train has the worker begin with a run, or its part of one. What it returns
// hands on what the worker says, until it is done or dead: who wants it to end
// must tell it.
func (c *client) train(t protocol.Train, with extras) (await func(report func(reply)) error) {
	id, answers := c.open(true)
	err := c.post(protocol.Request{ID: id, Op: protocol.OpTrain, Train: &t}, with)
	c.mu.Lock()
	if err == nil && c.paused {
		c.tellPaused()
	}
	c.mu.Unlock()
	return func(report func(reply)) error {
		defer c.close(id)
		if err != nil {
			return fmt.Errorf("app: ask a worker to train: %w", err)
		}
		return c.await(nil, answers, report)
	}
}

// ready waits until the worker's program says that it runs.
func (c *client) ready(stop *cancel.Signal) error {
	limit, release := cancel.After(helloLimit)
	defer release()
	select {
	case <-c.hello:
		return c.death()
	case <-c.dead:
		return c.death()
	case <-stop.Done():
		return stop.Err()
	case <-limit.Done():
		c.die(fmt.Errorf("it did not start in %v", helloLimit))
		return c.death()
	}
}

// load gives the worker a pack, if it does not have it yet.
func (c *client) load(stop *cancel.Signal, m data.Manifest, shard data.Shard) error {
	if c.loaded[shard.File] {
		return nil
	}
	bytes, err := c.packs.bytes(shard)
	if err != nil {
		return err
	}
	id, answers := c.open(false)
	defer c.close(id)
	request := protocol.Request{ID: id, Op: protocol.OpLoad, Load: &protocol.Load{Manifest: m, Shard: shard}}
	if err := c.post(request, extras{"bytes": bytes}); err != nil {
		return fmt.Errorf("app: give a worker %s: %w", shard.File, err)
	}
	silent := time.AfterFunc(silenceLimit, func() {
		c.die(fmt.Errorf("nothing was heard from it for %v", silenceLimit))
	})
	err = c.await(stop, answers, nil)
	silent.Stop()
	if refused, ok := errors.AsType[*protocol.Error](err); ok {
		c.packs.forget(shard.File)
		return &packError{shard, refused}
	}
	if err == nil {
		c.loaded[shard.File] = true
	}
	return err
}

// open gives a new request its number and a place for its answers.
func (c *client) open(training bool) (uint32, *web.Mailbox[reply]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	answers := web.NewMailbox[reply]()
	c.pending[c.lastID] = answers
	if training {
		c.training = c.lastID
	}
	return c.lastID, answers
}

// close says that a request's answers are not waited for any more.
func (c *client) close(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
	if c.training == id {
		c.training = 0
	}
}

// await takes a request's answers up to the last one. It ends early when stop
// is set or the worker dies.
func (c *client) await(stop *cancel.Signal, answers *web.Mailbox[reply], report func(reply)) error {
	stop, release := stop.Child()
	defer release()
	defer stop.Set(nil) // ends the goroutine
	go func() {
		select {
		case <-c.dead:
			stop.Set(c.death())
		case <-stop.Done():
		}
	}()
	for {
		answer, err := answers.Take(stop)
		if err != nil {
			return err
		}
		switch answer.Reply {
		case protocol.Events, protocol.State:
			if report != nil {
				report(answer)
			}
		case protocol.Done:
			if report != nil {
				report(answer)
			}
			return nil
		case protocol.Failed:
			return answer.Error
		}
	}
}
