package keep

import "sync"

// Queue makes writes in the background, one at a time, so that whoever has
// something to keep never waits. Of the writes under one name that wait, only
// the newest is made. It may be used from any goroutine.
type Queue struct {
	failed func(error)

	mu      sync.Mutex
	order   []string // names of the writes that wait, the oldest first
	waiting map[string]func() error
	busy    bool
}

// NewQueue returns an empty queue; failed is told each write's error.
func NewQueue(failed func(error)) *Queue {
	return &Queue{failed: failed, waiting: map[string]func() error{}}
}

// Put has write made after what waits already. A write that waits under the
// same name is dropped, and this one takes its place.
func (q *Queue) Put(name string, write func() error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, waits := q.waiting[name]; !waits {
		q.order = append(q.order, name)
	}
	q.waiting[name] = write
	if !q.busy {
		q.busy = true
		go q.work()
	}
}

// Drop drops a write that waits, if there is one.
func (q *Queue) Drop(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waiting, name)
}

// Clear drops all that waits.
func (q *Queue) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.order = nil
	clear(q.waiting)
}

func (q *Queue) work() {
	for {
		write := q.next()
		if write == nil {
			return
		}
		if err := write(); err != nil {
			q.failed(err)
		}
	}
}

func (q *Queue) next() func() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.order) > 0 {
		name := q.order[0]
		q.order = q.order[1:]
		if write, waits := q.waiting[name]; waits {
			delete(q.waiting, name)
			return write
		}
	}
	q.busy = false
	return nil
}
