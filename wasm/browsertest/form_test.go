//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/text"
)

// tabTo presses Tab until the keyboard is on what the selector matches.
func (v *visit) tabTo(selector string) {
	v.t.Helper()
	v.focus()
	for range 250 {
		if eval[bool](v, fmt.Sprintf(`document.activeElement?.matches(%q) ?? false`, selector)) {
			return
		}
		v.run(chromedp.KeyEvent("\t"))
	}
	v.t.Fatalf("250 presses of Tab do not reach %s", selector)
}

// expectForm compares what the form says: the address's query, how far the
// settings are from the preset, and which of them are marked.
func (v *visit) expectForm(when, query, words, marked string) {
	v.t.Helper()
	for what, c := range map[string]struct{ script, want string }{
		"the address says":       {`location.search`, query},
		"the note says":          {`document.getElementById("settings-note").innerText`, words},
		"marked are":             {`[...document.querySelectorAll("#form .changed:not([hidden])")].map((e) => e.closest(".field").dataset.field).join()`, marked},
		"the marked rows are":    {`[...document.querySelectorAll('#form [data-changed="true"]')].map((e) => e.dataset.field).join()`, marked},
		"the marks say":          {`[...new Set([...document.querySelectorAll("#form .changed:not([hidden])")].map((e) => e.textContent))].join()`, map[bool]string{true: "changed"}[marked != ""]},
		"the title's count is":   {`/, (\d+) changes?:/.exec(document.getElementById("settings-brief").innerText)?.[1] ?? "0"`, fmt.Sprint(len(strings.FieldsFunc(marked, func(r rune) bool { return r == ',' })))},
		"what is folded away is": {`document.getElementById("advanced-changed").textContent`, map[bool]string{true: "1 changed"}[strings.Contains(marked, "shift")]},
	} {
		// The note is written with the page's next frame.
		v.until(soon, fmt.Sprintf(`(%s) === %q || new Promise((done) => setTimeout(() => done(true), 200))`, c.script, c.want))
		if got := eval[string](v, c.script); got != c.want {
			v.t.Errorf("%s %s %q, want %q", when, what, got, c.want)
		}
	}
}

func TestPresetsAreChosenAndChangesTakenBackByKeyboardAlone(t *testing.T) {
	by(t, "", func(t *testing.T, v *visit) {
		v.do(`document.getElementById("settings").open = true`)
		holds := func(name, want string) {
			t.Helper()
			if got := eval[string](v, fmt.Sprintf(`document.getElementById("set-%s").value`, name)); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		v.expectForm("at first", "", "No changes from the Paper preset.", "")
		v.tabTo(`[name="preset"]`)
		v.run(chromedp.KeyEvent(kb.ArrowRight))
		v.expectForm("with Tuned", "?preset=tuned", "No changes from the Tuned preset.", "")
		holds("epochs", "200")
		holds("schedule", "cosine")
		holds("soft", "")

		v.tabTo("#set-epochs")
		v.run(chromedp.KeyEvent("3\t"))
		v.tabTo("#advanced > summary")
		v.run(chromedp.KeyEvent(" "))
		v.tabTo("#set-shift")
		v.run(chromedp.KeyEvent("9\t")) // out of range
		v.expectForm("with a value that is wrong", "?preset=tuned&epochs=3", "Some settings need attention.", "epochs")
		if message := eval[string](v, `document.getElementById("set-shift-error").innerText`); message != "“9”: want a number, 0 to 3 pixels." {
			t.Errorf("the message is %q", message)
		}

		// Another preset takes neither what was typed nor what is wrong with it.
		v.do(`document.querySelector('[name="preset"]:checked').focus()`)
		v.run(chromedp.KeyEvent(kb.ArrowLeft))
		// (The address waits until all is right again.)
		v.expectForm("with Paper", "?preset=tuned&epochs=3", "Some settings need attention.", "epochs")
		holds("shift", "9")
		holds("schedule", "constant")
		v.tabTo("#set-shift")
		v.run(chromedp.KeyEvent("2\t"))
		v.expectForm("with that mended", "?epochs=3&shift=2", "2 changes from the Paper preset.", "epochs,shift")
		v.do(`document.querySelector('[name="preset"]:checked').focus()`)
		v.run(chromedp.KeyEvent(kb.ArrowRight))
		v.expectForm("with Tuned again", "?preset=tuned&epochs=3&shift=2", "2 changes from the Tuned preset.", "epochs,shift")

		v.tabTo("#reset")
		v.run(chromedp.KeyEvent(" "))
		v.expectForm("after the reset", "?preset=tuned", "No changes from the Tuned preset.", "")
		holds("shift", "")
		holds("epochs", "200")
		if id := eval[string](v, `document.activeElement?.id ?? ""`); id != "reset" {
			t.Errorf("after the reset the keyboard is on %q", id)
		}
	})
}

// What the form trains is the preset, where nothing is changed.
func TestTheFormTrainsThePreset(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.do(`document.getElementById("settings").open = true`)
	v.run(chromedp.Click(chromedp.Search(`//label[normalize-space()="Tuned"]`), chromedp.NodeVisible))
	v.typeInto("Rounds", "1")
	v.run(pressTrain())
	v.wait(soon, "running")
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
	c := result(v).Config
	for _, kind := range model.Kinds {
		if got, want := c.Train(kind), train.Tuned(kind); got != want {
			t.Errorf("%s: %+v, want %+v", kind, got, want)
		}
	}
}

// Every setting says in the form what it does, what it may be and what it is
// by itself.
func TestEverySettingIsExplained(t *testing.T) {
	t.Parallel()
	for _, p := range experiment.Presets() {
		v := open(t, "?preset="+p.Name)
		c, err := experiment.Defaults(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range experiment.Fields() {
			if f.QueryOnly {
				continue
			}
			shown := squeeze(eval[string](v, fmt.Sprintf(`document.getElementById("set-%s-help")?.textContent ?? ""`, f.Name)))
			if want := squeeze(f.Help + " " + text.Range(f, c)); shown != want {
				t.Errorf("%s, %s: %q, want %q", p.Name, f.Name, shown, want)
			}
		}
	}
}

func TestSettingsOnAPhone(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.run(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	v.goTo(v.address)
	if eval[bool](v, `document.getElementById("settings").open`) {
		t.Error("the settings are unfolded: they hide the networks")
	}
	v.run(chromedp.Click(chromedp.Search(`//summary[.//h2="Settings"]`), chromedp.NodeVisible))
	v.run(chromedp.Click(chromedp.Search(`//label[normalize-space()="Tuned"]`), chromedp.NodeVisible))
	v.run(chromedp.Click(chromedp.Search(`//summary[starts-with(normalize-space(), "Advanced")]`), chromedp.NodeVisible))
	v.typeInto("Shift", "2.5")
	v.expectForm("on a phone", "?preset=tuned&shift=2.5", "1 change from the Tuned preset.", "shift")
	small := eval[string](v, `[...document.querySelectorAll("#form button, #form select, #form input[type=text], #form .boxes label, #form summary, .switch label")]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 24).map((e) => e.outerHTML).join()`)
	if small != "" {
		t.Errorf("too small for a finger: %s", small)
	}
	if width := eval[int](v, `document.scrollingElement.scrollWidth`); width > 390 {
		t.Errorf("the page is %d pixels wide", width)
	}
	v.press("Reset to Tuned")
	v.expectForm("on a phone, after the reset", "?preset=tuned", "No changes from the Tuned preset.", "")
}
