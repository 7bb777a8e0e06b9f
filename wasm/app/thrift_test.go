package main

import (
	"testing"
	"time"
)

func TestThriftKeepsToItsShare(t *testing.T) {
	for _, cost := range []time.Duration{time.Millisecond, 30 * time.Millisecond} {
		var th thrift
		now, spent, done := time.UnixMilli(1e12), time.Duration(0), 0
		begun := now
		for range 2000 {
			now = now.Add(7 * time.Millisecond)
			if th.affords(now) {
				from := now
				now = now.Add(cost)
				th.spent(from, now)
				spent += cost
				done++
			}
			if done == 0 {
				t.Fatal("not even the first is affordable")
			}
		}
		share := float64(spent) / float64(now.Sub(begun))
		if limit := 1.0 / thriftShare; share > limit || share < limit/2 {
			t.Errorf("doing what takes %v has taken %.3f of the time, want about %.3f", cost, share, limit)
		}
	}

	th := thrift{least: time.Second}
	now := time.UnixMilli(1e12)
	th.spent(now, now)
	if th.affords(now.Add(999*time.Millisecond)) || !th.affords(now.Add(time.Second)) {
		t.Error("what takes no time is not done once a second")
	}
}
