package schedule

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pairlab/pairlab/wasm/cancel"
)

type fakeWorker struct {
	dead   atomic.Bool
	closed atomic.Bool
}

func (w *fakeWorker) Alive() bool { return !w.dead.Load() && !w.closed.Load() }
func (w *fakeWorker) Close()      { w.closed.Store(true) }

// fakeJob has epochs, each of which the maker's epoch function makes.
type fakeJob struct {
	name      string
	remaining atomic.Int32
	mu        sync.Mutex
	teams     []int // the size of the team of each epoch
}

func (j *fakeJob) Remaining() int { return int(j.remaining.Load()) }

func newJob(name string, epochs int) *fakeJob {
	j := &fakeJob{name: name}
	j.remaining.Store(int32(epochs))
	return j
}

type fakeMaker struct {
	made  atomic.Int32
	epoch func(job *fakeJob, team []*fakeWorker) error
	users sync.Map // worker → job: no worker may be in two teams
	t     *testing.T
}

func (m *fakeMaker) NewWorker() (*fakeWorker, error) {
	m.made.Add(1)
	return &fakeWorker{}, nil
}

func (m *fakeMaker) Train(stop *cancel.Signal, team []*fakeWorker, job *fakeJob, yield <-chan struct{}) error {
	for _, w := range team {
		if other, used := m.users.LoadOrStore(w, job.name); used {
			m.t.Errorf("a worker is given %s while it makes %v", job.name, other)
		}
		defer m.users.Delete(w)
	}
	for job.Remaining() > 0 {
		if err := m.epoch(job, team); err != nil {
			return err
		}
		job.mu.Lock()
		job.teams = append(job.teams, len(team))
		job.mu.Unlock()
		job.remaining.Add(-1)
		select {
		case <-stop.Done():
			return stop.Err()
		case <-yield:
			if job.Remaining() > 0 {
				return ErrYielded
			}
		default:
		}
	}
	return nil
}

func jobs(n, epochs int) []*fakeJob {
	all := make([]*fakeJob, n)
	for i := range all {
		all[i] = newJob(fmt.Sprint("run ", i), epochs)
	}
	return all
}

func short(*fakeJob, []*fakeWorker) error {
	time.Sleep(time.Millisecond)
	return nil
}

func TestDoMakesAllRunsOnTheWorkersWanted(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		m := &fakeMaker{epoch: short, t: t}
		s := New(m, 8)
		s.SetWorkers(workers)
		all := jobs(5, 6)
		for range 2 { // the second time with workers kept from the first
			if err := s.Do(cancel.New(), all); err != nil {
				t.Fatal(err)
			}
		}
		for _, j := range all {
			if j.Remaining() != 0 || len(j.teams) != 6 {
				t.Errorf("%d workers: %s made %d epochs, %d are left", workers, j.name, len(j.teams), j.Remaining())
			}
		}
		if int(m.made.Load()) != workers {
			t.Errorf("%d workers made, want %d", m.made.Load(), workers)
		}
	}
}

func TestSingleRunIsSplit(t *testing.T) {
	m := &fakeMaker{epoch: short, t: t}
	s := New(m, 8)
	s.SetWorkers(16)
	all := jobs(1, 3)
	if err := s.Do(cancel.New(), all); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all[0].teams, []int{8, 8, 8}) {
		t.Errorf("teams %v, want the most that a run can use", all[0].teams)
	}
}

func TestTailIsSplit(t *testing.T) {
	m := &fakeMaker{epoch: short, t: t}
	s := New(m, 8)
	s.SetWorkers(2)
	all := []*fakeJob{newJob("short", 1), newJob("long", 50)}
	if err := s.Do(cancel.New(), all); err != nil {
		t.Fatal(err)
	}
	teams := all[1].teams
	if teams[0] != 1 || teams[len(teams)-1] != 2 {
		t.Errorf("teams of the long run %v: want 1 at first, 2 when the other worker is free", teams)
	}
}

func TestSetWorkersTakesEffectAtAnEpochsEnd(t *testing.T) {
	s := (*Scheduler[*fakeWorker, *fakeJob])(nil)
	m := &fakeMaker{t: t}
	m.epoch = func(j *fakeJob, team []*fakeWorker) error {
		switch j.Remaining() {
		case 40:
			s.SetWorkers(3)
		case 20:
			s.SetWorkers(1)
		}
		return short(j, team)
	}
	s = New(m, 8)
	all := jobs(1, 60)
	if err := s.Do(cancel.New(), all); err != nil {
		t.Fatal(err)
	}
	teams := all[0].teams
	if len(teams) != 60 || teams[0] != 1 || slices.Max(teams) != 3 || teams[59] != 1 {
		t.Errorf("teams %v: want 1, then 3, then 1", teams)
	}
}

func TestDeadWorkerIsReplacedAndTheRunGoesOn(t *testing.T) {
	m := &fakeMaker{t: t}
	m.epoch = func(j *fakeJob, team []*fakeWorker) error {
		if j.Remaining()%3 == 0 && j.name == "run 1" && len(team) > 0 && team[0].Alive() && !team[0].dead.Load() {
			if j.mu.TryLock() {
				first := len(j.teams) == 0 || j.teams[len(j.teams)-1] != -1
				if first {
					j.teams = append(j.teams, -1)
				}
				j.mu.Unlock()
				if first {
					team[0].dead.Store(true)
					return errors.New("out of memory")
				}
			}
		}
		return short(j, team)
	}
	s := New(m, 8)
	s.SetWorkers(2)
	all := jobs(3, 9)
	if err := s.Do(cancel.New(), all); err != nil {
		t.Fatal(err)
	}
	deaths := 0
	for _, n := range all[1].teams {
		if n == -1 {
			deaths++
		}
	}
	if all[1].Remaining() != 0 || deaths != 3 {
		t.Errorf("run 1 has %d epochs left after %d deaths, want 0 after 3", all[1].Remaining(), deaths)
	}
}

func TestWorkerThatAlwaysDiesEndsTheExperiment(t *testing.T) {
	cause := errors.New("out of memory")
	m := &fakeMaker{t: t}
	m.epoch = func(_ *fakeJob, team []*fakeWorker) error {
		team[0].dead.Store(true)
		return cause
	}
	err := New(m, 8).Do(cancel.New(), jobs(2, 3))
	if !errors.Is(err, cause) || m.made.Load() != maxDeaths+1 {
		t.Errorf("error %v after %d workers, want %v after %d", err, m.made.Load(), cause, maxDeaths+1)
	}
}

func TestOtherErrorsEndTheExperiment(t *testing.T) {
	cause := errors.New("wrong checksum")
	m := &fakeMaker{t: t}
	m.epoch = func(j *fakeJob, team []*fakeWorker) error {
		if j.name == "run 2" {
			return cause
		}
		return short(j, team)
	}
	s := New(m, 8)
	s.SetWorkers(2)
	if err := s.Do(cancel.New(), jobs(6, 5)); !errors.Is(err, cause) {
		t.Errorf("error %v, want %v", err, cause)
	}
}

func TestCancelledExperimentEnds(t *testing.T) {
	m := &fakeMaker{epoch: short, t: t}
	stop := cancel.New()
	time.AfterFunc(10*time.Millisecond, func() { stop.Set(nil) })
	if err := New(m, 8).Do(stop, jobs(4, 1000)); !errors.Is(err, cancel.ErrStopped) {
		t.Errorf("error %v, want %v", err, cancel.ErrStopped)
	}
}

func TestShares(t *testing.T) {
	for _, c := range []struct {
		idle, pending int
		want          string
	}{
		{0, 3, "[]"}, {2, 0, "[]"}, {2, 5, "[1 1]"}, {4, 1, "[4]"}, {16, 1, "[8]"}, {5, 2, "[2 3]"}, {3, 3, "[1 1 1]"},
	} {
		if got := fmt.Sprint(shares(c.idle, c.pending, 8)); got != c.want {
			t.Errorf("%d workers for %d jobs: %s, want %s", c.idle, c.pending, got, c.want)
		}
	}
}
