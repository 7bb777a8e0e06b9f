package pool

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/cancel"
)

// fake is a trainer whose runs last until step is sent to, or ctx is done.
type fake struct {
	step   chan error
	closed chan struct{}

	mu     sync.Mutex
	paused bool
	dead   bool
}

func (f *fake) Train(stop *cancel.Signal, run experiment.Run, report func(experiment.Event)) error {
	report(experiment.Event{Kind: experiment.StartEvent, Model: run.Model, Round: run.Round})
	select {
	case err := <-f.step:
		if err != nil {
			return err
		}
	case <-stop.Done():
		return stop.Err()
	}
	report(experiment.Event{Kind: experiment.DoneEvent, Model: run.Model, Round: run.Round})
	return nil
}

func (f *fake) set(paused bool) {
	f.mu.Lock()
	f.paused = paused
	f.mu.Unlock()
}

func (f *fake) isPaused() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.paused
}

func (f *fake) Pause()  { f.set(true) }
func (f *fake) Resume() { f.set(false) }
func (f *fake) Close()  { close(f.closed) }

func (f *fake) Alive() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.dead
}

// maker makes fakes that share one step channel.
type maker struct {
	step chan error
	mu   sync.Mutex
	made []*fake
}

func (m *maker) create() (Trainer[experiment.Run], error) {
	f := &fake{step: m.step, closed: make(chan struct{})}
	m.mu.Lock()
	m.made = append(m.made, f)
	m.mu.Unlock()
	return f, nil
}

func someRuns(n int) []experiment.Run {
	runs := make([]experiment.Run, n)
	for i := range runs {
		runs[i].Round = i
	}
	return runs
}

func TestDoMakesEveryRunOnceAndKeepsTrainers(t *testing.T) {
	m := &maker{step: make(chan error, 100)}
	p := New(m.create)
	for range 20 {
		m.step <- nil
	}
	for range 2 {
		var done []int
		err := p.Do(nil, someRuns(10), 3, func(e experiment.Event) {
			if e.Kind == experiment.DoneEvent {
				done = append(done, e.Round)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(done)
		if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(done, want) {
			t.Errorf("runs made: %v, want %v", done, want)
		}
	}
	if len(m.made) > 3 {
		t.Errorf("%d trainers made, want 3 at most: they are kept", len(m.made))
	}
	p.Trim(0)
	for _, f := range m.made {
		<-f.closed
	}
}

func TestDoStartsNoMoreTrainersThanRuns(t *testing.T) {
	m := &maker{step: make(chan error, 2)}
	m.step <- nil
	m.step <- nil
	if err := New(m.create).Do(nil, someRuns(2), 16, func(experiment.Event) {}); err != nil {
		t.Fatal(err)
	}
	if len(m.made) > 2 {
		t.Errorf("%d trainers for 2 runs", len(m.made))
	}
}

func TestAnErrorEndsAllAndDropsItsTrainer(t *testing.T) {
	m := &maker{step: make(chan error)}
	p := New(m.create)
	broken := errors.New("worker died")
	started := make(chan struct{}, 10)
	result := make(chan error)
	go func() {
		result <- p.Do(nil, someRuns(10), 2, func(experiment.Event) { started <- struct{}{} })
	}()
	<-started
	<-started
	m.step <- broken
	if err := <-result; !errors.Is(err, broken) {
		t.Fatalf("error %v, want %v", err, broken)
	}
	if len(started) != 0 {
		t.Errorf("%d more runs were started after the error", len(started))
	}
	closed := 0
	for _, f := range m.made {
		select {
		case <-f.closed:
			closed++
		default:
		}
	}
	if closed != 1 || len(p.idle) != 1 {
		t.Errorf("%d trainers closed and %d kept, want the failed one closed and the other kept", closed, len(p.idle))
	}
}

func TestCancelStopsAndKeepsTrainers(t *testing.T) {
	m := &maker{step: make(chan error)}
	p := New(m.create)
	stop := cancel.New()
	err := p.Do(stop, someRuns(5), 2, func(experiment.Event) { stop.Set(nil) })
	if !errors.Is(err, cancel.ErrStopped) {
		t.Errorf("error %v, want %v", err, cancel.ErrStopped)
	}
	if len(p.idle) != len(m.made) {
		t.Errorf("%d of %d trainers kept, want all", len(p.idle), len(m.made))
	}
}

func TestPauseReachesBusyAndLaterTrainers(t *testing.T) {
	m := &maker{step: make(chan error)}
	p := New(m.create)
	started := make(chan struct{}, 10)
	finished := make(chan error)
	run := func() {
		finished <- p.Do(nil, someRuns(1), 1, func(e experiment.Event) {
			if e.Kind == experiment.StartEvent {
				started <- struct{}{}
			}
		})
	}
	go run()
	<-started
	p.Pause()
	if !m.made[0].isPaused() {
		t.Error("the trainer at work was not paused")
	}
	m.step <- nil
	<-finished
	p.Resume()
	go run()
	<-started
	if m.made[0].isPaused() {
		t.Error("a trainer taken up again after Resume is still paused")
	}
	select {
	case <-finished:
		t.Error("the run ended without its step")
	case <-time.After(time.Millisecond):
	}
	m.step <- nil
	<-finished
}

func TestATrainerThatDiedWhileIdleIsNotUsed(t *testing.T) {
	m := &maker{step: make(chan error, 2)}
	m.step <- nil
	m.step <- nil
	p := New(m.create)
	for range 2 {
		if err := p.Do(nil, someRuns(1), 1, func(experiment.Event) {}); err != nil {
			t.Fatal(err)
		}
		m.made[0].mu.Lock()
		m.made[0].dead = true
		m.made[0].mu.Unlock()
	}
	if len(m.made) != 2 {
		t.Errorf("%d trainers made, want a second one in the dead one's place", len(m.made))
	}
}
