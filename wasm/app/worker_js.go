package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/group"
	"github.com/pairlab/pairlab/wasm/protocol"
	"github.com/pairlab/pairlab/wasm/web"
)

// worker is the program in a worker: it keeps the decoded images and makes one
// run at a time. Requests are carried out in order, but for those that are
// about the run in hand, which act at once.
type worker struct {
	kernels *kernelSets
	inbox   *web.Mailbox[delivery]
	yielder *web.Yielder
	bell    *web.Bell // of the page's messages; nil where no memory can be shared
	heard   int       // messages that have come
	looped  time.Time // when a run last returned to the event loop
	store   *data.Store
	oracle  oracle // the networks that it is asked about
	meetBy  transports
	tests   tests // the test pairs that it was last asked about

	mu      sync.Mutex
	current *hold // of the run in hand
}

// delivery is a request with the message that it came in.
type delivery struct {
	request protocol.Request
	message safejs.Value
	err     error // what made the message unreadable
}

// collectAt is by how much garbage may outgrow what is in use, in percent,
// before it is collected. Most of what a worker has in use is numbers, which
// the collector does not look through: it is quick, and the memory, which never
// shrinks, stays small.
const collectAt = 20

func runWorker() error {
	debug.SetGCPercent(collectAt)
	yielder, err := web.NewYielder()
	if err != nil {
		return err
	}
	started, err := boot()
	if err != nil {
		return err
	}
	kernels, err := newKernelSets(started)
	if err != nil {
		return err
	}
	var by transports
	if by.meet, err = started.Get("meet"); err != nil {
		return err
	}
	if by.openMail, err = started.Get("openMail"); err != nil {
		return err
	}
	w := &worker{kernels: kernels, meetBy: by, inbox: web.NewMailbox[delivery](), yielder: yielder, oracle: oracle{}}
	buffer, err := started.Get("bell")
	if err != nil {
		return err
	}
	if !buffer.IsUndefined() {
		if w.bell, err = web.OpenBell(buffer); err != nil {
			return err
		}
	}
	if _, err := web.Listen(safejs.Global(), "message", w.receive); err != nil {
		return err
	}
	if err := post(protocol.Answer{Reply: protocol.Hello}, nil); err != nil {
		return err
	}
	for {
		d, err := w.inbox.Take(nil)
		if err != nil {
			return err
		}
		answer, bytes := w.answer(d)
		if err := post(answer, map[string][]byte{"bytes": bytes}); err != nil {
			return err
		}
	}
}

// receive is the listener for messages.
func (w *worker) receive(event safejs.Value) {
	w.heard++
	request, message, err := readRequest(event)
	if err != nil {
		w.inbox.Put(delivery{err: err})
		return
	}
	switch request.Op {
	case protocol.OpPause, protocol.OpResume, protocol.OpYield, protocol.OpStop:
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.current != nil && w.current.id == request.ID {
			w.current.tell(request.Op)
		}
	case protocol.OpTrain:
		// From here on the run can be paused and stopped, though it may not
		// have begun.
		w.mu.Lock()
		w.current = newHold(request.ID)
		w.mu.Unlock()
		fallthrough
	default:
		w.inbox.Put(delivery{request: request, message: message})
	}
}

func readRequest(event safejs.Value) (protocol.Request, safejs.Value, error) {
	text, _, err := readMessage(event)
	if err != nil {
		return protocol.Request{}, safejs.Undefined(), err
	}
	message, err := event.Get("data")
	if err != nil {
		return protocol.Request{}, safejs.Undefined(), err
	}
	request, err := protocol.DecodeRequest(text)
	return request, message, err
}

// answer carries out a request. A panic in it becomes an answer too, with its
// text: the page then ends this worker.
func (w *worker) answer(d delivery) (answer protocol.Answer, bytes []byte) {
	id := d.request.ID
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", cause, debug.Stack())
			answer, bytes = failed(id, fmt.Errorf("panic: %v", cause)), nil
			answer.Error.Fatal = true
		}
	}()
	err := d.err
	switch {
	case err != nil:
	case d.request.Op == protocol.OpLoad:
		err = w.load(*d.request.Load, d.message)
	case d.request.Op == protocol.OpTrain:
		err = w.train(id, *d.request.Train, d.message)
	default:
		answer, bytes, err = w.asked(d.request, d.message)
	}
	if err != nil {
		return failed(id, err), nil
	}
	answer.ID, answer.Reply = id, protocol.Done
	return answer, bytes
}

func failed(id uint32, err error) protocol.Answer {
	return protocol.Answer{ID: id, Reply: protocol.Failed, Error: &protocol.Error{
		Message: err.Error(),
		Stopped: errors.Is(err, cancel.ErrStopped) || errors.Is(err, group.ErrStopped),
		Yielded: errors.Is(err, errYielded),
		Refused: errors.Is(err, train.ErrState),
	}}
}

// load decodes and keeps a pack.
func (w *worker) load(l protocol.Load, message safejs.Value) error {
	if w.store == nil {
		w.store = data.NewStore(l.Manifest)
	}
	bytes, err := message.Get("bytes")
	if err != nil {
		return err
	}
	inflated, err := web.Bytes(bytes)
	if err != nil {
		return err
	}
	return w.store.AddInflated(l.Shard, inflated)
}

// yieldEvery is how long a run goes on without a look at messages, unless a single
// chunk takes longer.
const yieldEvery = 40 * time.Millisecond

// loopEvery is how often a run returns to the event loop though no message is on
// its way: the browser has work of its own to do there.
const loopEvery = time.Second

// yield lets the event loop deliver messages, if there are any.
func (w *worker) yield(now time.Time) error {
	if w.bell != nil && now.Sub(w.looped) < loopEvery {
		if rung, err := w.bell.Rung(); err != nil || rung == w.heard {
			return err
		}
	}
	w.looped = now
	return w.yielder.Yield()
}

// beatEvery is how often a run says that it goes on, if it has no news.
const beatEvery = time.Second

// train makes a run, or this worker's part of it, and reports what happens.
func (w *worker) train(id uint32, t protocol.Train, message safejs.Value) error {
	w.mu.Lock()
	hold := w.current
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.current = nil
		w.mu.Unlock()
	}()
	if w.store == nil {
		return errors.New("app: a run was asked for before the images came")
	}
	r := &run{
		task: t, hold: hold,
		news: &outbox{
			interval: time.Duration(t.Interval) * time.Millisecond,
			now:      time.Now,
			send: func(events []experiment.Event, first layers) error {
				return post(protocol.Answer{ID: id, Reply: protocol.Events, Events: events, Layers: first.epochs}, map[string][]byte{"first": first.bytes})
			},
		},
	}
	r.keep = func(epoch int, sealed []byte, first layers) error {
		return post(protocol.Answer{ID: id, Reply: protocol.State, Epoch: epoch, Outcome: &r.outcome, Layers: first.epochs}, map[string][]byte{"bytes": sealed, "first": first.bytes})
	}
	last := time.Now()
	var called time.Duration // after last
	r.between = func() (idle time.Duration, err error) {
		// Since asks the browser one clock, Now two.
		now := time.Since(last)
		// If the next chunk takes as long as this one, is it in time after that?
		next := now + now - called
		if called = now; next < yieldEvery {
			return 0, nil
		}
		begun := time.Now()
		if err := w.yield(begun); err != nil {
			return 0, err
		}
		if hold.waiting() || r.news.quiet(beatEvery) {
			if err := r.news.beat(); err != nil {
				return 0, err
			}
		}
		err = hold.wait()
		last, called = time.Now(), 0
		return last.Sub(begun), err
	}
	var err error
	if r.kernels, err = w.kernels.named(t.Kernels); err != nil {
		return err
	}
	if t.Epoch > 0 {
		if r.resume, err = readBytes(message, "bytes"); err != nil {
			return err
		}
	}
	leave, err := r.join(message, w.meetBy)
	if err != nil {
		return err
	}
	defer leave()
	return r.make(w.store)
}

func readBytes(message safejs.Value, member string) ([]byte, error) {
	array, err := message.Get(member)
	if err != nil {
		return nil, err
	}
	return web.Bytes(array)
}

// post sends an answer to the page; what comes with it, by the message's
// member, is copied into it.
func post(a protocol.Answer, with map[string][]byte) error {
	text, err := a.Encode()
	if err != nil {
		return err
	}
	message, transfer := map[string]any{"json": text}, []any{}
	for member, bytes := range with {
		if bytes == nil {
			continue
		}
		array, err := web.Copy(bytes)
		if err != nil {
			return err
		}
		buffer, err := array.Get("buffer")
		if err != nil {
			return err
		}
		message[member], transfer = array, append(transfer, buffer)
	}
	_, err = safejs.Global().Call("postMessage", message, transfer)
	return err
}
