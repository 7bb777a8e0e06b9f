//go:build browser

package browsertest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// point is a place on a pad, in fractions of its sides.
type point struct{ X, Y float64 }

// padScript is the pad of a side, "left" or "right".
const padScript = `document.querySelector("[data-pad=%s] .sheet canvas")`

// padBox is where a pad is on the screen.
type padBox struct{ X, Y, Width, Height float64 }

func (v *visit) padBox(side string) padBox {
	v.t.Helper()
	return eval[padBox](v, fmt.Sprintf(padScript+`.getBoundingClientRect().toJSON()`, side))
}

// scrollToPad scrolls a pad to the middle of the screen.
func (v *visit) scrollToPad(side string) padBox {
	v.t.Helper()
	v.do(fmt.Sprintf(padScript+`.scrollIntoView({ block: "center" })`, side))
	return v.padBox(side)
}

// draw draws a line on the pad of a side with the mouse.
func (v *visit) draw(side string, line ...point) {
	v.t.Helper()
	box := v.scrollToPad(side)
	send := func(kind input.DispatchMouseEventType, p point) {
		v.t.Helper()
		params := input.DispatchMouseEventParams{
			Type: kind, X: box.X + p.X*box.Width, Y: box.Y + p.Y*box.Height, Button: input.MouseButtonLeft, ClickCount: 1,
		}
		if _, err := chromedp.Call(v.Ctx, input.DispatchMouseEvent, params); err != nil {
			v.t.Fatal(err)
		}
	}
	send(input.DispatchMouseEventTypeMousePressed, line[0])
	for _, p := range line[1:] {
		send(input.DispatchMouseEventTypeMouseMoved, p)
	}
	send(input.DispatchMouseEventTypeMouseReleased, line[len(line)-1])
}

// one and seven are digits.
func one() []point { return []point{{0.5, 0.15}, {0.5, 0.3}, {0.5, 0.5}, {0.5, 0.7}, {0.5, 0.85}} }
func seven() []point {
	return []point{{0.25, 0.2}, {0.5, 0.2}, {0.75, 0.2}, {0.65, 0.4}, {0.55, 0.6}, {0.45, 0.85}}
}

// ink is a script: how much is drawn on the left pad.
const ink = `document.querySelector("[data-pad=left] .sheet canvas").getContext("2d").getImageData(0, 0, 224, 224).data.reduce((sum, v) => sum + v)`

// A drawing may be wiped, or another finger come down, while a stroke is drawn.
func TestAStrokeIsOfOnePointerAndOneDrawing(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	box := v.scrollToPad("left")
	mouse := func(kind input.DispatchMouseEventType, x, y float64) {
		t.Helper()
		params := input.DispatchMouseEventParams{Type: kind, X: box.X + x*box.Width, Y: box.Y + y*box.Height, Button: input.MouseButtonLeft, ClickCount: 1}
		if _, err := chromedp.Call(v.Ctx, input.DispatchMouseEvent, params); err != nil {
			t.Fatal(err)
		}
	}
	const press, move, release = input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMouseReleased
	for _, part := range []string{"clear", "undo"} {
		mouse(press, 0.3, 0.3)
		mouse(move, 0.5, 0.5)
		v.do(fmt.Sprintf(`document.querySelector("[data-pad=left] [data-part=%s]").click()`, part))
		mouse(move, 0.7, 0.7)
		mouse(release, 0.7, 0.7)
		if got := eval[int](v, ink); got != 0 {
			t.Errorf("after %s there is ink %d", part, got)
		}
	}
	mouse(press, 0.3, 0.3)
	mouse(move, 0.5, 0.5)
	drawn := eval[int](v, ink)
	v.do(`for (const kind of ["pointerdown", "pointermove", "pointerup"]) {
		document.querySelector("[data-pad=left] .sheet canvas").dispatchEvent(
			new PointerEvent(kind, { pointerId: 7, isPrimary: true, button: 0, bubbles: true, clientX: 9, clientY: 9 }));
	}`)
	if got := eval[int](v, ink); got != drawn {
		t.Errorf("another finger makes ink %d of %d", got, drawn)
	}
	mouse(move, 0.7, 0.3)
	if got := eval[int](v, ink); got <= drawn {
		t.Error("another finger ends the stroke")
	}
	mouse(release, 0.7, 0.3)
	if state, message, err := v.State(); err != nil || state != "ready" {
		t.Errorf("state %q, %q, %v", state, message, err)
	}
}

func TestTouchDrawsAndDoesNotScroll(t *testing.T) {
	t.Parallel()
	v := trained(t, "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000")
	v.run(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	time.Sleep(300 * time.Millisecond)
	box := v.scrollToPad("left")
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		t.Helper()
		if _, err := chromedp.Call(v.Ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)}); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range one() {
		kind := input.DispatchTouchEventTypeTouchMove
		if i == 0 {
			kind = input.DispatchTouchEventTypeTouchStart
		}
		touch(kind, &input.TouchPoint{X: box.X + p.X*box.Width, Y: box.Y + p.Y*box.Height})
	}
	touch(input.DispatchTouchEventTypeTouchEnd)
	v.until(soon, `document.querySelector("[data-pad=left] [data-part=about]").innerText === "Your drawing"`)
	// Where the pad is on the screen: as texts above it change, the browser scrolls
	// to keep it there.
	if y := v.padBox("left").Y; math.Abs(y-box.Y) > 1 {
		t.Errorf("drawing moved the pad from %v to %v", box.Y, y)
	}
}
