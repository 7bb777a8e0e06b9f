package main

import (
	"maps"
	"testing"
	"time"
)

func TestBacklogWritesNowAndThenAndTheNewestWhenAsked(t *testing.T) {
	clock := time.Unix(0, 0)
	b := newBacklog(2*time.Second, func() time.Time { return clock })
	var written []int
	write := func(epoch int) func() error {
		return func() error { written = append(written, epoch); return nil }
	}
	b.begin("run")
	for epoch := range 50 { // five seconds
		clock = clock.Add(100 * time.Millisecond)
		if w := write(epoch); b.take("run", w) {
			_ = w()
		}
	}
	if len(written) != 2 || written[0] != 19 || written[1] != 39 {
		t.Errorf("epochs %v of 50 were written, want 19 and 39: every two seconds", written)
	}
	b.begin("short")
	b.take("short", write(-1))
	b.end("short")

	late := map[string]int{}
	put := func(run string, w func() error) {
		_ = w()
		late[run] = written[len(written)-1]
	}
	b.flush(put)
	b.flush(put)
	if want := map[string]int{"run": 49}; !maps.Equal(late, want) || len(written) != 3 {
		t.Errorf("late were %v, in %d writes, want %v once", late, len(written)-2, want)
	}
	clock = clock.Add(1900 * time.Millisecond)
	if b.take("run", write(50)) {
		t.Error("a state is written less than two seconds after what was late")
	}
}
