package ui

import (
	"time"

	"github.com/hack-pad/safejs"
)

// While nobody does anything on the page it is drawn at most this often: every
// drawing takes its time from the workers, which use all cores. A hidden page
// is drawn seldom, for its title and for screen readers.
const (
	drawEvery   = 300 * time.Millisecond
	hiddenEvery = time.Second
)

// frame draws the page when something has changed, not too often.
type frame struct {
	dom     *dom
	draw    func()
	tick    safejs.Func
	pending bool
	drawn   time.Time
}

func newFrame(d *dom, draw func()) *frame {
	f := &frame{dom: d, draw: draw}
	f.tick = d.function(func([]safejs.Value) { f.now() })
	// What is new while the page is hidden may have to wait.
	d.wrap(d.document).on("visibilitychange", func(safejs.Value) { f.now() })
	return f
}

func (f *frame) now() {
	f.pending, f.drawn = false, time.Now()
	f.draw()
}

// request has the page drawn soon.
func (f *frame) request() {
	if f.pending {
		return
	}
	f.pending = true
	every := drawEvery
	if f.dom.wrap(f.dom.document).is("hidden") {
		every = hiddenEvery
	}
	wait := max(every-time.Since(f.drawn), 0)
	_, err := f.dom.window.Call("setTimeout", f.tick, int(wait/time.Millisecond))
	f.dom.note(err)
}
