package main

import "time"

// thriftShare is how many times as long as something took has to pass before
// it is done again.
const thriftShare = 20

// thrift keeps something that can be left out now and then, as keeping a run's
// state after an epoch, at a small share of the time. It is affordable at
// first.
type thrift struct {
	ended time.Time
	took  time.Duration
}

func (t *thrift) affords(now time.Time) bool { return now.Sub(t.ended) >= thriftShare*t.took }

func (t *thrift) spent(from, to time.Time) { t.ended, t.took = to, to.Sub(from) }
