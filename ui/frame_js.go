package ui

import "github.com/hack-pad/safejs"

// hiddenEvery is how often a hidden page is drawn, in milliseconds: browsers
// give it no animation frames, but its title and a screen reader still follow.
const hiddenEvery = 1000

// frame draws the page at most once a frame, when something has changed.
type frame struct {
	dom     *dom
	draw    func()
	tick    safejs.Func
	pending bool
}

func newFrame(d *dom, draw func()) *frame {
	f := &frame{dom: d, draw: draw}
	f.tick = d.function(func([]safejs.Value) { f.now() })
	// A frame that was asked for just before the page was hidden comes when it is
	// shown again, or never. So this draws at once and lets the next change ask.
	d.wrap(d.document).on("visibilitychange", func(safejs.Value) { f.now() })
	return f
}

func (f *frame) now() {
	f.pending = false
	f.draw()
}

// request has the page drawn soon.
func (f *frame) request() {
	if f.pending {
		return
	}
	f.pending = true
	var err error
	if f.dom.wrap(f.dom.document).is("hidden") {
		_, err = f.dom.window.Call("setTimeout", f.tick, hiddenEvery)
	} else {
		_, err = f.dom.window.Call("requestAnimationFrame", f.tick)
	}
	f.dom.note(err)
}
