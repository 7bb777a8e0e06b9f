//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestScriptInterfaceThrowsForBadSettings(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	for script, want := range map[string]string{
		`pairlab.start({ lr: -1 })`:                 "lr",
		`pairlab.start({ epochs: 0 })`:              "epochs",
		`pairlab.start({ epochs: "many" })`:         "epochs",
		`pairlab.start({ epochs: 2.5 })`:            "epochs",
		`pairlab.start({ models: ["siamese3"] })`:   "models",
		`pairlab.start({ models: [] })`:             "models",
		`pairlab.start({ pool: 12345 })`:            "pool",
		`pairlab.start({ kernels: "quantum" })`:     "kernels",
		`pairlab.start({ learningrate: 1 })`:        "learningrate",
		`pairlab.start({ seed: -0.5 })`:             "seed",
		`pairlab.start({ batch: NaN, workers: 99})`: "workers",
		`pairlab.start([1])`:                        "object",
		`pairlab.start("fast")`:                     "object",
		`pairlab.on("nothing", () => {})`:           "nothing",
		`pairlab.on("state")`:                       "function",
		`pairlab.workers()`:                         "workers",
		`pairlab.workers("2")`:                      "workers",
		`pairlab.workers(1.5)`:                      "1.5",
		`pairlab.workers(NaN)`:                      "NaN",
		`pairlab.workers(2 ** 32 + 1)`:              "workers",
		`pairlab.workers(99)`:                       "99",
		`pairlab.ask(1)`:                            "two test images",
		`pairlab.ask(1.5, 2)`:                       "1.5",
		`pairlab.ask(1, Infinity)`:                  "Inf",
		`pairlab.ask(1, "2")`:                       "two test images",
	} {
		// A throw at once, not a promise that is rejected later.
		message := eval[string](v, fmt.Sprintf(`(() => { try { %s; return "nothing was thrown"; } catch (e) { return e instanceof Error ? e.message : "not an Error"; } })()`, script))
		if !strings.Contains(message, want) || strings.Contains(message, "nothing was thrown") {
			t.Errorf("%s: %q, want an error with %q", script, message, want)
		}
	}
	if state, _, err := v.State(); err != nil || state != "ready" {
		t.Errorf("state %q, %v after bad settings, want ready", state, err)
	}
	v.start(endless())
	if err := v.Start(quick(nil)); err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("a start during an experiment: %v, want an error that says so", err)
	}
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
}

func TestListenersCanBeRemovedAndMayThrow(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.do(`
		window.heard = [];
		const end = pairlab.on("state", () => heard.push("removed"));
		pairlab.on("state", () => { throw new Error("from the listener") });
		pairlab.on("state", (e) => heard.push(e.state));
		end();`)
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	v.until(soon, `heard.includes("done")`)
	if heard := eval[string](v, `heard.join()`); heard != "running,done" {
		t.Errorf("heard %s, want running,done", heard)
	}
	v.consoleErrors() // the listener's error is shown there
}

// A listener that acts on what it hears changes it before the others have heard.
func TestListenersMayActOnWhatTheyHear(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.do(`
		window.heard = []; window.epochs = 0;
		pairlab.on("state", ({ state }) => { if (state === "paused") pairlab.resume(); });
		pairlab.on("state", ({ state }) => heard.push(state));
		pairlab.on("epoch", () => epochs++);`)
	v.start(endless())
	v.until(trainLimit, `epochs > 0`)
	v.do(`pairlab.pause()`)
	v.wait(soon, "running")
	v.until(soon, fmt.Sprintf(`epochs > %d`, eval[int](v, `epochs`)+2))
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
	if heard := eval[string](v, `heard.join()`); heard != "running,paused,running,done" {
		t.Errorf("heard %s, want running,paused,running,done", heard)
	}
}

func TestBadSettingsInTheAddressAreShownAndNotStarted(t *testing.T) {
	t.Parallel()
	for query, wants := range map[string][]string{
		"?epochs=0":                  {"1 to 1000"},
		"?lr=fast":                   {"lr", "number"},
		"?learning=3":                {"learning"},
		"?autostart=1&rounds=-1":     {"1 to 100"},
		"?autostart=1&frobnicate=1":  {"frobnicate"},
		"?epochs=2&epochs=3":         {"epochs=3: given more than once"},
		"?seed=1&autostart=1&seed=1": {"seed=1: given more than once"},
		"?batch=100&pairs=101":       {"a batch of one pair"},
	} {
		t.Run(query, func(t *testing.T) {
			v := open(t, query)
			shown := eval[string](v, `document.body.innerText`)
			for _, want := range wants[len(wants)-1:] {
				if !strings.Contains(shown, want) {
					t.Errorf("the page does not say %q", want)
				}
			}
			v.run(pressTrain())
			if state, _, err := v.State(); err != nil || state != "ready" {
				t.Errorf("state %q, %v after pressing the button, want ready: nothing is started", state, err)
			}
			if eval[bool](v, `pairlab.result() !== null`) {
				t.Error("there is a result: something was started")
			}
		})
	}
}

func TestBadSettingsInTheFormAreShownAndNotStarted(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.do(`document.getElementById("settings").open = true`)
	v.typeInto("Epochs", "0")
	v.run(pressTrain())
	if state, _, err := v.State(); err != nil || state != "ready" {
		t.Errorf("state %q, %v, want ready: nothing is started", state, err)
	}
	if shown := eval[string](v, `document.getElementById("form").innerText`); !strings.Contains(shown, "1 to 1000") {
		t.Errorf("the form does not say what it wants:\n%s", shown)
	}
	v.typeInto("Epochs", "1")
	v.typeInto("Rounds", "1")
	if search := eval[string](v, `location.search`); !strings.Contains(search, "epochs=1") || !strings.Contains(search, "rounds=1") {
		t.Errorf("the address says %q, want the settings in it", search)
	}
	v.run(pressTrain())
	v.wait(soon, "running")
	v.press("Stop")
	v.wait(soon, "done")
}

func TestASettingGivenTwiceCanBeLeftAtTheFirst(t *testing.T) {
	t.Parallel()
	v := open(t, "?models=siamese10&rounds=1&pairs=100&pool=10000&epochs=2&epochs=3")
	v.press("Go on without")
	v.run(pressTrain())
	v.wait(trainLimit, "done")
	if n := len(result(v).Models[0].Rounds[0].Epochs); n != 2 {
		t.Errorf("%d epochs, want 2", n)
	}
}

func TestWorkersCanBeChangedDuringTraining(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	v.beforeLoad(recordWorkers)
	v.goTo(serve(t, nil) + "?models=siamese2&rounds=1&epochs=1000&pool=10000&workers=1")
	v.run(pressTrain())
	v.until(trainLimit, `pairlab.result().models[0].unfinished?.[0]?.epochs.length > 0`)
	v.do(`for (const d of document.querySelectorAll("details")) d.open = true`)
	if can := eval[string](v, `[...document.querySelectorAll("#form input, #form select")].filter((e) => !e.matches(":disabled")).map((e) => e.name).join()`); can != "workers" {
		t.Errorf("during training %q can be changed, want the workers only", can)
	}
	v.typeInto("Workers", "2")
	v.until(soon, `document.getElementById("machine").innerText.startsWith("2 workers with shared memory")`)
	v.until(trainLimit, `workers.length === 2`)
	before := eval[int](v, `pairlab.result().models[0].unfinished[0].epochs.length`)
	v.until(trainLimit, fmt.Sprintf(`pairlab.result().models[0].unfinished?.[0]?.epochs.length > %d`, before))
	if search := eval[string](v, `location.search`); !strings.Contains(search, "workers=2") {
		t.Errorf("the address says %q, want workers=2 in it", search)
	}
	v.typeInto("Workers", "99")
	if shown := eval[string](v, `document.getElementById("form").innerText`); !strings.Contains(shown, "0 to 16") {
		t.Error("the form does not say how many workers there may be")
	}
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
}

// The number is changed before the images are there, and while the first workers
// start.
func TestWorkersCanBeChangedBeforeTrainingBegins(t *testing.T) {
	t.Parallel()
	for _, from := range []int{1, 2} {
		to := 3 - from
		t.Run(fmt.Sprintf("%d to %d", from, to), func(t *testing.T) {
			for _, after := range []time.Duration{0, 100 * time.Millisecond} {
				v := newTab(t)
				v.beforeLoad(recordWorkers)
				v.goTo(serve(t, nil))
				config := endless()
				config["workers"] = from
				v.start(config)
				time.Sleep(after)
				v.do(fmt.Sprintf(`pairlab.workers(%d)`, to))
				v.until(soon, fmt.Sprintf(`document.getElementById("machine").innerText.startsWith("%d worker")`, to))
				v.until(trainLimit, fmt.Sprintf(`training().length === %d && pairlab.result().models[0].unfinished?.[0]?.epochs.length > 2`, to))
				v.do(`pairlab.stop()`)
				v.wait(soon, "done")
			}
		})
	}
}

func TestAScriptCanAskAboutTestImages(t *testing.T) {
	t.Parallel()
	v := trained(t, "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000")
	answers := eval[[]struct {
		Name        string
		Probability float64
		Left, Right []float64
	}](v, `pairlab.ask(3, 9999)`)
	if len(answers) != 1 || answers[0].Name != "siamese10" || !(answers[0].Probability > 0) || len(answers[0].Left) != 10 || len(answers[0].Right) != 10 {
		t.Errorf("answers %+v", answers)
	}
	for call, want := range map[string]string{`ask(3)`: "two test images", `ask("3", 4)`: "two test images", `ask(3, 10000)`: "10000"} {
		got := eval[string](v, `(async () => { try { await pairlab.`+call+`; return "no error"; } catch (e) { return e.message; } })()`)
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", call, got, want)
		}
	}
}
