package ui

import "time"

// While nobody does anything on the page it is drawn at most every drawEvery,
// and more seldom where drawing is dear: it takes its time from the workers,
// which use all cores. At the latest it is drawn after drawWithin. A hidden page
// is drawn seldom, for its title and for screen readers.
const (
	drawEvery   = 300 * time.Millisecond
	drawWithin  = time.Second
	hiddenEvery = time.Second

	// drawShare is how many times as long as a drawing took has to pass before
	// the next.
	drawShare = 50
)

// drawWait is how long the next drawing waits that is asked for so long after
// the last one, which took so long.
func drawWait(hidden bool, took, since time.Duration) time.Duration {
	every := min(max(drawShare*took, drawEvery), drawWithin)
	if hidden {
		every = hiddenEvery
	}
	return max(every-since, 0)
}
