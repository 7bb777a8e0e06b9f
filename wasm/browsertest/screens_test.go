//go:build browser

package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// focus has the page think that it has the keyboard, whatever other tabs do.
func (v *visit) focus() {
	v.t.Helper()
	if _, err := chromedp.Call(v.Ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		v.t.Fatal(err)
	}
}

// prefer has the visitor prefer a colour scheme, and less motion.
func (v *visit) prefer(scheme string) {
	v.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(v.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		v.t.Fatal(err)
	}
}

// fits gives the screen a width, which the page must not be wider than.
func (v *visit) fits(width int64) {
	v.t.Helper()
	v.run(chromedp.EmulateViewport(width, 844))
	// The charts follow a change of the width a frame later.
	const settled = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200))))`
	if got := eval[int64](v, settled+`.then(() => document.scrollingElement.scrollWidth)`); got > width {
		wide := eval[string](v, `[...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
			.slice(0, 5).map((e) => e.tagName + "." + e.className + "#" + e.id).join(", ")`)
		v.t.Errorf("%d pixels wide: the page takes %d (%s)", width, got, wide)
	}
}

// by has a test done at both sizes, each in one of the colour schemes, side by
// side: what is done by hand waits more than it computes.
func by(t *testing.T, query string, test func(t *testing.T, v *visit)) {
	for _, c := range []struct {
		name, scheme string
		width        int64
	}{{"desktop, light", "light", 1440}, {"phone, dark", "dark", 390}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := open(t, query)
			v.prefer(c.scheme)
			v.run(chromedp.EmulateViewport(c.width, 844))
			v.useAxe()
			test(t, v)
		})
	}
}

// keys presses keys, one after the other, where the keyboard is.
func (v *visit) keys(keys ...string) {
	v.t.Helper()
	for _, k := range keys {
		v.run(chromedp.KeyEvent(k))
	}
}

// trainByKey trains all networks, by keyboard.
func (v *visit) trainByKey() {
	v.t.Helper()
	v.tabTo("#train")
	v.keys(" ")
	v.wait(trainLimit, "done")
}

// onEveryScreen checks that what the page shows is accessible and fits, in both
// colour schemes and at every size of screen; also may check more, or be nil.
func (v *visit) onEveryScreen(also func(width int64)) {
	v.t.Helper()
	v.useAxe()
	for _, scheme := range []string{"light", "dark"} {
		v.prefer(scheme)
		for _, width := range []int64{320, 390, 800, 1440} {
			v.fits(width)
			if also != nil {
				also(width)
			}
			v.checkAccessibility(fmt.Sprintf("%s, %d pixels wide", scheme, width))
		}
	}
}

// useAxe gives the page the accessibility checks.
func (v *visit) useAxe() {
	v.t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", "ui", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		v.t.Fatal(err)
	}
	v.do(string(axe))
}

func (v *visit) checkAccessibility(when string) {
	v.t.Helper()
	type violation struct {
		ID, Impact, Help string
		Nodes            []string
	}
	for _, bad := range eval[[]violation](v, `axe.run({ resultTypes: ["violations"] }).then((r) => r.violations.map((x) => ({
		id: x.id, impact: x.impact, help: x.help,
		nodes: x.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + " — " + n.failureSummary.replaceAll("\n", " ")) })))`) {
		v.t.Errorf("%s: %s (%s): %s\n%v", when, bad.ID, bad.Impact, bad.Help, bad.Nodes)
	}
}
