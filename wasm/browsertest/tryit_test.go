//go:build browser

package browsertest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// threeNets has all three networks of a short run.
const threeNets = "?rounds=1&epochs=3&pairs=400&pool=10000"

// trained opens the page and trains.
func trained(t *testing.T, query string) *visit {
	t.Helper()
	v := open(t, query)
	v.run(pressTrain())
	v.wait(trainLimit, "done")
	return v
}

// verdict is what the page says of a network.
func (v *visit) verdict(network string) (says string, probability float64) {
	v.t.Helper()
	got := eval[struct{ Says, Value string }](v, fmt.Sprintf(`(() => {
		const verdict = document.querySelector("#verdicts [data-network=%s]");
		return { says: verdict.querySelector(".says").innerText, value: verdict.querySelector("data").value };
	})()`, network))
	if got.Value == "" {
		return got.Says, math.NaN()
	}
	if err := json.Unmarshal([]byte(got.Value), &probability); err != nil {
		v.t.Fatal(err)
	}
	return got.Says, probability
}

const answered = `/^Answered in \d+ ms/.test(document.getElementById("try-status").innerText)`

func TestDrawnDigitsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	v := trained(t, threeNets)
	v.until(soon, `document.querySelectorAll("#verdicts article").length === 3`)
	v.draw("left", one()...)
	v.until(soon, `document.querySelector("[data-pad=left] [data-part=about]").innerText === "Your drawing"`)
	if says, _ := v.verdict("siamese10"); says != "–" {
		t.Errorf("with one digit the network says %q", says)
	}
	v.draw("right", seven()...)
	v.until(soon, answered)
	for _, network := range []string{"baseline", "siamese2", "siamese10"} {
		says, p := v.verdict(network)
		if !strings.Contains(says, "≤") || !(strings.Contains(says, ": yes, ") || strings.Contains(says, ": no, ")) || !strings.HasSuffix(says, "%") || !(p > 0 && p <= 1) {
			t.Errorf("%s says %q with probability %v", network, says, p)
		}
	}
	sums := eval[[]float64](v, `[...document.querySelectorAll(".reading")].map((r) =>
		[...r.querySelectorAll(".bar")].reduce((sum, bar) => sum + Number(bar.style.getPropertyValue("--p")), 0))`)
	if len(sums) != 4 {
		t.Errorf("%d groups of bars, want two for each siamese", len(sums))
	}
	for _, sum := range sums {
		if math.Abs(sum-1) > 1e-3 {
			t.Errorf("a digit's probabilities add up to %v", sum)
		}
	}
	// What the networks see is centred and has ink.
	if ink := eval[int](v, `(() => {
		const image = document.querySelector("[data-pad=left] .seen canvas").getContext("2d").getImageData(0, 0, 14, 14);
		let ink = 0; for (let i = 3; i < image.data.length; i += 4) ink += image.data[i]; return ink;
	})()`); ink < 1000 {
		t.Errorf("the preview has ink %d", ink)
	}

	// A screen reader is told once the drawing rests.
	v.until(soon, `/Siamese10: \d ≤ \d: (yes|no), /.test(document.getElementById("try-announce").innerText)`)

	v.press("Undo first digit")
	v.until(soon, `document.querySelector("#verdicts [data-network=siamese10] .says").innerText === "–"`)
	v.press("Clear second digit")
	if blank := eval[bool](v, `document.querySelector("[data-pad=right] .sheet canvas").getContext("2d").getImageData(0, 0, 224, 224).data.every((x) => x === 0)`); !blank {
		t.Error("the pad is not blank after Clear")
	}
}

// strokeTimes draws on and measures, on the page, from each movement of the
// pointer to the change of an answer that it brings.
const strokeTimes = `(async () => {
	const pad = document.querySelector("[data-pad=left] .sheet canvas");
	const value = document.querySelector("#verdicts [data-network=baseline] data");
	const box = pad.getBoundingClientRect();
	const send = (kind, x, y) => pad.dispatchEvent(new PointerEvent(kind, {
		pointerId: 1, isPrimary: true, button: 0, bubbles: true, clientX: box.x + x * box.width, clientY: box.y + y * box.height }));
	pad.setPointerCapture = () => {};
	const times = [];
	send("pointerdown", 0.2, 0.3);
	for (let i = 1; i <= 40; i++) {
		await new Promise((done) => setTimeout(done, 30));
		const begun = performance.now();
		const changed = new Promise((done) => {
			const observer = new MutationObserver(() => { observer.disconnect(); done(performance.now() - begun); });
			observer.observe(value, { attributes: true, attributeFilter: ["value"] });
			setTimeout(() => done(-1), 1000);
		});
		send("pointermove", 0.2 + 0.015 * i, 0.3 + 0.2 * Math.sin(i / 4));
		times.push(await changed);
	}
	send("pointerup", 0.8, 0.3);
	return times.filter((t) => t >= 0).sort((a, b) => a - b);
})()`

func TestAnswersComeInLessThan30Milliseconds(t *testing.T) {
	v := trained(t, threeNets)
	v.draw("right", seven()...)
	v.draw("left", one()...)
	v.until(soon, answered)
	check := func(when string, limit float64) {
		t.Helper()
		times := eval[[]float64](v, strokeTimes)
		if len(times) < 30 {
			t.Fatalf("%s: %d of 40 movements brought another answer", when, len(times))
		}
		median, late := times[len(times)/2], times[len(times)*95/100]
		t.Logf("%s: from stroke to answer %.1f ms (median), %.1f ms (95 %%)", when, median, late)
		if median > limit {
			t.Errorf("%s: %.1f ms from stroke to answer, want at most %.0f", when, median, limit)
		}
	}
	check("at rest", 30)
	v.start(endless())
	v.until(trainLimit, `pairlab.result().models[0].unfinished?.[0]?.epochs.length > 0`)
	check("during training", 30)
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
}

// followAnswers notes in window.followed which answer stands at which epoch.
const followAnswers = `(() => {
	window.followed = [];
	const verdicts = document.getElementById("verdicts");
	new MutationObserver(() => {
		const value = verdicts.querySelector("data")?.value;
		const [, epoch] = /epoch (\d+) of 1000/.exec(verdicts.querySelector(".origin")?.innerText) ?? [];
		const last = followed.at(-1);
		if (value && epoch && (last?.value !== value || last.epoch !== +epoch)) followed.push({ value, epoch: +epoch });
	}).observe(verdicts, { subtree: true, childList: true, attributes: true, characterData: true });
})()`

func TestAnswersFollowTraining(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	// Each epoch brings another answer: it learns slowly, and no rectifier makes
	// the logits 0.
	config := endless()
	config["lr"], config["logitrelu"] = 1e-3, false
	v.start(config)
	v.until(trainLimit, `document.querySelectorAll("#verdicts article").length === 1`)
	v.draw("left", one()...)
	v.draw("right", seven()...)
	v.until(soon, answered)
	v.do(followAnswers)
	v.until(trainLimit, `new Set(followed.map((f) => f.epoch)).size > 4`)
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")

	type answer struct {
		Value string
		Epoch int
	}
	values, epochs := map[string]bool{}, map[int]string{}
	for _, a := range eval[[]answer](v, `followed`) {
		if was, seen := epochs[a.Epoch]; seen {
			t.Errorf("epoch %d is said to answer %s and %s", a.Epoch, was, a.Value)
		}
		values[a.Value], epochs[a.Epoch] = true, a.Value
	}
	if len(values) < len(epochs) {
		t.Errorf("epochs' answers are %v, want others at each", epochs)
	}
}

func TestRealDigitsByKeyboardAlone(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{1440, 390} {
		t.Run(fmt.Sprintf("%d pixels wide", width), func(t *testing.T) {
			f := &faults{}
			v := newTab(t)
			v.goTo(serve(t, f.wrap) + "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000")
			v.run(chromedp.EmulateViewport(width, 844))
			const about = `document.querySelector("[data-pad=%s] [data-part=about]").innerText`
			// Also without a network, real digits can be looked at; the test images are
			// fetched for it.
			v.tabTo("#pick-left")
			v.run(chromedp.KeyEvent("0"))
			v.until(soon, fmt.Sprintf(about, "left")+` === "Test image 0, a 7"`)
			if packs := f.requests(".pack"); len(packs) != 1 {
				t.Errorf("packs fetched for a test image: %v", packs)
			}
			v.run(chromedp.KeyEvent(kb.ArrowUp))
			v.until(soon, fmt.Sprintf(about, "left")+` === "Test image 1, a 2"`)
			v.tabTo(`[data-pad="right"] [data-part="random"]`)
			v.run(chromedp.KeyEvent(" "))
			v.until(soon, `/^Test image \d+, a \d$/.test(`+fmt.Sprintf(about, "right")+`)`)
			if packs := f.requests(".pack"); len(packs) != 1 {
				t.Errorf("packs fetched for two test images: %v", packs)
			}
			v.run(pressTrain())
			v.wait(trainLimit, "done")
			// The digits are still there: the new network answers about them.
			v.until(soon, `/ (right|wrong)$/.test(document.querySelector("#verdicts .says")?.innerText.trim() ?? "")`)

			v.tabTo("#pick-left")
			v.run(chromedp.KeyEvent("99"))
			v.until(soon, `document.getElementById("pick-left-error").innerText.includes("0 to 9999") === (document.getElementById("pick-left").valueAsNumber > 9999)`)
			v.tabTo(`[data-pad="left"] [data-part="clear"]`)
			v.run(chromedp.KeyEvent(" "))
			if tag := eval[string](v, `document.activeElement?.tagName ?? ""`); tag != "BUTTON" {
				t.Errorf("after Clear the keyboard is on %q, want on a button", tag)
			}
		})
	}
}

// Digits that change while the networks are asked: what is told is the answer
// about the last.
func TestTheLastAnswerIsAnnounced(t *testing.T) {
	t.Parallel()
	v := trained(t, threeNets)
	v.pick("left", 1) // a 2
	v.do(`for (const image of ["0", "3"]) { // a 7, a 0
		const field = document.querySelector("[data-pad=right] input");
		field.value = image;
		field.dispatchEvent(new Event("input", { bubbles: true }));
	}`)
	v.until(soon, `document.getElementById("try-announce").innerText !== ""`)
	question := eval[string](v, `document.querySelector("#verdicts [data-network=siamese10] .question").innerText`)
	if told := eval[string](v, `document.getElementById("try-announce").innerText`); !strings.Contains(squeeze(told), "Siamese10: "+squeeze(question)) {
		t.Errorf("told is %q, want what is shown: %q", told, question)
	}
}

func TestTryItAndKeepAreAccessibleAndFitTheScreen(t *testing.T) {
	t.Parallel()
	v := trained(t, threeNets)
	v.draw("left", one()...)
	v.pick("right", 3)
	v.until(soon, answered)
	// With everything that can be shown: an error in a field, and one of a file.
	bad := filepath.Join(t.TempDir(), "a-file-with-a-rather-long-name-that-is-no-network-at-all.safetensors")
	if err := os.WriteFile(bad, []byte("no network"), 0o644); err != nil {
		t.Fatal(err)
	}
	v.load(bad)
	v.until(soon, `!document.getElementById("load-error").hidden`)
	v.onEveryScreen(nil)
}

func TestAWorkerThatDiesWhileItIsAskedIsReplaced(t *testing.T) {
	t.Parallel()
	v := openSabotaged(t)
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	v.pick("left", 5)
	v.pick("right", 6)
	v.until(soon, answered)
	_, want := v.verdict("siamese10")
	before := eval[int](v, `workers.length`)
	for _, how := range []string{"throw", "hang"} {
		v.do(fmt.Sprintf(`living().at(-1).postMessage({ sabotage: %q })`, how))
		time.Sleep(200 * time.Millisecond)
		v.press("Random second digit")
		if how == "hang" {
			// The page waits, says what happened, and goes on. Look inside is near: it
			// may have been the first to ask, and is told then.
			v.until(3*soon, `["try-status", "inside-status"].some((id) => document.getElementById(id).innerText.includes("did not answer"))`)
		}
		v.consoleErrors() // a dead worker's last words
		v.pick("right", 6)
		v.until(soon, fmt.Sprintf(`document.querySelector("#verdicts data").value === %q`, fmt.Sprintf("%.6f", want)))
		before++
		if now := eval[int](v, `workers.length`); now != before {
			t.Errorf("%s: %d workers were made in all, want %d", how, now, before)
		}
		// The verdict may be the one from before; this is the new worker's answer.
		v.do(`pairlab.ask(0, 1)`)
	}
}
