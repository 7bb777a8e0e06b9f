package ui

import (
	"time"

	"github.com/hack-pad/safejs"
)

// pressLimit is how long a press lasts at most. Its end is not heard of where the
// pointer has left the window.
const pressLimit = time.Second

// fold hides parts of the page and shows one of them a frame: laying out all at
// once would hold the page.
type fold struct {
	dom    *dom
	now    func() time.Duration
	hidden []*element
	opens  safejs.Func

	pressed   bool // a button of the mouse or a finger is down
	pressedAt time.Duration
}

func newFold(d *dom, now func() time.Duration) *fold {
	f := &fold{dom: d, now: now}
	f.opens = d.function(func([]safejs.Value) { f.open() })
	document := d.wrap(d.document)
	document.on("pointerdown", func(safejs.Value) { f.pressed, f.pressedAt = true, now() })
	for _, end := range []string{"pointerup", "pointercancel"} {
		document.on(end, func(safejs.Value) { f.pressed = false })
	}
	return f
}

// close hides the parts, and begins to open.
func (f *fold) close(parts []*element) {
	f.hidden = parts
	for _, part := range parts {
		part.flag("hidden", true)
	}
	f.open()
}

// open shows the next part, unless something is being pressed: it would move
// away from under the finger, and the press be lost.
func (f *fold) open() {
	if len(f.hidden) == 0 {
		return
	}
	if !f.pressed || f.now()-f.pressedAt > pressLimit {
		f.hidden[0].flag("hidden", false)
		f.hidden = f.hidden[1:]
	}
	_, err := f.dom.window.Call("requestAnimationFrame", f.opens)
	f.dom.note(err)
}
