package state

import (
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
)

// Trials is a set of trials as the page shows it: planned, under way or over.
type Trials struct {
	Phase   Phase // Ready before it has begun; Done with runs left: it was stopped
	Data    *experiment.DataProgress
	Failure *experiment.Error
	Set     experiment.Set
	News    int // grows with each run that ends

	workers int
	speeds  experiment.Speeds // that tell one network's work from another's
	planned float64           // seconds of work at the beginning, by speeds
	running map[trialKey]float64
	clock   clock
}

// trialKey is a round of a setting.
type trialKey struct {
	setting string
	round   int
}

// NewTrials is a set that has not begun, to be made by so many workers whose
// speeds are about those given.
func NewTrials(set experiment.Set, speeds experiment.Speeds, workers int) *Trials {
	t := &Trials{Phase: Ready, Set: set}
	t.Replan(speeds, workers)
	return t
}

// Replan takes note of other speeds and another number of workers than those
// that a set which is not under way was planned for.
func (t *Trials) Replan(speeds experiment.Speeds, workers int) {
	t.speeds, t.workers = t.Set.Speeds(speeds), workers
}

// Begin begins with the set, or goes on with it.
func (t *Trials) Begin(now time.Duration, env experiment.Environment) {
	t.Set.MadeIn(env)
	t.workers = env.Workers
	t.running, t.clock = map[trialKey]float64{}, clock{}
	t.planned = float64(t.Set.SecondsLeft(t.speeds, 1))
	t.SetPhase(now, Running)
}

// SetPhase changes the phase. Leaving Failed drops the failure.
func (t *Trials) SetPhase(now time.Duration, p Phase) {
	t.clock.set(now, p == Running)
	t.Phase = p
	if p != Failed {
		t.Failure = nil
	}
	if !p.Busy() {
		t.Data, t.running = nil, nil
	}
}

// Fail says what went wrong. What was measured stays.
func (t *Trials) Fail(now time.Duration, e experiment.Error) {
	t.SetPhase(now, Failed)
	t.Failure = &e
}

// Apply takes in one event of a run of a setting; data events are of none.
func (t *Trials) Apply(setting string, e experiment.Event) {
	if e.Kind == experiment.DataEvent {
		t.Data = e.Data
		return
	}
	t.Data = nil // training has begun, so the images are here
	key := trialKey{setting, e.Round}
	switch {
	case e.Kind == experiment.ProgressEvent && e.Progress != nil && t.running != nil:
		r := run{progress: *e.Progress}
		t.running[key] = r.fraction()
	case e.Kind == experiment.DoneEvent:
		delete(t.running, key)
		t.News++
	}
	t.Set.Apply(setting, e)
}

// Fraction is how much of the set is done, each run counting the same.
func (t *Trials) Fraction() float64 {
	done, total := t.Set.CountShard()
	if total == 0 {
		return 0
	}
	return (float64(done) + t.inProgress()) / float64(total)
}

// inProgress is how many runs' worth of work is done of those that have not
// ended.
func (t *Trials) inProgress() float64 {
	sum := 0.0
	for _, fraction := range t.running {
		sum += fraction
	}
	return sum
}

// Left estimates how long the rest takes: once a tenth of a minute's training
// has shown the pace, by that, and before by the speeds of the networks. It is
// false if there is nothing to go by.
func (t *Trials) Left(now time.Duration) (time.Duration, bool) {
	work := float64(t.Set.SecondsLeft(t.speeds, 1))
	if done, total := t.Set.CountShard(); done < total {
		work *= 1 - t.inProgress()/float64(total-done)
	}
	seconds := work / float64(max(1, t.workers))
	if active := t.clock.read(now); t.Phase.Busy() && active > paceAfter && work < t.planned {
		seconds = active.Seconds() * work / (t.planned - work)
	}
	if !(seconds >= 0) {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// paceAfter is how long a set is trained before its pace says how long the
// rest takes.
const paceAfter = 6 * time.Second
