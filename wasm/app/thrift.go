package main

import "time"

// thriftShare is how many times as long as something took has to pass before
// it is done again.
const thriftShare = 20

// thrift keeps something that can be left out now and then, as keeping a run's
// state after an epoch, at a small share of the time and at most once in least.
// It is affordable at first.
type thrift struct {
	least time.Duration
	ended time.Time
	took  time.Duration
}

func (t *thrift) affords(now time.Time) bool {
	return now.Sub(t.ended) >= max(thriftShare*t.took, t.least)
}

func (t *thrift) spent(from, to time.Time) { t.ended, t.took = to, to.Sub(from) }
