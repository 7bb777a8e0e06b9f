//go:build browser

package browsertest

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/text"
)

// shownInside is what a test reads of Look inside.
type shownInside struct {
	Network                      string
	Seed, Pairs, Epoch, Answered int
	Right, Listed, Wrong         int
	Accuracy                     float64
	Matrix                       [10][10]struct{ Right, Pairs int }
	Confusion                    *[10][10]int
	Filter                       struct{ First, Second, Either int }
	List                         []shownPair
	Layer                        struct {
		Epoch, Pair int
		Epochs      []int
		Passed      bool
		Filters     []struct{ Tiles, Side int }
		Maps        []struct{ Tiles, Side int }
	}
}

type shownPair struct {
	Pair           int
	Digits, Images [2]int
	Answers        []struct {
		Network     string
		Yes, Right  bool
		Probability float64
	}
}

func (v *visit) inside() shownInside {
	v.t.Helper()
	return eval[shownInside](v, `pairlab.inside()`)
}

// lookInside scrolls to the view.
func (v *visit) lookInside() {
	v.t.Helper()
	v.do(`document.getElementById("inside").scrollIntoView()`)
}

// labelled is a script for the control with a label.
func labelled(label string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("label")].find((l) => l.innerText.trim() === %q && l.offsetParent).control`, label)
}

// pickOption chooses an option of the list with the given label, as a person does.
func (v *visit) pickOption(label, option string) {
	v.t.Helper()
	v.do(fmt.Sprintf(`(() => {
		const list = %s;
		list.focus();
		list.value = [...list.options].find((o) => o.innerText === %q).value;
		list.dispatchEvent(new Event("input", { bubbles: true }));
		list.dispatchEvent(new Event("change", { bubbles: true }));
	})()`, labelled(label), option))
}

// untilExamined waits until a network has answered n pairs after its last epoch, and all
// else that is shown with them.
func (v *visit) untilExamined(network string, n, epoch int) {
	v.t.Helper()
	v.until(trainLimit, fmt.Sprintf(`(([s]) => s?.network === %q && s.answered === %d && s.epoch === %d && s.list.every((p) => p.answers.length === document.querySelectorAll("#inside-network option").length)
		&& s.layer.maps?.length > 0)([pairlab.inside()])`, network, n, epoch))
	// The page is drawn a moment later.
	v.do(`new Promise((done) => setTimeout(done, 300))`)
}

func TestLookInsideAddsUpToTheReportedAccuracy(t *testing.T) {
	t.Parallel()
	v := trained(t, threeNets)
	v.lookInside()
	for i, network := range []string{"Baseline", "Siamese2", "Siamese10"} {
		v.pickOption("Network", network)
		v.untilExamined(string(model.Kinds[i]), 400, 3)
		s := v.inside()
		round := result(v).Models[i].Rounds[0]
		if s.Seed != int(round.Seed) || s.Accuracy != float64(s.Right)/400 || math.Abs(s.Accuracy-round.TestAccuracy) > 1e-6 {
			t.Errorf("%s: %d right of 400 is %v, the result says %v", network, s.Right, s.Accuracy, round.TestAccuracy)
		}
		// What the page itself shows adds up to the same.
		table := eval[struct{ Pairs, Right float64 }](v, `(() => {
			const sum = { pairs: 0, right: 0 };
			for (const cell of document.querySelectorAll("#inside-matrix td button")) {
				const pairs = Number(cell.querySelector("small").innerText);
				sum.pairs += pairs;
				if (pairs) sum.right += Math.round((pairs * cell.querySelector("b").innerText) / 100);
			}
			return sum;
		})()`)
		if table.Pairs != 400 || table.Right != float64(s.Right) {
			t.Errorf("%s: the table has %v pairs, %v of them right, want 400 and %d", network, table.Pairs, table.Right, s.Right)
		}
		if words := eval[string](v, `document.getElementById("inside-score").innerText`); !strings.Contains(words, fmt.Sprintf("answers %d of 400 test pairs right: %s", s.Right, text.Percent(round.TestAccuracy, 2))) {
			t.Errorf("%s: the page says %q", network, words)
		}
		read := eval[int](v, `[...document.querySelectorAll("#inside-confusion .count")].reduce((sum, cell) => sum + (cell.offsetParent ? Number(cell.innerText) : 0), 0)`)
		if reads := network != "Baseline"; reads && read != 800 || !reads && read != 0 || reads != (s.Confusion != nil) {
			t.Errorf("%s: the page shows %d digits read, want all 800 of a siamese", network, read)
		}
		checkList(t, s)
	}
}

// checkList checks the order of the list and its answers.
func checkList(t *testing.T, s shownInside) {
	t.Helper()
	if len(s.List) != min(12, s.Listed) {
		t.Errorf("%d pairs are listed of %d", len(s.List), s.Listed)
	}
	before := math.Inf(1)
	for i, p := range s.List {
		for _, a := range p.Answers {
			if a.Right != (a.Yes == (p.Digits[0] <= p.Digits[1])) || !(a.Probability > 0 && a.Probability <= 1) {
				t.Errorf("pair %+v: answer %+v", p, a)
			}
			if a.Network != s.Network {
				continue
			}
			if a.Right != (i >= s.Wrong) || i < s.Wrong && a.Probability > before {
				t.Errorf("row %d of %d wrong ones: %+v after %v", i, s.Wrong, a, before)
			}
			before = a.Probability
		}
	}
}

func TestLookInsideListsWhatIsChosen(t *testing.T) {
	t.Parallel()
	v := trained(t, "?models=siamese10&rounds=1&epochs=2&pairs=400&pool=10000")
	v.lookInside()
	v.untilExamined("siamese10", 400, 2)
	shows := func(script string) { t.Helper(); v.until(soon, script) }
	const rows = `[...document.querySelectorAll("#inside-rows tr")].filter((r) => r.offsetParent)`
	if n := eval[int](v, rows+`.length`); n != 12 {
		t.Errorf("%d rows at first, want 12", n)
	}
	v.press("Show more pairs")
	shows(rows + `.length === 24`)
	v.pickOption("First digit", "7")
	shows(`pairlab.inside().filter.first === 7`)
	shows(rows + `.every((r) => /^7 /.test(r.querySelector("b").innerText)) && ` + rows + `.length === Math.min(12, pairlab.inside().listed)`)
	v.pickOption("Either digit", "2")
	shows(rows + `.every((r) => /^7 . 2/.test(r.querySelector("b").innerText))`)
	v.press("All pairs")
	shows(`pairlab.inside().listed === 400`)
	// A cell of the matrix lists its pairs, and pressed again all of them.
	cell := `[...document.querySelectorAll("#inside-matrix td button")].find((b) => b.querySelector("small").innerText > 0)`
	want := eval[struct {
		At    int
		Label string
		Pairs int
	}](v, fmt.Sprintf(`(([b]) => ({ at: Number(b.value), label: b.textContent, pairs: Number(b.querySelector("small").innerText) }))([%s])`, cell))
	v.do(cell + `.click()`)
	shows(fmt.Sprintf(`pairlab.inside().listed === %d && %s.ariaPressed === "true"`, want.Pairs, cell))
	if got := v.inside(); got.Filter.First != want.At/10 || got.Filter.Second != want.At%10 || !strings.HasPrefix(want.Label, fmt.Sprintf("First %d, second %d: ", want.At/10, want.At%10)) {
		t.Errorf("cell %d, %q, lists %+v", want.At, want.Label, got.Filter)
	}
	if shown := eval[string](v, labelled("Second digit")+`.value`); shown != fmt.Sprint(want.At%10) {
		t.Errorf("the list of second digits says %q", shown)
	}
	v.do(cell + `.click()`)
	shows(`pairlab.inside().listed === 400`)
	// A pair's button shows its maps, and the picture has ink.
	v.do(rows + `[3].querySelector("button").click()`)
	shows(`pairlab.inside().layer.pair === pairlab.inside().list[3].pair`)
	s := v.inside()
	if alt := eval[string](v, `document.querySelector("#inside-maps-1 canvas").ariaLabel`); !strings.Contains(alt, fmt.Sprintf("the second digit of the pair %s, test images %d and %d, after epoch 2 of 2: from ", text.Truth(uint8(s.List[3].Digits[0]), uint8(s.List[3].Digits[1])), s.List[3].Images[0], s.List[3].Images[1])) {
		t.Errorf("the maps are described as %q", alt)
	}
	const painted = `((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((x, i) => i %% 4 === 3 && x > 0).length)(document.querySelector(%q))`
	for _, canvas := range []string{"#inside-rows canvas", "#inside-filters-0 canvas", "#inside-maps-0 canvas", "#inside-maps-1 canvas"} {
		if n := eval[int](v, fmt.Sprintf(painted, canvas)); n < 20 {
			t.Errorf("%s has %d pixels of ink", canvas, n)
		}
	}
	before := eval[string](v, `document.querySelector("#inside-maps-0 canvas").toDataURL()`)
	v.do(labelled("Maps as the next layer gets them") + `.click()`)
	shows(`pairlab.inside().layer.passed`)
	if s := v.inside().Layer; s.Maps[0].Side != 6 || s.Filters[0].Tiles != 64 || s.Filters[0].Side != 3 {
		t.Errorf("the layer is %+v", s)
	}
	if after := eval[string](v, `document.querySelector("#inside-maps-0 canvas").toDataURL()`); after == before {
		t.Error("the maps are the same before and after pooling")
	}
}

func TestLookInsideFollowsTraining(t *testing.T) {
	v := open(t, "?pool=10000")
	v.lookInside()
	if eval[bool](v, `pairlab.inside() !== null`) || !strings.Contains(eval[string](v, `document.getElementById("inside").innerText`), text.InsideNone) {
		t.Error("before any network the view does not say what to do")
	}
	v.noLongTask("looking inside", func() {
		v.start(endless())
		v.until(trainLimit, `pairlab.inside()?.answered === 1000 && pairlab.inside().layer.epochs?.length > 3`)
		first := v.inside()
		v.until(trainLimit, fmt.Sprintf(`pairlab.inside().epoch > %d && pairlab.inside().answered === 1000 && pairlab.inside().layer.epoch > %d`, first.Epoch, first.Layer.Epoch))
		// An epoch that is chosen stays while others come.
		v.do(fmt.Sprintf(`((slider) => { slider.value = 1; slider.dispatchEvent(new Event("input")); })(%s)`, labelled("After")))
		v.until(soon, `pairlab.inside().layer.epoch === pairlab.inside().layer.epochs[1]`)
		chosen := v.inside().Layer.Epoch
		time.Sleep(time.Second)
		if got := v.inside().Layer.Epoch; got != chosen {
			t.Errorf("epoch %d is shown, %d was chosen", got, chosen)
		}
	})
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
	v.lookInside()
	v.untilExamined("siamese2", 1000, eval[int](v, `Number(/epoch (\d+) of 1000/.exec(document.querySelector("#saved .origin").innerText)[1])`))
	// Off the screen nothing is asked.
	v.do(`scrollTo(0, 0)`)
	time.Sleep(300 * time.Millisecond)
	before := v.inside()
	v.start(quick(map[string]any{"models": []string{"siamese2"}, "seed": 5}))
	v.wait(trainLimit, "done")
	if got := eval[bool](v, `pairlab.inside() !== null`); got {
		t.Error("answers to pairs of another seed are shown as this network's")
	}
	v.lookInside()
	v.untilExamined("siamese2", 100, 1)
	if s := v.inside(); s.Seed != 5 || s.Seed == before.Seed {
		t.Errorf("seed %d is shown, want 5", s.Seed)
	}
}

func TestLookInsideOfAFile(t *testing.T) {
	t.Parallel()
	v := trained(t, "?models=siamese2&rounds=1&epochs=2&pairs=300&pool=10000&seed=3")
	v.lookInside()
	v.untilExamined("siamese2", 300, 2)
	want := v.inside()
	dir := t.TempDir()
	v.downloadsTo(dir)
	v.press("Download safetensors of Siamese2")
	file := filepath.Join(dir, "pairlab-siamese2-seed3-epoch2.safetensors")
	v.downloaded(file)
	v.goTo(v.address)
	v.load(file)
	v.lookInside()
	v.untilExamined("file", 300, 2)
	got := v.inside()
	if got.Matrix != want.Matrix || *got.Confusion != *want.Confusion || got.Seed != 3 {
		t.Errorf("the file's network gets %d right, before it got %d", got.Right, want.Right)
	}
	if !strings.Contains(eval[string](v, `document.getElementById("inside-kept").innerText`), "no earlier epochs") || !eval[bool](v, labelled("After")+`.disabled`) {
		t.Error("the page does not say that a file has one epoch")
	}
}

// While something is pressed, nothing above it grows: else the press would be
// lost.
func TestLookInsideUnfoldsBetweenPresses(t *testing.T) {
	t.Parallel()
	v := open(t, "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000")
	const folded = `document.querySelectorAll("#inside-body :is(.matrix tbody tr, .listed, .pictures)[hidden]").length`
	type count struct{ Before, After int }
	got := eval[count](v, `new Promise((resolve) => {
		const end = pairlab.on("state", ({ state }) => {
			if (state !== "done") return;
			end();
			document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
			const before = `+folded+`;
			setTimeout(() => {
				resolve({ before, after: `+folded+` });
				document.body.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
			}, 300);
		});
		pairlab.start({ models: ["siamese10"], rounds: 1, epochs: 1, pairs: 100, pool: 10000 });
	})`)
	if got.Before == 0 || got.After != got.Before {
		t.Errorf("of %d folded parts %d are left after 300 ms of a press, want as many", got.Before, got.After)
	}
	v.until(soon, unfolded)
}

func TestLookInsideByKeyboardAlone(t *testing.T) {
	by(t, "?models=siamese2,siamese10&rounds=1&epochs=3&pairs=200&pool=10000", func(t *testing.T, v *visit) {
		v.trainByKey()
		v.tabTo("#inside-network")
		v.untilExamined("siamese2", 200, 3)
		v.keys(kb.ArrowDown)
		v.untilExamined("siamese10", 200, 3)
		v.tabTo("#inside-matrix button")
		v.keys(kb.ArrowDown, kb.ArrowDown, kb.ArrowUp, kb.End, kb.ArrowLeft, kb.ArrowRight, kb.ArrowRight)
		if at := eval[string](v, `document.activeElement.value`); at != "19" {
			t.Errorf("the arrow keys lead to cell %q, want 19", at)
		}
		v.keys(" ")
		v.until(soon, `pairlab.inside().filter.first === 1 && pairlab.inside().filter.second === 9`)
		v.until(soon, `document.getElementById("inside-announce").innerText.includes("first digit 1, second digit 9")`)
		v.keys("\t")
		if on := eval[string](v, `document.activeElement.id`); on != "inside-first" {
			t.Errorf("one Tab from the matrix leads to %q, want on to the lists", on)
		}
		v.tabTo("#inside-clear")
		v.keys(" ")
		v.until(soon, `pairlab.inside().listed === 200 && document.activeElement.id === "inside-first"`)
		v.tabTo("#inside-rows tr:nth-child(2) button")
		v.keys(" ")
		v.until(soon, `pairlab.inside().layer.pair === pairlab.inside().list[1].pair && document.activeElement.ariaPressed === "true"`)
		v.tabTo("#inside-more")
		v.keys(" ")
		v.until(soon, `document.activeElement.matches("#inside-rows tr:nth-child(13) button")`)
		v.tabTo("#inside-epoch")
		v.keys(kb.ArrowLeft)
		v.until(soon, `pairlab.inside().layer.epoch === 2 && document.activeElement.ariaValueText === "epoch 2 of 3"`)
		before := eval[string](v, `document.querySelector("#inside-filters-0 canvas").toDataURL()`)
		v.keys(kb.Home)
		v.until(soon, `pairlab.inside().layer.epoch === 1`)
		if eval[string](v, `document.querySelector("#inside-filters-0 canvas").toDataURL()`) == before {
			t.Error("the filters after epoch 1 are those after epoch 2")
		}
		v.tabTo("#inside-convolved")
		v.keys(kb.ArrowRight)
		v.until(soon, `pairlab.inside().layer.passed`)
	})
}

func TestLookInsideIsAccessibleAndFitsTheScreen(t *testing.T) {
	t.Parallel()
	v := trained(t, threeNets)
	v.lookInside()
	v.pickOption("Network", "Siamese2")
	v.untilExamined("siamese2", 400, 3)
	v.do(`document.querySelector("#inside-matrix td button").click()`)
	v.onEveryScreen(func(width int64) {
		v.lookInside()
		if cut := eval[string](v, `[...document.querySelectorAll("#inside-matrix button, #inside-confusion .count, .listed td, .listed button")]
			.filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map((e) => e.innerText).slice(0, 3).join("|")`); cut != "" {
			t.Errorf("%d pixels wide: cut off: %q", width, cut)
		}
	})
}

func TestLookInsideSurvivesItsWorker(t *testing.T) {
	t.Parallel()
	v := openSabotaged(t)
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	v.lookInside()
	v.untilExamined("siamese10", 100, 1)
	want := v.inside()
	v.do(`living().at(-1).postMessage({ sabotage: "throw" })`)
	time.Sleep(200 * time.Millisecond)
	v.consoleErrors() // a dead worker's last words
	v.start(quick(map[string]any{"seed": 7}))
	v.wait(trainLimit, "done")
	v.untilExamined("siamese10", 100, 1)
	if got := v.inside(); got.Seed != 7 || got.Matrix == want.Matrix {
		t.Errorf("seed %d is shown with %d right", got.Seed, got.Right)
	}
	// One that dies while it is asked: the page says so, and tries again when it is told to.
	v.do(`living().at(-1).postMessage({ sabotage: "hang" })`)
	v.do(`document.querySelector("#inside-rows tr:nth-child(2) button").click()`)
	v.until(3*soon, `document.getElementById("inside-status").innerText.includes("did not answer")`)
	v.consoleErrors()
	v.press("Try again")
	v.do(`document.querySelector("#inside-rows tr:nth-child(3) button").click()`)
	v.until(soon, `pairlab.inside().layer.pair === pairlab.inside().list[2].pair && !document.getElementById("inside-status").innerText.includes("did not answer")`)
}
