//go:build browser

package browsertest

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
)

// smallSets are settings with which a set of trials is over in seconds.
const smallSets = "?models=siamese2,siamese10&rounds=2&epochs=2&pairs=200&pool=10000"

// say types into the input with the given label, wherever it is.
func (v *visit) say(label, text string) {
	v.t.Helper()
	v.do(fmt.Sprintf(`{
		const label = [...document.querySelectorAll("label")].find((l) => l.innerText.trim().startsWith(%q));
		label.control.select();
		label.control.focus();
	}`, label))
	v.run(chromedp.KeyEvent(text))
	v.do(`document.activeElement.blur()`)
}

// shows waits until a part of a view says something.
func (v *visit) shows(view, part, words string) {
	v.t.Helper()
	v.until(trainLimit, fmt.Sprintf(`document.querySelector("#%s [data-part=%s]").innerText.replace(/\s+/g, " ").includes(%q)`, view, part, words))
}

func ablation(v *visit) experiment.AblationResult {
	v.t.Helper()
	return eval[experiment.AblationResult](v, `pairlab.techniques.result()`)
}

// trialDigest is that of a setting's round.
func trialDigest(points []experiment.Point, setting string, round int) string {
	for _, p := range points {
		if p.Setting == setting && round < len(p.Rounds) {
			return p.Rounds[round].Digest
		}
	}
	return ""
}

func TestTechniquesAreComparedByPressingButtons(t *testing.T) {
	dir := t.TempDir()
	v := open(t, smallSets+"&workers=2")
	v.downloadsTo(dir)
	// The networks' own training, whose results are to stay.
	v.press("Train both")
	v.wait(trainLimit, "done")
	trained := result(v)
	table := eval[string](v, `document.querySelector(".results table").innerText`)

	v.say("Auxiliary loss weights", "1,0")
	v.shows("techniques", "plan", "24 runs: 12 settings, 2 rounds each. About ")
	v.shows("techniques", "plan", "4 combinations are left out")
	if search := eval[string](v, `location.search`); !strings.Contains(search, "weights=1,0") {
		t.Errorf("the address is %q, without the weights", search)
	}
	v.do(`window.ends = []; pairlab.on("trial", (e) => ends.push(e)); pairlab.on("trials", (d) => { window.told = d; });`)
	v.noLongTask("comparing techniques", func() {
		v.press("Compare techniques")
		v.wait(soon, "running")
		v.wait(trainLimit, "done")
	})
	v.shows("techniques", "status", "Finished: 24 runs")
	v.shows("techniques", "plan", "All 24 runs are done.")

	r := ablation(v)
	if r.Schema != experiment.AblationSchema || r.Runs != 24 || r.Finished != 24 || r.Environment.Workers != 2 || r.Aux != "1,0" {
		t.Errorf("the document says %d of %d runs, weights %s, made in %+v", r.Finished, r.Runs, r.Aux, r.Environment)
	}
	if n, told := eval[int](v, `ends.length`), eval[int](v, `told.finished`); n != 24 || told != 24 {
		t.Errorf("scripts were told of %d runs, and of %d at the end", n, told)
	}
	// The networks as published are among those compared, and the same to the bit.
	for round := range 2 {
		for i, setting := range []string{"siamese2 bn=1 sharing=1 aux=1", "siamese10 bn=1 sharing=1 aux=1"} {
			if got, want := trialDigest(r.Points, setting, round), trained.Models[i].Rounds[round].Digest; got != want {
				t.Errorf("%s, round %d: digest %q, want %q", setting, round, got, want)
			}
		}
	}
	// What the page says is what the numbers say.
	for i, technique := range r.Techniques {
		shown := squeeze(eval[string](v, fmt.Sprintf(`document.querySelectorAll(".technique")[%d].innerText`, i)))
		if !strings.Contains(shown, squeeze(technique.Sentence)) || !strings.Contains(technique.Sentence, "Over 2 rounds of ") {
			t.Errorf("%s: the page does not say %q", technique.Name, technique.Sentence)
		}
		for _, c := range technique.Comparisons {
			if want := fmt.Sprintf("%.2f %%", 100*float64(c.High.Accuracy)); !strings.Contains(shown, want) {
				t.Errorf("%s: the page lacks %s", technique.Name, want)
			}
		}
	}
	if again := eval[string](v, `document.querySelector(".results table").innerText`); again != table {
		t.Errorf("the main table has changed to\n%s", again)
	}
	if a, b := digests(v), len(trained.Models)*2; len(a) != b {
		t.Errorf("the main result has %d rounds, want %d", len(a), b)
	}

	v.press("Download JSON of the comparison")
	var file experiment.AblationResult
	if err := json.Unmarshal(v.downloaded(filepath.Join(dir, "pairlab-techniques.json")), &file); err != nil || file.Finished != 24 {
		t.Errorf("the JSON file has %d runs: %v", file.Finished, err)
	}
	if _, err := experiment.ParseAblation(v.downloaded(filepath.Join(dir, "pairlab-techniques.json"))); err != nil {
		t.Error(err)
	}
	v.press("Download CSV of the comparison")
	if csv := string(v.downloaded(filepath.Join(dir, "pairlab-techniques.csv"))); strings.Count(csv, "\n") != 1+3+3+1 {
		t.Errorf("the CSV file:\n%s", csv)
	}
	v.press("Download CSV of all settings")
	if csv := string(v.downloaded(filepath.Join(dir, "pairlab-techniques-settings.csv"))); strings.Count(csv, "\n") != 1+12 {
		t.Errorf("the CSV file of all settings:\n%s", csv)
	}
}

func TestTechniquesArePausedStoppedAndGoneOnWith(t *testing.T) {
	t.Parallel()
	v := open(t, strings.Replace(smallSets, "epochs=2", "epochs=5", 1)+"&weights=1,0")
	v.press("Compare techniques")
	v.until(trainLimit, `pairlab.techniques.result()?.finished > 1`)
	v.press("Pause the comparison")
	v.wait(soon, "paused")
	v.shows("techniques", "status", "Paused, ")
	v.press("Resume the comparison")
	v.wait(soon, "running")
	v.press("Stop the comparison")
	v.wait(soon, "done")
	v.shows("techniques", "status", "Stopped after ")
	before := ablation(v).Finished
	if before >= 24 {
		t.Fatalf("all %d runs were done before the stop", before)
	}
	v.shows("techniques", "plan", fmt.Sprintf("%d of 24 runs are left.", 24-before))
	v.do(`window.ends = 0; pairlab.on("trial", () => ends++)`)
	v.press("Go on comparing")
	v.wait(trainLimit, "done")
	if n := eval[int](v, `ends`); n != 24-before || ablation(v).Finished != 24 {
		t.Errorf("%d runs after the stop, want %d; %d in all", n, 24-before, ablation(v).Finished)
	}
	// The networks' own training begins as ever, and leaves them alone: what is
	// done, and what the address says of it.
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	if ablation(v).Finished != 24 || len(result(v).Models[0].Rounds) != 1 {
		t.Error("the training and the comparison are in each other's way")
	}
	v.press("Reset to Paper")
	if search := eval[string](v, `location.search`); search != "?weights=1,0" {
		t.Errorf("after a reset of the settings the address says %q", search)
	}
	if link := eval[string](v, `document.getElementById("share-link").href`); strings.Contains(link, "weights") {
		t.Errorf("the link to the training says %q", link)
	}
}

// The page is reloaded, and loses a worker, in the middle.
func TestTechniquesAreResumedAfterReloads(t *testing.T) {
	t.Parallel()
	config := `{ models: ["siamese2", "siamese10"], rounds: 3, epochs: 3, pairs: 400, pool: 10000, workers: 2, weights: "1,0" }`
	all := func(v *visit) string {
		v.t.Helper()
		return eval[string](v, `pairlab.techniques.result().points.flatMap((p) => [p.setting, ...p.rounds.map((r) => r.digest)]).join("\n")`)
	}
	calm := open(t, "")
	calm.do(`pairlab.techniques.start(` + config + `)`)
	calm.wait(trainLimit, "done")
	want := all(calm)

	v := newTab(t)
	v.beforeLoad(recordWorkers)
	address := serve(t, nil)
	v.goTo(address)
	v.do(`pairlab.techniques.start(` + config + `)`)
	for _, runs := range []int{3, 12} {
		v.until(trainLimit, fmt.Sprintf(`pairlab.techniques.result().finished >= %d`, runs))
		v.loseWorker()
		v.until(soon, whenHidden(onStore(`store.getAllKeys().onsuccess = (event) => { result = event.target.result.some((key) => key.startsWith("state/")); };`)))
		v.goTo(address)
		v.until(soon, offered)
		shown := eval[string](v, `document.getElementById("kept").innerText`)
		if !strings.Contains(shown, "A comparison of techniques was left with ") || !strings.Contains(shown, " of 36 runs done") {
			t.Errorf("the offer says %q", shown)
		}
		if !eval[bool](v, `pairlab.kept().then((k) => k.view === "techniques" && k.total === 36)`) {
			t.Errorf("scripts are told of %s", eval[string](v, `pairlab.kept().then(JSON.stringify)`))
		}
		v.resumeKept()
		if n := ablation(v).Finished; n < runs {
			t.Errorf("%d runs after the reload, want the %d that had ended before", n, runs)
		}
	}
	v.wait(trainLimit, "done")
	if got := all(v); got != want {
		t.Errorf("digests\n%s\nwant\n%s", got, want)
	}
	if input := eval[string](v, `document.getElementById("set-weights").value`); input != "1,0" {
		t.Errorf("the weights' input says %q", input)
	}
	v.waitEmpty()
}

func TestTechniquesByTheAddress(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	v.run(chromedp.Navigate(serve(t, nil) + smallSets + "&view=techniques&weights=1,0.5&target=0.6&autostart=1"))
	v.wait(readyLimit, "running")
	v.wait(trainLimit, "done")
	r := ablation(v)
	if r.Finished != 32 || r.Aux != "1,0.5" || r.Target != 0.6 {
		t.Errorf("%d runs, weights %s, to %v", r.Finished, r.Aux, r.Target)
	}
	v.shows("techniques", "results", "Time to 60 %")
	if n := eval[bool](v, `pairlab.result() === null`); !n {
		t.Error("the networks were trained, too")
	}
}

func TestBadTechniquesAreRefusedWhereThePersonLooks(t *testing.T) {
	t.Parallel()
	v := open(t, smallSets)
	for _, c := range []struct{ label, text, want, good string }{
		{"Auxiliary loss weights", "1,heavy", "want a number, 0 to 100", "1,0"},
		{"Accuracy to reach", "80", "“80”: want a number, above 0 to 1", "0.8"},
	} {
		v.say(c.label, c.text)
		v.shows("techniques", "fields", c.want)
		v.press("Compare techniques")
		if focused := eval[string](v, `document.activeElement.labels?.[0].innerText ?? ""`); !strings.HasPrefix(focused, c.label) {
			t.Errorf("the keyboard is on %q, want %q", focused, c.label)
		}
		if state := eval[string](v, `document.documentElement.dataset.state`); state != "ready" {
			t.Errorf("with %s %s the page is %s", c.label, c.text, state)
		}
		v.say(c.label, c.good)
	}
	v.shows("techniques", "plan", "24 runs")
	for script, want := range map[string]string{
		`pairlab.techniques.start({ weights: "1,heavy" })`:                  "weights=1,heavy",
		`pairlab.techniques.start({ target: 80 })`:                          "target=80",
		`pairlab.techniques.start({ grid: "lr=1" })`:                        "grid=lr=1",
		`pairlab.techniques.start({ epochs: 0 })`:                           "epochs=0",
		`pairlab.techniques.plan(7)`:                                        "want an object",
		`pairlab.techniques.start({ models: ["siamese10"], weights: "0" })`: "no loss",
	} {
		got := eval[string](v, `(() => { try { `+script+`; return "nothing"; } catch (err) { return err.message; } })()`)
		if !strings.Contains(got, want) {
			t.Errorf("%s throws %q, want %q", script, got, want)
		}
	}
	if !eval[bool](v, `(() => { const p = pairlab.techniques.plan({ models: ["siamese2"], rounds: 4, weights: "1,0" });
		return p.settings === 8 && p.runs === 32 && p.left === 32 && p.seconds > 0 && p.skipped.length === 0; })()`) {
		t.Error("a script's plan is not as it should be")
	}
}

func TestTechniquesByKeyboardAlone(t *testing.T) {
	by(t, smallSets, func(t *testing.T, v *visit) {
		v.checkAccessibility("before")
		v.tabTo(`#set-weights`)
		v.run(chromedp.KeyEvent("a", chromedp.KeyModifiers(2)), chromedp.KeyEvent("1,0"), chromedp.KeyEvent("\t"))
		v.shows("techniques", "plan", "24 runs")
		v.tabTo(`#techniques [data-part=start]`)
		v.run(chromedp.KeyEvent(" "))
		v.wait(soon, "running")
		if !eval[bool](v, `document.activeElement === document.querySelector("#techniques [data-part=pause]")`) {
			t.Error("the keyboard is not on the button to pause")
		}
		v.run(chromedp.KeyEvent(" "))
		v.wait(soon, "paused")
		v.until(soon, `document.activeElement === document.querySelector("#techniques [data-part=resume]")`)
		v.checkAccessibility("paused")
		v.run(chromedp.KeyEvent(" "))
		v.wait(soon, "running", "done")
		v.wait(trainLimit, "done")
		v.checkAccessibility("done")
		if wide := eval[int](v, `document.scrollingElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("the page is %d pixels too wide", wide)
		}
	})
}

func TestASetThatFailsSaysSoWhereItWasBegunAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	pack := testPack(t)
	f := &faults{}
	f.set(pack.File, func(b []byte) []byte { return b[:len(b)/2] })
	v := newTab(t)
	v.goTo(serve(t, f.wrap) + smallSets)
	v.press("Compare techniques")
	message := v.waitError(trainLimit)
	v.shows("techniques", "failure", squeeze(message))
	if !strings.Contains(message, pack.File) {
		t.Errorf("the message lacks the file's name: %s", message)
	}
	v.consoleErrors()
	f.heal()
	v.press("Try again")
	v.wait(trainLimit, "done")
	if r := ablation(v); r.Finished != r.Runs || r.Runs == 0 {
		t.Errorf("%d of %d runs after the second try", r.Finished, r.Runs)
	}
	if eval[bool](v, `!document.querySelector("#techniques [data-part=failure]").hidden`) {
		t.Error("the failure is still shown")
	}
}
