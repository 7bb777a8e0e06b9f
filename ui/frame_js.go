package ui

import (
	"time"

	"github.com/hack-pad/safejs"
)

// frame draws the page when something has changed, not too often.
type frame struct {
	dom     *dom
	draw    func()
	tick    safejs.Func
	pending bool
	drawn   time.Time
	took    time.Duration // the last drawing: ours, and the browser's after it

	// The browser's part begins with the animation frame and ends before the
	// next task.
	begins, ended safejs.Func
	begun         time.Time
}

func newFrame(d *dom, draw func()) *frame {
	f := &frame{dom: d, draw: draw}
	f.tick = d.function(func([]safejs.Value) { f.now() })
	f.begins = d.function(func([]safejs.Value) {
		f.begun = time.Now()
		f.soon(f.ended)
	})
	f.ended = d.function(func([]safejs.Value) { f.took += time.Since(f.begun) })
	// What is new while the page is hidden may have to wait.
	d.wrap(d.document).on("visibilitychange", func(safejs.Value) { f.now() })
	return f
}

func (f *frame) now() {
	f.pending, f.drawn = false, time.Now()
	f.draw()
	f.took = time.Since(f.drawn)
	if !f.hidden() {
		_, err := f.dom.window.Call("requestAnimationFrame", f.begins)
		f.dom.note(err)
	}
}

func (f *frame) hidden() bool { return f.dom.wrap(f.dom.document).is("hidden") }

// request has the page drawn soon.
func (f *frame) request() {
	if f.pending {
		return
	}
	f.pending = true
	f.after(drawWait(f.hidden(), f.took, time.Since(f.drawn)), f.tick)
}

// soon has fn called in a task of its own.
func (f *frame) soon(fn safejs.Func) { f.after(0, fn) }

func (f *frame) after(wait time.Duration, fn safejs.Func) {
	_, err := f.dom.window.Call("setTimeout", fn, int(wait/time.Millisecond))
	f.dom.note(err)
}
