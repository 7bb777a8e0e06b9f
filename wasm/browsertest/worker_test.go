//go:build browser

package browsertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pairlab/pairlab/wasm/protocol"
)

// recordWorkers keeps the page's workers where a test finds them: all that
// were made, and of each whether the page has ended it.
const recordWorkers = `
	window.workers = [];
	const Plain = window.Worker;
	window.Worker = class extends Plain {
		constructor(...args) { super(...args); workers.push(this); }
		terminate() { this.gone = true; super.terminate(); }
		postMessage(message, ...rest) {
			if (message.json?.includes('"op":"train"')) this.trains = true;
			super.postMessage(message, ...rest);
		}
		vanish() { this.vanished = true; super.terminate(); }
	};
	// Workers that only answer about networks are left alone.
	window.trainers = () => workers.filter((w) => w.trains || w.vanished);
	window.training = () => trainers().filter((w) => !w.gone);
	window.living = () => workers.filter((w) => !w.gone);`

// saboteur is put in front of the worker's script: on a word from the test it
// makes the worker fail as workers do.
const saboteur = `
	addEventListener("message", (event) => {
		const how = event.data?.sabotage;
		if (!how) return;
		event.stopImmediatePropagation();
		if (how === "throw") throw new Error("sabotaged: thrown");
		// Go's program asks for the time all the time: this is a trap within it.
		if (how === "trap") performance.now = () => { throw new Error("sabotaged: trapped"); };
		if (how === "close") self.close();
		if (how === "hang") for (;;);
	});
`

// openSabotaged opens the site with workers that can be made to fail.
func openSabotaged(t *testing.T) *visit {
	t.Helper()
	f := &faults{}
	f.set("worker.js", func(b []byte) []byte { return append([]byte(saboteur), b...) })
	v := newTab(t)
	v.beforeLoad(recordWorkers)
	v.goTo(serve(t, f.wrap))
	return v
}

// digests are those of all finished runs, by model and seed.
func digests(v *visit) []string {
	v.t.Helper()
	var all []string
	for _, m := range result(v).Models {
		for _, round := range m.Rounds {
			all = append(all, fmt.Sprintf("%s %d %.16s", m.Name, round.Seed, round.Digest))
		}
	}
	return all
}

// tenRuns is a protocol of ten runs that takes some seconds.
func tenRuns(more map[string]any) map[string]any {
	config := quick(map[string]any{"models": []string{"baseline", "siamese10"}, "rounds": 5, "epochs": 5, "pairs": 1000, "workers": 2})
	maps.Copy(config, more)
	return config
}

// twoRuns are two runs side by side, long enough to be found at them.
func twoRuns(more map[string]any) map[string]any {
	config := tenRuns(map[string]any{"models": []string{"siamese2", "siamese10"}, "rounds": 1, "epochs": 60, "pairs": 500})
	maps.Copy(config, more)
	return config
}

// undisturbedDigests are those that undisturbed has found, by settings.
var undisturbedDigests = struct {
	sync.Mutex
	of map[string][]string
}{of: map[string][]string{}}

// undisturbed are the digests of an experiment to which nothing happens. It is
// trained once, as they are the same on any workers.
func undisturbed(t *testing.T, config map[string]any) []string {
	t.Helper()
	settings := maps.Clone(config)
	delete(settings, "workers")
	name := fmt.Sprint(settings) // its keys are sorted
	undisturbedDigests.Lock()
	defer undisturbedDigests.Unlock()
	if undisturbedDigests.of[name] == nil {
		v := open(t, "")
		v.start(config)
		v.wait(trainLimit, "done")
		undisturbedDigests.of[name] = digests(v)
	}
	return undisturbedDigests.of[name]
}

func TestADeadWorkerIsReplacedAndItsRunGoesOn(t *testing.T) {
	t.Parallel()
	v := openSabotaged(t)
	const spoil = `training()[%d].postMessage({ sabotage: %q });`
	for _, c := range []struct {
		name, sabotage, want string
		deaths               int // and workers
	}{
		{"an exception", fmt.Sprintf(spoil, 0, "throw"), "sabotaged: thrown", 1},
		{"a trap in the program", fmt.Sprintf(spoil, 0, "trap"), "sabotaged: trapped", 1},
		{"a panic in a run", bogusRun(`"ch1":1099511627776,"ch2":16`), "makeslice: len out of range", 1},
		{"out of memory", bogusRun(`"ch1":64,"ch2":465000`), "out of memory", 1},
		{"terminated, closed and in an endless loop", fmt.Sprintf(spoil+spoil, 2, "hang", 1, "close") + `training()[0].vanish()`,
			"nothing was heard from it", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			v.t = t
			v.do(`window.recovered = []; window.stopHearing?.(); window.stopHearing = pairlab.on("recovered", (e) => recovered.push(e))`)
			v.start(map[string]any{"models": []string{"siamese10"}, "rounds": 100, "epochs": 3, "pairs": 100, "pool": 10000, "workers": c.deaths})
			v.until(trainLimit, fmt.Sprintf(`pairlab.result().models[0].rounds.length > 0 && training().length === %d`, c.deaths))
			before := eval[int](v, `trainers().length`)
			v.do(c.sabotage)
			v.until(2*soon, fmt.Sprintf(`recovered.length >= %d`, c.deaths))
			rounds := eval[int](v, `pairlab.result().models[0].rounds.length`)
			for _, message := range eval[[]string](v, `recovered.map((e) => e.message)`) {
				if !strings.Contains(message, c.want) {
					t.Errorf("the message is %q, want one with %q", message, c.want)
				}
			}
			if shown := eval[string](v, `document.getElementById("note").innerText`); !strings.Contains(shown, c.want) || !strings.Contains(shown, "Siamese10, round") {
				t.Errorf("the page says %q, want %q and which run it was", shown, c.want)
			}
			v.until(soon, fmt.Sprintf(`pairlab.result().models[0].rounds.length > %d && training().length === %d`, rounds, c.deaths))
			if now := eval[int](v, `trainers().length`); now != before+c.deaths {
				t.Errorf("%d workers were made in all, want %d more than %d", now, c.deaths, before)
			}
			v.do(`pairlab.stop()`)
			v.wait(soon, "done")
			v.consoleErrors() // a dead worker's last words
		})
	}
	v.t = t
}

// A worker may be gone before its run has begun.
func TestAWorkerThatDiesBeforeItsRunIsReplaced(t *testing.T) {
	t.Parallel()
	v := openSabotaged(t)
	v.do(`
		const plain = Worker.prototype.postMessage;
		window.victims = 0;
		Worker.prototype.postMessage = function (message, ...rest) {
			if (message.json?.includes('"op":"load"') && victims++ === 0) this.vanish();
			return plain.call(this, message, ...rest);
		};`)
	v.start(quick(map[string]any{"rounds": 3, "workers": 2}))
	v.wait(trainLimit, "done")
	if n := eval[int](v, `trainers().length`); n != 3 {
		t.Errorf("%d workers trained or vanished, want one more than two", n)
	}
}

// bogusRun is a script that has the newest worker make, after the run in hand,
// one that no page would ask for.
func bogusRun(model string) string {
	request := fmt.Sprintf(`{"v":%d,"id":4000000000,"op":"train","train":{"pairs":100,"pool":10000,"kernels":"portable","interval":50,`+
		`"run":{"model":"siamese10","seed":1,"config":{"batch":100,"epochs":1,"optim":{"kind":"sgd","rate":0.1},`+
		`"model":{"kind":"siamese10","fc":64,"batchNorm":true,"sharing":true,"auxLoss":1,%s}}}}}`, protocol.Version, model)
	return fmt.Sprintf("training()[0].postMessage({ json: %q })", request)
}

func TestWorkersThatDieAgainAndAgainEndInAMessage(t *testing.T) {
	t.Parallel()
	v := openSabotaged(t)
	// Whatever a worker is asked to train, it fails.
	v.do(`
		const plain = Worker.prototype.postMessage;
		Worker.prototype.postMessage = function (message, ...rest) {
			if (message.json?.includes('"op":"train"') && window.mean) message = { sabotage: "throw" };
			return plain.call(this, message, ...rest);
		};`)
	v.start(tenRuns(map[string]any{"workers": 2}))
	v.until(trainLimit, `pairlab.result().models.some((m) => m.rounds.length > 0)`)
	v.do(`window.mean = true`)
	if message := v.waitError(trainLimit); !strings.Contains(message, "sabotaged: thrown") {
		t.Errorf("the message is %q, want what the workers died of", message)
	}
	v.consoleErrors()
	v.do(`window.mean = false`)
	v.press("Try again")
	v.wait(trainLimit, "done")
	if got, want := digests(v), undisturbed(t, tenRuns(nil)); !slices.Equal(got, want) {
		t.Errorf("digests after a second try:\n%v, want\n%v", got, want)
	}
	v.start(quick(nil))
	v.wait(trainLimit, "done")
}

// A worker is killed again and again at random moments, once so that the page
// only notices its silence.
func TestKilledWorkersLeaveNoTraceInTheDigests(t *testing.T) {
	want := undisturbed(t, tenRuns(nil))
	for _, c := range []map[string]any{
		{"workers": 2, "transport": "shared"},
		{"workers": 3, "transport": "ports"}, // some share a run
	} {
		t.Run(fmt.Sprint(c["workers"], " workers, ", c["transport"]), func(t *testing.T) {
			v := openSabotaged(t)
			v.do(`window.epochs = 0; pairlab.on("epoch", () => epochs++);
				window.recovered = 0; pairlab.on("recovered", () => recovered++);`)
			begun := time.Now()
			v.start(tenRuns(c))
			var kills []string
			for _, how := range []string{"throw", "trap", "silence", "throw", "trap"} {
				// Not faster than the experiment gets on.
				seen := eval[int](v, `epochs`)
				v.until(trainLimit, fmt.Sprintf(`epochs > %d || document.documentElement.dataset.state !== "running"`, seen))
				pause := time.Duration(rand.IntN(400)) * time.Millisecond
				time.Sleep(pause)
				if how == "silence" {
					how = []string{"vanish", "close", "hang"}[rand.IntN(3)]
				}
				which := rand.IntN(3)
				kills = append(kills, fmt.Sprintf("%s %d after %v", how, which, pause))
				v.do(fmt.Sprintf(`{
					const all = training(), victim = all[%d %% all.length];
					if (%[2]q === "vanish") victim?.vanish(); else victim?.postMessage({ sabotage: %[2]q });
				}`, which, how))
			}
			v.wait(trainLimit, "done")
			v.consoleErrors()
			recovered := eval[int](v, `recovered`)
			t.Logf("%v, recovered %d times; %v", time.Since(begun).Round(100*time.Millisecond), recovered, kills)
			if recovered == 0 {
				t.Errorf("nothing was killed: %v", kills)
			}
			if got := digests(v); !slices.Equal(got, want) {
				t.Errorf("killed %v: digests\n%v, want\n%v", kills, got, want)
			}
		})
	}
}
