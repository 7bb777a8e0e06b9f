//go:build browser

package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/model"
)

// shownSum adds up the parameters that a network's drawing shows.
func shownSum(kind model.Kind) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".card[data-model=%s] .weights b")].reduce((n, e) => n + Number(e.textContent.replaceAll(",", "")), 0)`, kind)
}

// The drawings follow the settings, and agree with the networks that are then
// trained.
func TestDrawingsFollowTheSettings(t *testing.T) {
	t.Parallel()
	v := open(t, "?rounds=1&epochs=1&pairs=100&pool=10000")
	v.run(chromedp.EmulateViewport(1440, 900))
	v.tabTo(`[data-model="siamese2"] .layers > summary`)
	v.run(chromedp.KeyEvent(" "))
	// Side by side, they open together.
	v.until(soon, `[...document.querySelectorAll(".card .net")].length === 3`)
	v.do(`document.getElementById("settings").open = true; document.getElementById("advanced").open = true`)
	frames := `[...document.querySelectorAll(".card[data-model=siamese2] .branch")].map((e) => e.classList.contains("shared") ? "shared" : "own").join()`
	norms := `document.querySelectorAll(".card .layer[data-kind=norm]").length`
	expect := func(when, wantFrames string, wantNorms int) {
		t.Helper()
		v.until(soon, fmt.Sprintf(`%s === %q`, frames, wantFrames))
		v.until(soon, fmt.Sprintf(`%s === %d`, norms, wantNorms))
		for _, kind := range model.Kinds {
			header := fmt.Sprintf(`Number(document.querySelector(".card[data-model=%s] [data-part=parameters]").textContent.replaceAll(",", ""))`, kind)
			v.until(soon, shownSum(kind)+" === "+header)
		}
		v.run(pressTrain())
		v.wait(trainLimit, "done")
		for _, m := range result(v).Models {
			if got := eval[int](v, shownSum(m.Name)); got != m.Parameters {
				t.Errorf("%s: %s: the drawing's parameters add up to %d, the network has %d", when, m.Name, got, m.Parameters)
			}
		}
	}
	expect("as published", "shared", 2+3+3)
	v.run(chromedp.Click(chromedp.ID("set-sharing"), chromedp.NodeVisible))
	v.until(soon, frames+` === "own,own"`)
	if about := eval[string](v, `document.querySelector(".card[data-model=siamese2] .about").innerText`); about != "Reads each digit with weights of its own, then compares what it read; learns to name the digits on the side." {
		t.Errorf("without sharing the card says %q", about)
	}
	v.start(map[string]any{"rounds": 1, "epochs": 1, "pairs": 100, "pool": 10_000, "sharing": false})
	v.wait(trainLimit, "done")
	expect("without sharing", "own,own", 2+6+6)
	v.run(chromedp.Click(chromedp.ID("set-bn"), chromedp.NodeVisible))
	v.typeInto("First convolution", "8")
	v.start(map[string]any{"rounds": 1, "epochs": 1, "pairs": 100, "pool": 10_000, "sharing": false, "bn": false, "ch1": 8})
	v.wait(trainLimit, "done")
	expect("without batch norm and narrower", "own,own", 0)
}

// Until something is trained, the card's number of parameters is that of the
// settings.
func TestTheNumberOfParametersFollowsTheSettings(t *testing.T) {
	t.Parallel()
	v := open(t, "?sharing=0&ch2=4")
	c := model.Paper(model.Siamese10)
	c.Sharing, c.Ch2 = false, 4
	want := 0
	for _, l := range c.Layers() {
		want += l.Parameters * c.Copies(l)
	}
	v.until(soon, fmt.Sprintf(`document.querySelector(".card[data-model=siamese10] [data-part=parameters]").textContent.replaceAll(",", "") === "%d"`, want))
}

func TestDrawingsAreAccessibleAndFitTheScreen(t *testing.T) {
	t.Parallel()
	v := open(t, "?preset=tuned")
	for _, sharing := range []string{"on", "off"} {
		if sharing == "off" {
			v.run(chromedp.EmulateViewport(1440, 900))
			v.do(`document.getElementById("settings").open = true`)
			v.run(chromedp.Click(chromedp.ID("set-sharing"), chromedp.NodeVisible))
		}
		v.onEveryScreen(func(width int64) {
			v.do(`for (const d of document.querySelectorAll(".layers")) d.open = true`)
			v.until(soon, `document.querySelectorAll(".card .net").length === 3`)
			v.fits(width)
			if cut := eval[string](v, `[...document.querySelectorAll(".net span:not(.unseen), .net em, .net p, .net b")].filter((e) =>
					e.getBoundingClientRect().right > e.closest("li, .branch").getBoundingClientRect().right + 0.5).map((e) => e.textContent).join("; ")`); cut != "" {
				t.Errorf("%d pixels wide, sharing %s: cut off: %s", width, sharing, cut)
			}
		})
	}
}
