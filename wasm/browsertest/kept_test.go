//go:build browser

package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/wasm/drive/browser"
)

func TestAnExperimentIsResumedAfterReloads(t *testing.T) {
	want := undisturbed(t, tenRuns(nil))
	for _, c := range []map[string]any{
		{"workers": 2},
		{"workers": 3, "transport": "ports"},
	} {
		t.Run(fmt.Sprint(c["workers"], " workers"), func(t *testing.T) {
			begun := time.Now()
			v := newTab(t)
			address := serve(t, nil)
			v.goTo(address)
			const count = `window.epochs = 0; pairlab.on("epoch", () => epochs++)`
			v.do(count)
			v.start(tenRuns(c))
			for _, runs := range []int{0, 2, 5} {
				v.until(trainLimit, fmt.Sprintf(`epochs > 0 && pairlab.result().models.reduce((n, m) => n + m.rounds.length, 0) >= %d`, runs))
				v.until(soon, onStore(`store.count().onsuccess = (event) => { result = event.target.result > 0; };`))
				time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
				v.goTo(address + "?seed=77")
				v.until(soon, offered)
				if search := eval[string](v, `location.search`); search != "?seed=77" {
					t.Errorf("the offer has changed the address's settings to %q", search)
				}
				v.do(count)
				v.resumeKept()
			}
			v.wait(trainLimit, "done")
			if got := digests(v); !slices.Equal(got, want) {
				t.Errorf("digests\n%v, want\n%v", got, want)
			}
			v.waitEmpty()
			t.Logf("%v", time.Since(begun).Round(100*time.Millisecond))
		})
	}
}

// The whole browser is killed in the middle.
func TestAnExperimentIsResumedAfterACrash(t *testing.T) {
	t.Parallel()
	want := undisturbed(t, tenRuns(nil))
	begun := time.Now()
	address, profile := serve(t, nil), t.TempDir()
	launch := func() (*visit, func()) {
		tab, stop, err := browser.Start(context.Background(), nil, chromedp.UserDataDir(profile))
		if err != nil {
			t.Fatal(err)
		}
		v := &visit{Page: browser.Page{Ctx: tab}, t: t}
		v.goTo(address)
		return v, stop
	}
	v, stop := launch()
	v.start(tenRuns(nil))
	v.until(trainLimit, `pairlab.result().models.some((m) => m.rounds.length > 0)`)
	time.Sleep(time.Duration(rand.IntN(900)) * time.Millisecond)
	rounds := len(digests(v))
	if err := chromedp.FromContext(v.Ctx).Browser.Process().Kill(); err != nil {
		t.Fatal(err)
	}
	stop()

	v, stop = launch()
	defer stop()
	v.resumeKept()
	// The last round's end may not have been written yet.
	if n := len(digests(v)); n < rounds-2 {
		t.Errorf("%d rounds after the crash, of %d that were done", n, rounds)
	}
	v.wait(trainLimit, "done")
	if got := digests(v); !slices.Equal(got, want) {
		t.Errorf("digests\n%v, want\n%v", got, want)
	}
	t.Logf("%v, %d of 10 runs done before", time.Since(begun).Round(100*time.Millisecond), rounds)
}

// Networks whose runs had ended before the page was left are there again, and
// go to the list with the others.
func TestNetworksSurviveAReload(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	address := serve(t, nil)
	v.goTo(address)
	const count = `window.epochs = 0; pairlab.on("epoch", (e) => { if (e.model === "siamese10") epochs++; })`
	v.do(count)
	v.start(tenRuns(map[string]any{"models": []string{"siamese2", "siamese10"}, "rounds": 2, "epochs": 60, "pairs": 200, "workers": 1}))
	const rounds = `pairlab.result().models.map((m) => m.rounds.length)`
	v.until(trainLimit, `epochs > 62 && `+rounds+`.join() === "2,1"`)
	v.until(trainLimit, whenHidden(onStore(`store.getAllKeys().onsuccess = (event) => { result = event.target.result.filter((key) => key.startsWith("state/")).length > 2; };`)))
	v.goTo(address)
	v.resumeKept()
	v.until(soon, `document.querySelectorAll("#verdicts article").length === 2`)
	v.wait(trainLimit, "done")
	v.shelfRows(1)
	v.goTo(address)
	v.inRow(1, "Open")
	v.shelfSays("its networks are in Try it")
	dir := t.TempDir()
	v.downloadsTo(dir)
	for _, m := range result(v).Models {
		v.press("Download safetensors of " + experiment.Label(m.Name))
		_, p, err := modelfile.Decode(v.downloaded(filepath.Join(dir, fmt.Sprintf("pairlab-%s-seed2-epoch60.safetensors", m.Name))))
		if err != nil || p.Digest != m.Rounds[1].Digest || p.Std == 0 || p.Accuracy != m.Rounds[1].TestAccuracy {
			t.Errorf("%s: %+v (%v), want %+v", m.Name, p, err, m.Rounds[1])
		}
	}
}

func TestTheOfferSaysWhatWasLeftAndCanBeDiscarded(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.start(tenRuns(map[string]any{"epochs": 200, "workers": 1}))
	v.until(trainLimit, kept(1)) // without being hidden
	v.goTo(v.address)
	v.until(soon, offered)
	shown := eval[string](v, `document.getElementById("kept").innerText`)
	for _, want := range []string{"Baseline, round 1 of 5, epoch ", "0 of 10 runs were done", "Kept a moment ago.", "Resume", "Discard"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the offer lacks %q:\n%s", want, shown)
		}
	}
	if !eval[bool](v, `pairlab.kept().then((k) => k.total === 10 && k.done === 0 && k.config.epochs === 200 && k.running.length === 1 &&
		k.running[0].model === "baseline" && k.running[0].epoch > 0 && Math.abs(Date.now() - k.saved) < 60000 && !k.outdated)`) {
		t.Errorf("window.pairlab knows of %s", eval[string](v, `pairlab.kept().then(JSON.stringify)`))
	}
	v.useAxe()
	v.checkAccessibility("with an offer")
	// While something else is trained the offer is out of the way, from the task
	// on in which that begins; then it is there again.
	config, err := json.Marshal(endless())
	if err != nil {
		t.Fatal(err)
	}
	if eval[bool](v, fmt.Sprintf(`pairlab.start(%s), %s`, config, offered)) {
		t.Error("the offer is shown during an experiment")
	}
	v.press("Stop")
	v.wait(soon, "done")
	v.until(soon, offered)
	v.press("Discard")
	v.until(soon, "!("+offered+")")
	v.waitEmpty()
	if !eval[bool](v, `pairlab.kept().then((k) => k === null)`) {
		t.Error("something is kept after it was discarded")
	}
	if message := eval[string](v, `pairlab.resumeKept().then(() => "resumed", (err) => err.message)`); !strings.Contains(message, "kept") {
		t.Errorf("resuming nothing: %q, want an error that says so", message)
	}
	v.start(endless())
	v.waitKept(1)
	v.press("Stop")
	v.wait(soon, "done")
	v.waitEmpty()
}

func TestDamagedStatesCostEpochsAndNothingElse(t *testing.T) {
	config := twoRuns(map[string]any{"workers": 2})
	want := undisturbed(t, config)
	v := open(t, "")
	for _, c := range []struct {
		name   string
		damage string // to each state that is kept: value, a Uint8Array under key
		epochs string // that are left of the two runs, of those in both slots
		lost   int    // runs whose state is only refused when it is used
	}{
		{"the newest is torn", `if (isNewest) store.put(value.slice(0, value.length >> 1), key);`, "older", 0},
		{"one bit is flipped", `if (isNewest) { value[value.length >> 1] ^= 1; store.put(value, key); }`, "older", 0},
		{"all are flipped", `value[value.length - 1] ^= 1; store.put(value, key);`, "none", 0},
		{"all are missing", `store.delete(key);`, "none", 0},
		{"the networks are swapped", `store.put(value, key.includes("siamese2") ? key.replace("siamese2", "siamese10") : key.replace("siamese10", "siamese2"));`, "newest", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			v.t = t
			v.start(config)
			v.waitKept(2)
			// An address of the site without the page.
			v.run(chromedp.Navigate(v.address + "icon.svg"))
			epochs := eval[[][]int](v, onStates(fmt.Sprintf(`
				keys.forEach((key, i) => {
					const value = values[i], isNewest = epoch(i) === Math.max(...runs.get(key.slice(0, -2)));
					%s
				});
				result = [...runs.values()];`, c.damage)))
			v.goTo(v.address)
			v.do(`window.recovered = 0; pairlab.on("recovered", () => recovered++)`)
			left := eval[[]int](v, `pairlab.kept().then((k) => k.running.map((r) => r.epoch))`)
			var expected []int
			for _, run := range epochs {
				switch {
				case c.epochs == "newest":
					expected = append(expected, slices.Max(run))
				case c.epochs == "older" && len(run) == 2:
					expected = append(expected, slices.Min(run))
				}
			}
			slices.Sort(left)
			slices.Sort(expected)
			if !slices.Equal(left, expected) {
				t.Errorf("of the epochs %v that were kept %v are offered, want %v", epochs, left, expected)
			}
			v.do(`pairlab.resumeKept()`)
			v.wait(trainLimit, "done")
			if got := digests(v); !slices.Equal(got, want) {
				t.Errorf("digests\n%v, want\n%v", got, want)
			}
			if n := eval[int](v, `recovered`); n != c.lost {
				t.Errorf("the state of %d runs was refused, want %d", n, c.lost)
			}
			v.waitEmpty()
		})
	}
}

func TestATabOffersOnlyWhatNoOtherTabHas(t *testing.T) {
	t.Parallel()
	config := twoRuns(map[string]any{"workers": 1})
	want := undisturbed(t, config)
	a := newTab(t)
	address := serve(t, nil)
	a.goTo(address)
	a.start(config)
	a.waitKept(1)
	// However slow the other tab is, it finds this one at it.
	a.do(`pairlab.pause()`)
	b := a.beside()
	b.goTo(address)
	none := `pairlab.kept().then((k) => k === null)`
	if !eval[bool](b, none) {
		t.Error("a tab offers what another one is training")
	}
	// Each has its own.
	b.start(config)
	b.waitKept(1)
	a.do(`pairlab.resume()`)
	a.wait(trainLimit, "done")
	b.wait(trainLimit, "done")
	for _, v := range []*visit{a, b} {
		if got := digests(v); !slices.Equal(got, want) {
			t.Errorf("digests of one of two tabs\n%v, want\n%v", got, want)
		}
	}
	a.waitEmpty()

	a.start(config)
	a.waitKept(1)
	b.until(soon, `pairlab.kept().then((k) => k === null)`)
	a.run(chromedp.Navigate("about:blank"))
	b.until(soon, offered) // without having been asked
	c := a.beside()
	c.goTo(address)
	if !eval[bool](c, none) {
		t.Error("two tabs offer the same")
	}
	b.do(`pairlab.resumeKept()`)
	b.wait(trainLimit, "done")
	if got := digests(b); !slices.Equal(got, want) {
		t.Errorf("digests of what another tab had begun\n%v, want\n%v", got, want)
	}
}

// A browser may hold a page that was left, frozen, until the person returns.
func TestComingBackToThePageOffersWhatWasLeft(t *testing.T) {
	t.Parallel()
	config := twoRuns(map[string]any{"workers": 2})
	want := undisturbed(t, config)
	v := open(t, "")
	v.start(config)
	v.waitKept(2)
	v.run(chromedp.Navigate("about:blank"), chromedp.NavigateBack())
	v.wait(readyLimit, "ready")
	v.resumeKept()
	v.wait(trainLimit, "done")
	if got := digests(v); !slices.Equal(got, want) {
		t.Errorf("digests\n%v, want\n%v", got, want)
	}
}

func TestStorageThatFailsIsMentionedOnceAndTrainingGoesOn(t *testing.T) {
	t.Parallel()
	config := tenRuns(map[string]any{"models": []string{"siamese2", "siamese10"}, "rounds": 2})
	want := undisturbed(t, config)
	for name, spoil := range map[string]func(*visit){
		"none": func(v *visit) { v.beforeLoad(`delete Window.prototype.indexedDB; delete window.indexedDB;`) },
		"refused": func(v *visit) {
			v.beforeLoad(`IDBFactory.prototype.open = () => { throw new DOMException("not in a private window", "SecurityError"); };`)
		},
		"full": func(*visit) {},
	} {
		t.Run(name, func(t *testing.T) {
			v := newTab(t)
			spoil(v)
			v.goTo(serve(t, nil))
			if name == "full" {
				_, err := chromedp.Call(v.Ctx, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{
					Origin: v.address, QuotaSize: new(1000.0),
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			v.start(config)
			v.wait(trainLimit, "done")
			if got := digests(v); !slices.Equal(got, want) {
				t.Errorf("digests\n%v, want\n%v", got, want)
			}
			note := eval[string](v, `document.getElementById("note-text").textContent`)
			if strings.Count(note, "does not keep it") != 1 {
				t.Errorf("the page says %q, want once that nothing is kept", note)
			}
			v.start(quick(nil))
			v.wait(trainLimit, "done")
			if note := eval[string](v, `document.getElementById("note-text").textContent`); note != "" {
				t.Errorf("the page says it again: %q", note)
			}
			v.consoleErrors()
		})
	}
}
