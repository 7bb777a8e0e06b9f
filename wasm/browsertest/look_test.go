//go:build browser

package browsertest

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/model"
)

// pressTrain presses the main button, whatever it says.
func pressTrain() chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.ID("train"), chromedp.NodeVisible)
}

// typeInto replaces what the input with the given label holds, by keyboard.
func (v *visit) typeInto(label, text string) {
	v.t.Helper()
	id := eval[string](v, fmt.Sprintf(`(() => {
		const label = [...document.querySelectorAll("#form label")].find((l) => l.innerText.trim().startsWith(%q));
		label.control.select();
		label.control.focus();
		return label.control.id;
	})()`, label))
	v.run(chromedp.KeyEvent(text), chromedp.Blur(chromedp.ID(id)))
}

func TestNarrowScreensNeedNoSidewaysScrolling(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	for _, width := range []int64{320, 360, 390, 768, 1440} {
		v.do(`for (const d of document.querySelectorAll("details")) d.open = true`)
		v.fits(width)
	}
}

func TestAccessibilityRulesHold(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			v := newTab(t)
			v.beforeLoad(recordWorkers)
			v.goTo(serve(t, nil) + "?epochs=0&nonsense=1")
			v.prefer(scheme)
			v.useAxe()
			v.checkAccessibility("with bad settings")
			v.start(endless())
			v.until(trainLimit, `pairlab.result().models[0].unfinished?.[0]?.epochs.length > 0`)
			v.checkAccessibility("running")
			v.loseWorker()
			v.checkAccessibility("with a notice")
			v.do(`pairlab.stop()`)
			v.wait(soon, "done")
			v.checkAccessibility("stopped")
			v.start(quick(nil))
			v.wait(trainLimit, "done")
			v.do(`for (const d of document.querySelectorAll("details")) d.open = true`)
			v.checkAccessibility("done, everything unfolded")
		})
	}
}

// loseWorker has the page see the newest worker fail, and waits for the notice.
func (v *visit) loseWorker() {
	v.t.Helper()
	v.do(`workers.at(-1).dispatchEvent(new ErrorEvent("error", { message: "lost on purpose" }))`)
	v.until(soon, `document.getElementById("note").innerText.includes("lost on purpose")`)
}

func TestTheMeterSaysHowFastItIs(t *testing.T) {
	v := open(t, "")
	v.start(map[string]any{"models": []string{"baseline"}, "rounds": 1, "epochs": 1000, "pool": 10_000})
	const meter = `document.getElementById("meter").innerText`
	v.until(trainLimit, meter+`.includes("GFLOP/s")`)
	m := regexp.MustCompile(`^([\d,]+) pairs/s, ([\d.]+)\x{a0}GFLOP/s$`).FindStringSubmatch(eval[string](v, meter))
	if m == nil {
		t.Fatalf("the meter says %q", eval[string](v, meter))
	}
	pairs, err1 := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
	giga, err2 := strconv.ParseFloat(m[2], 64)
	perPair := model.Paper(model.Baseline).TrainingFLOPs()
	if err1 != nil || err2 != nil || math.Abs(giga*1e9/pairs/perPair-1) > 0.1 {
		t.Errorf("the meter says %q: %.3g operations a pair, want %.3g", m[0], giga*1e9/pairs, perPair)
	}
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
	if left := eval[string](v, meter); left != "" {
		t.Errorf("the meter says %q after the end", left)
	}
}

func TestKernelsThatTheBrowserLacksAreReplacedAndThatIsSaid(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	v.beforeLoad(`WebAssembly.validate = () => false`)
	v.goTo(serve(t, nil))
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	if got := result(v).Environment.Kernels; got != "portable" {
		t.Errorf("the result's kernels are %q, want portable", got)
	}
	if shown := eval[string](v, `document.getElementById("machine").innerText`); !strings.Contains(shown, "portable kernels because this browser has no SIMD instructions") {
		t.Errorf("the page says %q, want the kernels in use, and why", shown)
	}
}

func TestTheMainJobByKeyboardAlone(t *testing.T) {
	by(t, "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000", func(t *testing.T, v *visit) {
		v.trainByKey()
		if eval[string](v, `document.activeElement?.tagName ?? ""`) != "BUTTON" {
			t.Error("the keyboard's focus was lost during training")
		}
		v.checkAccessibility("trained")
	})
}
