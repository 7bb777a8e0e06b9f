package ui

import (
	"testing"
	"time"
)

func TestDrawingKeepsToItsShare(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		what              string
		hidden            bool
		took, since, want time.Duration
	}{
		{"first of all", false, 0, time.Hour, 0},
		{"cheap", false, 2 * ms, 0, 300 * ms},
		{"cheap, a while ago", false, 2 * ms, 250 * ms, 50 * ms},
		{"cheap, long ago", false, 2 * ms, 400 * ms, 0},
		{"a fiftieth of the time", false, 12 * ms, 100 * ms, 500 * ms},
		{"dear", false, 45 * ms, 0, 1000 * ms},
		{"hidden", true, 2 * ms, 100 * ms, 900 * ms},
		{"hidden and dear", true, 45 * ms, 1500 * ms, 0},
	} {
		if got := drawWait(c.hidden, c.took, c.since); got != c.want {
			t.Errorf("%s: a drawing that took %v waits %v after %v, want %v", c.what, c.took, got, c.since, c.want)
		}
	}
}
