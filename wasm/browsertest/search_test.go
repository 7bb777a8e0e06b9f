//go:build browser

package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
)

func searchResult(v *visit) experiment.SearchResult {
	v.t.Helper()
	return eval[experiment.SearchResult](v, `pairlab.search.result()`)
}

// choose chooses a value of the select with the given label.
func (v *visit) choose(label, option string) {
	v.t.Helper()
	v.do(fmt.Sprintf(`{
		const select = [...document.querySelectorAll("#search label")].find((l) => l.innerText.trim().startsWith(%q)).control;
		select.value = [...select.options].find((o) => o.text === %q).value;
		select.dispatchEvent(new Event("input", { bubbles: true }));
		select.dispatchEvent(new Event("change", { bubbles: true }));
	}`, label, option))
}

func TestASearchByPressingButtons(t *testing.T) {
	dir := t.TempDir()
	v := open(t, smallSets+"&workers=2")
	v.downloadsTo(dir)
	v.press("Train both")
	v.wait(trainLimit, "done")
	trained := result(v)
	table := eval[string](v, `document.querySelector(".results table").innerText`)

	v.shows("search", "plan", "20 runs: 10 settings, 2 rounds each.") // the published rates
	v.choose("Grid", "Widths")
	v.shows("search", "plan", "128 settings")
	// Two of the three rows go, one changes, and one is added.
	v.run(chromedp.Click(chromedp.CSS(`#axes li:nth-child(3) [data-part=remove]`), chromedp.NodeVisible))
	v.run(chromedp.Click(chromedp.CSS(`#axes li:nth-child(2) [data-part=remove]`), chromedp.NodeVisible))
	v.say("Values", "16,64")
	v.press("Add a setting")
	v.run(chromedp.KeyEvent("\t"), chromedp.KeyEvent("0.1..1 times 10"), chromedp.KeyEvent("\t"))
	v.shows("search", "plan", "16 runs: 8 settings, 2 rounds each. About ")
	if search := eval[string](v, `location.search`); !strings.Contains(search, "grid=ch1=16,64;lr=0.1,1") {
		t.Errorf("the address is %q, without the grid", search)
	}
	v.noLongTask("a search", func() {
		v.press("Start search")
		v.wait(soon, "running")
		v.wait(trainLimit, "done")
	})
	v.shows("search", "status", "Finished: 16 runs")
	r := searchResult(v)
	if r.Schema != experiment.SearchSchema || r.Finished != 16 || r.Runs != 16 || len(r.Points) != 8 || len(r.Environments) != 1 || r.Environments[0].Workers != 2 {
		t.Errorf("the document says %d of %d runs at %d points, made in %+v", r.Finished, r.Runs, len(r.Points), r.Environments)
	}
	// The networks as published are among the points, and the same to the bit.
	for round := range 2 {
		for i, setting := range []string{"siamese2 ch1=64 lr=1", "siamese10 ch1=64 lr=0.1"} {
			if got, want := trialDigest(r.Points, setting, round), trained.Models[i].Rounds[round].Digest; got != want {
				t.Errorf("%s, round %d: digest %q, want %q", setting, round, got, want)
			}
		}
	}
	if again := eval[string](v, `document.querySelector(".results table").innerText`); again != table {
		t.Errorf("the main table has changed to\n%s", again)
	}

	best := r.Best("siamese10")
	if shown := eval[string](v, `document.querySelector("#search [data-best=siamese10]").innerText`); !strings.HasPrefix(shown, fmt.Sprintf("Siamese10: %.2f", 100*float64(best.Mean))) ||
		!strings.Contains(shown, "with first convolution "+best.Values[0]+", learning rate "+best.Values[1]) {
		t.Errorf("the page says %q, the best point is %s", shown, best.Setting)
	}
	const column = `[...document.querySelectorAll("#points tbody tr:not([hidden])")].map((row) => row.cells[%d].innerText)`
	accuracies := eval[[]string](v, fmt.Sprintf(column, 1))
	if len(accuracies) != 8 || !slices.IsSortedFunc(accuracies, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("the table's accuracies are %v, want 8, the highest first", accuracies)
	}
	v.press("Learning rate")
	v.press("Learning rate") // the lowest first
	if rates := eval[[]string](v, fmt.Sprintf(column, 3)); rates[0] != "0.1" || rates[7] != "1" {
		t.Errorf("sorted by rate: %v", rates)
	}
	if order := eval[string](v, `document.querySelector("#points th:nth-child(4)").getAttribute("aria-sort")`); order != "ascending" {
		t.Errorf("the column is said to be sorted %q", order)
	}
	// The map shows the same figures, whichever way it lies.
	point := `document.querySelectorAll("#heat tbody tr")[%d].cells[%d].innerText`
	v.choose("Network", "Siamese10")
	upright := eval[string](v, fmt.Sprintf(point, 0, 2))
	v.choose("Across", "Learning rate")
	if lying := eval[string](v, fmt.Sprintf(point, 1, 1)); lying != upright || upright == "–" {
		t.Errorf("the map says %q one way and %q the other", upright, lying)
	}

	v.press("Download JSON of the search")
	if _, err := experiment.ParseSearch(v.downloaded(filepath.Join(dir, "pairlab-search.json"))); err != nil {
		t.Error(err)
	}
	v.press("Download CSV of the search")
	if csv := string(v.downloaded(filepath.Join(dir, "pairlab-search.csv"))); strings.Count(csv, "\n") != 9 {
		t.Errorf("the CSV file:\n%s", csv)
	}
}

// Two machines make a part each; a third page puts their files together.
func TestPartsOfASearchAreMerged(t *testing.T) {
	t.Parallel()
	const grid = "&view=search&grid=lr=0.03,0.1,1;fc=32,64"
	dir := t.TempDir()
	var files []string
	for k := 1; k <= 2; k++ {
		v := newTab(t)
		v.downloadsTo(dir)
		v.run(chromedp.Navigate(serve(t, nil) + smallSets + grid + fmt.Sprintf("&shard=%d/2&autostart=1", k)))
		v.wait(readyLimit, "running")
		v.wait(trainLimit, "done")
		if r := searchResult(v); r.Finished != 12 || r.Runs != 24 {
			t.Errorf("part %d: %d of %d runs", k, r.Finished, r.Runs)
		}
		v.press("Download JSON of the search")
		files = append(files, filepath.Join(dir, fmt.Sprintf("pairlab-search-part-%d-of-2.json", k)))
		v.downloaded(files[k-1])
	}
	write := func(name, text string) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	second, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	v := open(t, "")
	add := func(files ...string) {
		t.Helper()
		v.do(`document.getElementById("search-files-done").textContent = document.getElementById("search-files-error").textContent = ""`)
		v.run(chromedp.SetUploadFiles(chromedp.ID("search-files"), files))
		v.until(soon, `document.getElementById("search-files-done").textContent + document.getElementById("search-files-error").textContent !== ""`)
	}
	says := func(id, want string) {
		t.Helper()
		if shown := eval[string](v, fmt.Sprintf(`document.getElementById(%q).innerText`, id)); !strings.Contains(shown, want) {
			t.Errorf("the page says %q, want %q", shown, want)
		}
	}
	add(files[0])
	says("search-files-done", "“pairlab-search-part-1-of-2.json” added 12 runs: 12 of 24 are here.")
	if search := eval[string](v, `location.search`); !strings.Contains(search, "shard=1/2") || !strings.Contains(search, "grid=lr=0.03,0.1,1;fc=32,64") || !strings.Contains(search, "epochs=2") {
		t.Errorf("the address is %q, not the file's search", search)
	}
	before := eval[string](v, `JSON.stringify(pairlab.search.result())`)
	for name, c := range map[string]struct{ text, want string }{
		"prose.json":     {"not JSON", "not a document of pairlab.search/v1"},
		"result.json":    {`{"schema":"pairlab.result/v1"}`, `schema "pairlab.result/v1": want "pairlab.search/v1"`},
		"cut.json":       {string(second[:len(second)/2]), "not a document"},
		"grid.json":      {strings.Replace(string(second), "lr=0.03,", "lr=0.3,", 1), "not a setting of the grid"},
		"seed.json":      {strings.Replace(string(second), `"seed": 1,`, `"seed": 2,`, 1), "seed"},
		"edited.json":    {strings.Replace(string(second), `"testAccuracy": 0.`, `"testAccuracy": 7.`, 1), "figures that no run has"},
		"disagrees.json": {strings.ReplaceAll(string(mustRead(t, files[0])), `"digest": "`, `"digest": "00`), "do not agree"},
	} {
		add(write(name, c.text))
		says("search-files-error", "“"+name+"” was not added: ")
		says("search-files-error", c.want)
		says("search-files-error", "What is here is as it was.")
		if after := eval[string](v, `JSON.stringify(pairlab.search.result())`); after != before {
			t.Fatalf("%s has changed what is here", name)
		}
	}
	add(write("wrong.json", "{}"), files[1]) // the good one of two is taken
	says("search-files-error", "“wrong.json” was not added: ")
	says("search-files-done", "“pairlab-search-part-2-of-2.json” added 12 runs: 24 of 24 are here.")
	v.shows("search", "plan", "All 24 runs are done.")

	// The same search in one go gives the same to the bit.
	whole := open(t, "")
	whole.do(`pairlab.search.start({ models: ["siamese2", "siamese10"], rounds: 2, epochs: 2, pairs: 200, pool: 10000, grid: "lr=0.03,0.1,1;fc=32,64" })`)
	whole.wait(trainLimit, "done")
	const all = `JSON.stringify(pairlab.search.result().points.map((p) => [p.setting, p.mean, p.rounds.map((r) => r.digest)]))`
	if merged, once := eval[string](v, all), eval[string](whole, all); merged != once {
		t.Errorf("merged\n%s, in one go\n%s", merged, once)
	}
	// Scripts merge, too, and are told why not.
	whole.do(`pairlab.search.merge(` + string(second) + `)`)
	if message := eval[string](whole, `(() => { try { pairlab.search.merge({}); return ""; } catch (err) { return err.message; } })()`); !strings.Contains(message, "pairlab.search/v1") {
		t.Errorf("merging nothing: %q", message)
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// More runs than a part of the kept record has, over reloads.
func TestASearchIsResumedAfterReloads(t *testing.T) {
	t.Parallel()
	const config = `{ models: ["siamese10"], rounds: 20, epochs: 2, pairs: 100, batch: 50, pool: 10000, workers: 2, grid: "lr=0.03,0.1,1;fc=16,32" }`
	const all = `pairlab.search.result().points.flatMap((p) => [p.setting, ...p.rounds.map((r) => r.digest)]).join("\n")`
	calm := open(t, "")
	calm.do(`pairlab.search.start(` + config + `)`)
	calm.wait(trainLimit, "done")
	want := eval[string](calm, all)

	v := newTab(t)
	address := serve(t, nil)
	v.goTo(address)
	v.do(`pairlab.search.start(` + config + `)`)
	for i, runs := range []int{60, 105} {
		v.until(trainLimit, fmt.Sprintf(`pairlab.search.result().finished >= %d`, runs))
		v.press("Pause the search")
		v.until(soon, onStore(fmt.Sprintf(`store.getAllKeys().onsuccess = (event) => { result = event.target.result.some((key) => key.startsWith("part/") && key.includes("/%d#")); };`, i)))
		v.goTo(address)
		v.until(soon, offered)
		if shown := eval[string](v, `document.getElementById("kept").innerText`); !strings.Contains(shown, "A search was left with ") || !strings.Contains(shown, " of 120 runs done") {
			t.Errorf("the offer says %q", shown)
		}
		v.resumeKept()
		if n := searchResult(v).Finished; n < runs-2 {
			t.Errorf("%d runs after the reload, of %d that were done", n, runs)
		}
	}
	v.wait(trainLimit, "done")
	if got := eval[string](v, all); got != want {
		t.Errorf("digests\n%s\nwant\n%s", got, want)
	}
	v.waitEmpty()
}

func TestBadGridsAreRefusedWhereThePersonLooks(t *testing.T) {
	t.Parallel()
	v := open(t, smallSets)
	for text, want := range map[string]string{
		"0.1,fast":        "“fast”: want a number, above 0 to 1e9",
		"":                "want a number",
		"1..0.1 times 10": "the range ends before it begins",
		"0.1,0.10":        "given more than once",
	} {
		v.say("Values", text)
		if text == "" {
			v.do(`{ const i = document.querySelector("#axes input"); i.value = ""; i.dispatchEvent(new Event("change", { bubbles: true })); }`)
		}
		v.until(soon, fmt.Sprintf(`document.querySelector("#axes .error").innerText.includes(%q)`, want))
		v.press("Start search")
		if !eval[bool](v, `document.activeElement === document.querySelector("#axes input") && document.documentElement.dataset.state === "ready"`) {
			t.Errorf("%q: the search began, or the keyboard is elsewhere", text)
		}
	}
	v.say("Values", "0.1,1")
	v.press("Add a setting") // the learning rate once more
	v.run(chromedp.KeyEvent("\t"), chromedp.KeyEvent("2"), chromedp.KeyEvent("\t"))
	v.until(soon, `document.getElementById("grid-error").innerText.includes("once")`)
	v.choose("Grid", "Learning rate")
	v.say("Part of the search", "4/3")
	v.shows("search", "fields", "want k/n, such as 2/3")
	v.say("Part of the search", "2/3")
	v.shows("search", "plan", "6 runs: 3 of 10 settings (part 2/3)")
	got := eval[string](v, `(() => { try { pairlab.search.start({ grid: "seed=1,2" }); return ""; } catch (err) { return err.message; } })()`)
	if !strings.Contains(got, "not a setting to search over") {
		t.Errorf("a script's bad grid: %q", got)
	}
}

// A part that is asked for too early changes nothing of the one under way.
func TestASearchUnderWayKeepsItsPart(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	const start = `pairlab.search.start({ models: ["siamese10"], rounds: 1, epochs: 2, pairs: 100, pool: 10000, workers: 1, grid: "lr=0.1,1", shard: "%d/2" })`
	v.do(fmt.Sprintf(start, 1))
	if got := eval[string](v, `(() => { try { `+fmt.Sprintf(start, 2)+`; return ""; } catch (err) { return err.message; } })()`); !strings.Contains(got, "training is under way") {
		t.Errorf("a second start: %q", got)
	}
	v.wait(trainLimit, "done")
	if got := eval[string](v, `(({ shard, finished, points }) => [shard, finished, points.map((p) => p.values)].join())(pairlab.search.result())`); got != "1/2,1,0.1" {
		t.Errorf("the search made %s, want 1/2,1,0.1", got)
	}
}

// The published search of the siamese networks has 5,120 settings.
func TestALargeGridDoesNotHoldThePage(t *testing.T) {
	v := open(t, "?workers=1")
	v.do(`const warm = pairlab.search.plan({ grid: "lr=1" })`)
	v.noLongTask("planning", func() {
		v.choose("Grid", "Published, siamese networks")
		v.shows("search", "plan", "51,200 runs: 5,120 settings, 10 rounds each. About ")
	})
	v.do(`window.ends = 0; pairlab.on("trial", () => ends++)`)
	v.noLongTask("searching", func() {
		v.press("Start search")
		v.until(trainLimit, `ends > 4`)
	})
	v.press("Stop the search")
	v.wait(soon, "done")
}

func TestASearchByKeyboardAlone(t *testing.T) {
	by(t, smallSets, func(t *testing.T, v *visit) {
		v.checkAccessibility("before")
		v.tabTo(`#axes input`)
		v.run(chromedp.KeyEvent("a", chromedp.KeyModifiers(2)), chromedp.KeyEvent("0.1,1"), chromedp.KeyEvent("\t"))
		v.tabTo(`#add-axis`)
		v.run(chromedp.KeyEvent(" "))
		// A letter chooses in a select.
		v.run(chromedp.KeyEvent("B"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("0,1"), chromedp.KeyEvent("\t"))
		v.shows("search", "plan", "16 runs: 8 settings")
		v.tabTo(`#search [data-part=start]`)
		v.run(chromedp.KeyEvent(" "))
		v.wait(soon, "running")
		v.run(chromedp.KeyEvent(" "))
		v.wait(soon, "paused")
		v.until(soon, `document.activeElement === document.querySelector("#search [data-part=resume]")`)
		v.run(chromedp.KeyEvent(" "))
		v.wait(soon, "running", "done")
		v.wait(trainLimit, "done")
		v.checkAccessibility("done")
		v.tabTo(`#points th:nth-child(6) button`)
		v.run(chromedp.KeyEvent("\r"))
		v.until(soon, `document.querySelector("#points th:nth-child(6)").getAttribute("aria-sort") === "descending"`)
		if wide := eval[int](v, `document.scrollingElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("the page is %d pixels too wide", wide)
		}
		var r map[string]any
		if err := json.Unmarshal([]byte(eval[string](v, `JSON.stringify(pairlab.search.result())`)), &r); err != nil || r["finished"] != 16.0 {
			t.Errorf("%v runs: %v", r["finished"], err)
		}
	})
}
