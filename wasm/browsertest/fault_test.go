//go:build browser

package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/data"
)

// testPack is the site's pack of test images, which every experiment needs.
func testPack(t *testing.T) data.Shard {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(distDir, "data", data.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := data.ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, shard := range m.Shards {
		if shard.Split == data.Test {
			return shard
		}
	}
	t.Fatal("the site has no pack of test images")
	return data.Shard{}
}

func TestBadDataFilesAreNamedAndTriedAgain(t *testing.T) {
	pack := testPack(t)
	for name, change := range map[string]func([]byte) []byte{
		"missing":   func([]byte) []byte { return nil },
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"empty":     func([]byte) []byte { return []byte{} },
		"flipped": func(b []byte) []byte {
			bad := append([]byte{}, b...)
			bad[len(bad)/2] ^= 1
			return bad
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &faults{}
			f.set(pack.File, change)
			v := newTab(t)
			v.goTo(serve(t, f.wrap))
			v.start(quick(nil))
			message := v.waitError(soon)
			for _, want := range []string{pack.File, pack.SHA256} {
				if !strings.Contains(message, want) {
					t.Errorf("the message lacks %q: %s", want, message)
				}
			}
			// The console may say that a file was not found.
			v.consoleErrors()
			f.heal()
			v.press("Try again")
			v.wait(trainLimit, "done")
			if n := len(result(v).Models[0].Rounds); n != 1 {
				t.Errorf("%d rounds after the second try, want 1", n)
			}
		})
	}
}

func TestABadListOfPacksIsNamedAndAskedForAgain(t *testing.T) {
	f := &faults{}
	f.set(data.ManifestFile, func([]byte) []byte { return []byte(`{"schema":`) })
	v := newTab(t)
	v.goTo(serve(t, f.wrap))
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, data.ManifestFile) {
		t.Errorf("the message lacks the file's name: %s", message)
	}
	f.heal()
	v.press("Try again")
	v.wait(trainLimit, "done")
}

// recordWorkers keeps the page's workers where a test finds them.
const recordWorkers = `
	window.workers = [];
	const Plain = window.Worker;
	window.Worker = class extends Plain {
		constructor(...args) { super(...args); workers.push(this); }
	};`

// saboteur is put in front of the worker's script: on a word from the test it
// makes the worker fail as workers do.
const saboteur = `
	new BroadcastChannel("sabotage").onmessage = ({ data }) => {
		if (data === "throw") throw new Error("sabotaged: thrown");
		// Go's program asks for the time all the time: this is a trap within it.
		if (data === "trap") performance.now = () => { throw new Error("sabotaged: trapped"); };
	};
`

func TestADeadWorkerIsReportedAndReplaced(t *testing.T) {
	f := &faults{}
	f.set("worker.js", func(b []byte) []byte { return append([]byte(saboteur), b...) })
	v := newTab(t)
	v.beforeLoad(recordWorkers)
	v.goTo(serve(t, f.wrap))
	workers := 0
	for _, c := range []struct{ name, sabotage, want string }{
		{"an exception", `new BroadcastChannel("sabotage").postMessage("throw")`, "sabotaged: thrown"},
		{"a trap in the program", `new BroadcastChannel("sabotage").postMessage("trap")`, "sabotaged: trapped"},
		{"a panic in a run", bogusRun(`"ch1":1099511627776,"ch2":16`), "makeslice: len out of range"},
		{"out of memory", bogusRun(`"ch1":64,"ch2":465000`), "out of memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v.t = t
			v.start(map[string]any{"models": []string{"siamese10"}, "rounds": 100, "epochs": 1, "pairs": 100, "pool": 10000})
			v.until(trainLimit, `pairlab.result().models[0].rounds.length > 0`)
			v.do(c.sabotage)
			message := v.waitError(soon)
			if !strings.Contains(message, c.want) {
				t.Errorf("the message is %q, want one with %q", message, c.want)
			}
			v.consoleErrors() // a dead worker's last words
			if n := eval[int](v, `pairlab.result().models[0].rounds.length`); n == 0 {
				t.Error("what was measured before is lost")
			}
			v.press("Try again")
			v.until(trainLimit, `document.documentElement.dataset.state === "running" && pairlab.result().models[0].rounds.length > 1`)
			v.do(`pairlab.stop()`)
			v.wait(soon, "done")
			now := eval[int](v, `workers.length`)
			if now <= workers {
				t.Errorf("%d workers were made in all, want a new one", now)
			}
			workers = now
		})
	}
	v.t = t
}

// bogusRun is a script that has the newest worker make, after the run in hand,
// one that no page would ask for.
func bogusRun(model string) string {
	request := fmt.Sprintf(`{"v":1,"id":4000000000,"op":"train","train":{"pairs":100,"pool":10000,"kernels":"portable","interval":50,`+
		`"run":{"model":"siamese10","seed":1,"config":{"batch":100,"epochs":1,"optim":{"kind":"sgd","rate":0.1},`+
		`"model":{"kind":"siamese10","fc":64,"batchNorm":true,"sharing":true,"auxLoss":1,%s}}}}}`, model)
	return fmt.Sprintf("workers.at(-1).postMessage({ json: %q })", request)
}

func TestAWorkerThatCannotStartIsReported(t *testing.T) {
	f := &faults{}
	f.set("worker.js", func([]byte) []byte { return nil })
	v := newTab(t)
	v.goTo(serve(t, f.wrap))
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, "worker") {
		t.Errorf("the message is %q, want one about the worker", message)
	}
	v.consoleErrors() // it says that the file was not found
	f.heal()
	v.press("Try again")
	v.wait(trainLimit, "done")
}

func TestAProgramThatCannotLoadIsReported(t *testing.T) {
	f := &faults{}
	f.set("app.wasm", func([]byte) []byte { return nil })
	v := newTab(t)
	address := serve(t, f.wrap)
	v.run(chromedp.Navigate(address))
	if message := v.waitError(soon); !strings.Contains(message, "app.wasm") {
		t.Errorf("the message is %q, want one that names the file", message)
	}
	v.consoleErrors()
}
