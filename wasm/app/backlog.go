package main

import "time"

// backlog says which states of the runs in progress are written to the
// storage: of each run one now and then, and the newest when asked for it.
type backlog struct {
	least time.Duration // between two of one run, and from its beginning to the first
	now   func() time.Time
	last  map[string]time.Time    // when each run's state was written, or it began
	late  map[string]func() error // writes the newest state of a run, where that is still to be done
}

func newBacklog(least time.Duration, now func() time.Time) *backlog {
	return &backlog{least: least, now: now, last: map[string]time.Time{}, late: map[string]func() error{}}
}

// begin is told that a run begins, or goes on.
func (b *backlog) begin(run string) { b.last[run] = b.now() }

// take takes what writes a run's newest state. It says whether it is time to.
func (b *backlog) take(run string, write func() error) bool {
	if b.now().Sub(b.last[run]) < b.least {
		b.late[run] = write
		return false
	}
	b.last[run] = b.now()
	delete(b.late, run)
	return true
}

// flush gives put what is late.
func (b *backlog) flush(put func(run string, write func() error)) {
	for run, write := range b.late {
		b.last[run] = b.now()
		put(run, write)
	}
	clear(b.late)
}

// end is told that a run is over, or nearly so.
func (b *backlog) end(run string) {
	delete(b.last, run)
	delete(b.late, run)
}
