//go:build browser

package browsertest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/wasm/drive/browser"
)

// small is an experiment of a second.
const small = "?models=siamese10&rounds=2&epochs=2&pairs=200&pool=10000"

// shelfRows waits for so many experiments on the list.
func (v *visit) shelfRows(n int) {
	v.t.Helper()
	v.until(soon, fmt.Sprintf(`document.querySelectorAll("#shelf li").length === %d`, n))
}

// shelfSays waits until the list says something with the given words.
func (v *visit) shelfSays(words string) {
	v.t.Helper()
	v.until(soon, fmt.Sprintf(`document.getElementById("shelf-says").innerText.includes(%q)`, words))
}

// titles are the names of the list, from the top.
func (v *visit) titles() []string {
	v.t.Helper()
	return eval[[]string](v, `[...document.querySelectorAll("#shelf h3")].map((h) => h.innerText)`)
}

// inRow presses the n-th experiment's button with the given words on it.
func (v *visit) inRow(n int, words string) {
	v.t.Helper()
	v.run(chromedp.Click(chromedp.Search(fmt.Sprintf(`//ul[@id="shelf"]/li[%d]//*[self::button or self::label][normalize-space()=%q and not(ancestor-or-self::*[@hidden])]`, n, words)), chromedp.NodeVisible))
}

// tabToName presses Tab until the element with the given accessible name has the
// keyboard.
func (v *visit) tabToName(name string) {
	v.t.Helper()
	for range 150 {
		if eval[bool](v, fmt.Sprintf(`(document.activeElement.ariaLabel ?? document.activeElement.innerText) === %q`, name)) {
			return
		}
		v.run(chromedp.KeyEvent("\t"))
	}
	v.t.Fatalf("150 presses of Tab do not reach %q", name)
}

func TestAnEndedExperimentIsKeptAndOpenedAgain(t *testing.T) {
	t.Parallel()
	v := trained(t, small+"&workers=1")
	v.shelfRows(1)
	want := result(v)
	shown := eval[string](v, `document.querySelector("[data-cell=mean-siamese10]").innerText`)

	v.goTo(v.address[:strings.IndexByte(v.address, '?')])
	v.shelfRows(1)
	row := strings.ReplaceAll(eval[string](v, `document.querySelector("#shelf li").innerText`), "\u00a0", " ")
	for _, part := range []string{
		"Experiment of ", strings.ReplaceAll(shown, "\u00a0", " "), "2 rounds, 95 % interval ",
		"Paper preset, but Networks Siamese10, Rounds 2, Epochs 2, Training pairs 200, Image pool 10000, Workers 1.", "Digest ",
	} {
		if !strings.Contains(squeeze(row), squeeze(part)) {
			t.Errorf("the list says %q, want %q in it", row, part)
		}
	}
	v.inRow(1, "Open")
	v.shelfSays("is open: its results and curves are above, and its networks are in Try it.")
	v.wait(soon, "done")
	if got := eval[string](v, `document.querySelector("[data-cell=mean-siamese10]").innerText`); got != shown {
		t.Errorf("the table says %q, want %q", got, shown)
	}
	got := result(v)
	if len(got.Models) != 1 || len(got.Models[0].Rounds) != 2 || got.Models[0].Rounds[1].Digest != want.Models[0].Rounds[1].Digest || got.Config.Encode() != want.Config.Encode() {
		t.Errorf("the result is %+v, want %+v", got, want)
	}
	v.unfold("Data table of accuracy")
	v.until(soon, `document.querySelectorAll("[data-figure=accuracy] tbody tr").length === 2`)
	v.draw("left", one()...)
	v.draw("right", seven()...)
	v.until(soon, answered)
	dir := t.TempDir()
	v.downloadsTo(dir)
	v.press("Download safetensors of Siamese10")
	_, p, err := modelfile.Decode(v.downloaded(filepath.Join(dir, "pairlab-siamese10-seed2-epoch2.safetensors")))
	if err != nil || p.Digest != want.Models[0].Rounds[1].Digest {
		t.Errorf("the network of the list has digest %s (%v), want the last round's", p.Digest, err)
	}
	// What is trained next takes its place, and is kept beside it.
	v.run(pressTrain())
	v.wait(trainLimit, "done")
	v.shelfRows(2)
	// The link makes it again.
	link := eval[string](v, `document.querySelector("#shelf li:last-child a").href`)
	if !strings.Contains(link, "models=siamese10&rounds=2") || !strings.Contains(link, "autostart=1") {
		t.Errorf("the link is %s", link)
	}
}

// A script trains one experiment after the other, so that the networks of one
// are those of the next by the time that they are kept.
func TestExperimentsThatFollowAtOnceAreKeptWhole(t *testing.T) {
	t.Parallel()
	const seeds = 4
	v := open(t, "")
	v.do(fmt.Sprintf(`(() => {
		const train = (seed) => pairlab.start({ models: ["siamese10"], rounds: 1, epochs: 20, pairs: 50, batch: 50, pool: 10000, workers: 1, seed });
		let seed = 1;
		window.digests = [];
		pairlab.on("state", ({ state }) => { if (state === "done" && seed < %d) train(++seed); });
		pairlab.on("done", (result) => digests.push(result.models[0].rounds[0]?.digest));
		train(1);
	})()`, seeds))
	v.until(trainLimit, fmt.Sprintf(`digests.length === %d`, seeds))
	v.shelfRows(seeds)
	digests := eval[[]string](v, `digests`)
	v.reload()
	v.shelfRows(seeds)
	dir := t.TempDir()
	v.downloadsTo(dir)
	for i, want := range digests {
		v.inRow(seeds-i, "Open")
		v.until(soon, fmt.Sprintf(`document.querySelector("#saved .origin")?.innerText.startsWith("Seed %d, ") ?? false`, i+1))
		v.press("Download safetensors of Siamese10")
		_, p, err := modelfile.Decode(v.downloaded(filepath.Join(dir, fmt.Sprintf("pairlab-siamese10-seed%d-epoch20.safetensors", i+1))))
		if err != nil || p.Digest != want {
			t.Errorf("the network of the %d. has digest %.8s (%v), want %.8s", i+1, p.Digest, err, want)
		}
	}
}

// The page is left in the moment in which an experiment ends: it is in the list
// then, or is offered and goes there when it is resumed.
func TestAnExperimentThatEndsAsThePageIsLeftIsKept(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	address := serve(t, nil)
	v.goTo(address)
	v.do(`pairlab.on("done", () => location.replace("?seed=5"))`)
	v.start(quick(map[string]any{"epochs": 5}))
	for deadline := time.Now().Add(trainLimit); ; time.Sleep(50 * time.Millisecond) {
		// There is no answer from a page that is being left.
		there, err := browser.Eval[bool](v.Page, `location.search === "?seed=5" && document.documentElement.dataset.state === "ready"`)
		if there {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the page is not there again (%v)", err)
		}
	}
	v.until(soon, `!document.getElementById("kept").hidden || document.querySelectorAll("#shelf li").length === 1`)
	if eval[bool](v, offered) {
		v.resumeKept()
		v.wait(soon, "done")
	}
	v.shelfRows(1)
	v.inRow(1, "Open")
	v.until(soon, `pairlab.result()?.models[0].rounds.length === 1`)
	v.waitEmpty()
}

// A network that is too large for a file is trained, asked and kept all the
// same, but for the file.
func TestAWideNetworkIsKeptWithoutAFile(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.start(map[string]any{"models": []string{"baseline"}, "rounds": 1, "epochs": 1, "pairs": 50, "batch": 50, "pool": 10000, "ch1": 1, "ch2": 128, "fc": 1024})
	v.wait(trainLimit, "done")
	v.shelfSays("The last experiment is kept without its networks")
	v.shelfRows(1)
	v.draw("left", one()...)
	v.draw("right", seven()...)
	v.until(soon, answered)
	v.press("Download safetensors of Baseline")
	v.until(soon, `document.getElementById("load-error").innerText.includes("the most is 16777216")`)
}

func TestAStoppedExperimentIsKeptOnceARoundIsDone(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.start(endless())
	v.until(trainLimit, `pairlab.result().models[0].unfinished?.[0]?.epochs.length > 0`)
	v.press("Stop")
	v.wait(soon, "done")
	time.Sleep(300 * time.Millisecond)
	v.shelfRows(0)
	v.start(map[string]any{"models": []string{"siamese10"}, "rounds": 100, "epochs": 1, "pairs": 100, "pool": 10_000})
	v.until(trainLimit, `pairlab.result().models[0].rounds.length > 0`)
	if off := eval[bool](v, `[...document.querySelectorAll("#shelf [data-part=open]")].every((b) => b.disabled)`); !off {
		t.Error("an experiment can be opened while another is under way")
	}
	v.press("Stop")
	v.wait(soon, "done")
	v.shelfRows(1)
}

func TestTheListByKeyboardAlone(t *testing.T) {
	by(t, small, func(t *testing.T, v *visit) {
		v.trainByKey()
		v.shelfRows(1)
		title := v.titles()[0]
		v.tabToName("Rename " + title)
		v.run(chromedp.KeyEvent(kb.Enter))
		v.run(chromedp.KeyEvent("Nothing of it"), chromedp.KeyEvent(kb.Escape))
		if got := v.titles()[0]; got != title {
			t.Errorf("after Escape the name is %q", got)
		}
		v.run(chromedp.KeyEvent(kb.Enter)) // the keyboard is on Rename again
		v.run(chromedp.KeyEvent("  A <b>first</b> try "), chromedp.KeyEvent(kb.Enter))
		v.until(soon, `document.querySelector("#shelf h3").innerText === "A <b>first</b> try"`)
		v.reload()
		v.shelfRows(1)
		v.tabToName("Delete A <b>first</b> try")
		v.run(chromedp.KeyEvent(" "))
		v.shelfRows(0)
		v.shelfSays("“A <b>first</b> try” is deleted.")
		v.run(chromedp.KeyEvent(" ")) // the keyboard is on Undo
		v.shelfRows(1)
		if got := v.titles()[0]; got != "A <b>first</b> try" {
			t.Errorf("what is back is called %q", got)
		}
		v.tabToName("Open A <b>first</b> try")
		v.run(chromedp.KeyEvent(" "))
		v.shelfSays("its networks are in Try it")
		if on := eval[string](v, `document.activeElement.id`); on != "curves-title" {
			t.Errorf("the keyboard is on %q, want at the curves", on)
		}
		v.useAxe()
		v.checkAccessibility("with one opened")
	})
}

func TestExperimentsAreComparedSideBySide(t *testing.T) {
	t.Parallel()
	v := trained(t, small)
	v.start(map[string]any{"models": []string{"siamese10"}, "rounds": 2, "epochs": 1, "pairs": 200, "pool": 10_000, "bn": false})
	v.wait(trainLimit, "done")
	v.shelfRows(2)
	v.inRow(1, "Compare")
	if shown := eval[bool](v, `!document.getElementById("shelf-compared").hidden`); shown {
		t.Error("one experiment is compared")
	}
	v.inRow(2, "Compare")
	v.until(soon, `document.querySelector("#shelf-compared table") !== null`)
	rows := eval[map[string][]string](v, `Object.fromEntries([...document.querySelectorAll("#shelf-compared tbody tr")].map((row) => [row.cells[0].innerText, [...row.cells].slice(1).map((c) => c.innerText)]))`)
	if got := strings.Join(rows["Epochs"], "|") + " " + strings.Join(rows["Batch normalisation"], "|"); got != "1|2 off|on" {
		t.Errorf("settings that differ: %v", rows)
	}
	if got := rows["Siamese10 accuracy"]; len(got) != 2 || !strings.Contains(got[0], "interval") || len(rows["Image pool"]) != 0 {
		t.Errorf("the comparison is %v", rows)
	}
	v.inRow(1, "Compare")
	v.until(soon, `document.getElementById("shelf-compared").hidden`)
}

func TestTwoTabsHaveOneList(t *testing.T) {
	t.Parallel()
	a := trained(t, small)
	a.shelfRows(1)
	b := a.beside()
	b.goTo(a.address)
	b.shelfRows(1)
	// Each renames in turn, and both see it.
	for i, tab := range []*visit{a, b, b, a, b} {
		name := fmt.Sprint("Name ", i)
		tab.inRow(1, "Rename")
		tab.run(chromedp.KeyEvent(name + "\r"))
		for _, other := range []*visit{a, b} {
			other.until(soon, fmt.Sprintf(`document.querySelector("#shelf h3").innerText === %q`, name))
		}
	}
	// What one is typing survives what the other does.
	a.inRow(1, "Rename")
	a.run(chromedp.KeyEvent("Typed"))
	b.run(pressTrain())
	b.wait(trainLimit, "done")
	a.shelfRows(2)
	if got := eval[string](a, `document.activeElement.value`); got != "Typed" {
		t.Errorf("the field says %q", got)
	}
	a.run(chromedp.KeyEvent("\r"))
	b.until(soon, `document.querySelector("#shelf li:last-child h3").innerText === "Typed"`)
	b.inRow(2, "Delete")
	a.shelfRows(1)
	b.press("Undo")
	a.shelfRows(2)
}

func TestAFullListMakesRoomButNotFromWhatIsNamed(t *testing.T) {
	v := trained(t, small)
	v.shelfRows(1)
	// Copies of it, older, that fill the list.
	fill := func(n int) {
		t.Helper()
		v.do(strings.ReplaceAll(onStore(fmt.Sprintf(`store.getAllKeys().onsuccess = (event) => {
			const keys = event.target.result.filter((key) => key.startsWith("shelved/"));
			for (const key of keys.filter((key) => key.slice(0, -1) === keys.at(-1).slice(0, -1))) {
				store.get(key).onsuccess = (event) => {
					for (let i = 0; i < %d; i++) store.put(event.target.result, "shelved/" + String(i).padStart(13, "0") + "-00000000" + key.slice(-2));
				};
			}
		};`, n)), `"pairlab"`, `"pairlab-shelf"`))
		v.reload()
		v.shelfRows(40)
	}
	fill(39)
	v.noLongTask("with a full list", func() {
		v.run(pressTrain())
		v.wait(trainLimit, "done")
		v.shelfSays("The list was full with 40 experiments")
	})
	v.shelfSays("The list was full with 40 experiments: the oldest without a name of yours, “Experiment of ")
	v.shelfRows(40)

	// With names, nothing leaves.
	v.inRow(2, "Rename")
	v.run(chromedp.KeyEvent("Mine\r"))
	v.until(soon, `document.querySelector("#shelf li:nth-child(2) h3").innerText === "Mine"`)
	v.inRow(1, "Delete")
	v.shelfSays("is deleted")
	v.shelfRows(39)
	fill(39)
	v.run(pressTrain())
	v.wait(trainLimit, "done")
	v.shelfSays("The last experiment is not kept: the list is full with 40 that you named.")
	v.shelfRows(40)
	v.inRow(40, "Delete")
	v.until(soon, `document.querySelector("#shelf h3").innerText.startsWith("Experiment of ")`)
	v.shelfRows(40)
}

func TestAStorageThatFailsIsSaidAtTheList(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*visit){
		"refused": func(v *visit) {
			v.beforeLoad(`IDBFactory.prototype.open = () => { throw new DOMException("not in a private window", "SecurityError"); };`)
		},
		"full": func(*visit) {},
	} {
		t.Run(name, func(t *testing.T) {
			v := newTab(t)
			spoil(v)
			v.goTo(serve(t, nil) + small)
			want := "This browser keeps no experiments"
			if name == "full" {
				want = "The last experiment is not kept"
				if _, err := chromedp.Call(v.Ctx, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{
					Origin: v.address[:strings.IndexByte(v.address, '?')], QuotaSize: new(1000.0),
				}); err != nil {
					t.Fatal(err)
				}
			}
			v.run(pressTrain())
			v.wait(trainLimit, "done")
			v.shelfSays(want)
			v.shelfRows(0)
			if says := eval[string](v, `document.getElementById("shelf-says").innerText`); strings.Count(says, "keep")+strings.Count(says, "kept") != 1 {
				t.Errorf("the list says %q, want it once", says)
			}
			v.consoleErrors()
		})
	}
}

func TestTheListIsAccessibleAndFitsTheScreen(t *testing.T) {
	t.Parallel()
	v := trained(t, "?rounds=2&epochs=1&pairs=100&pool=10000")
	v.start(map[string]any{"rounds": 2, "epochs": 1, "pairs": 100, "pool": 10_000, "bn": false})
	v.wait(trainLimit, "done")
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	v.shelfRows(3)
	v.inRow(3, "Delete")
	v.shelfRows(2)
	v.inRow(1, "Compare")
	v.inRow(2, "Compare")
	v.inRow(2, "Rename")
	v.do(`for (const d of document.querySelectorAll(".under details")) d.open = true`)
	v.onEveryScreen(nil)
}
