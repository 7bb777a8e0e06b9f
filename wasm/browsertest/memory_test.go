//go:build browser

package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tellMemory keeps hold of a Go program's memory; a worker's tells its size in
// bytes to who asks on the channel "memory".
const tellMemory = `
	{
		const instantiate = WebAssembly.instantiate;
		WebAssembly.instantiate = async (...args) => {
			const made = await instantiate(...args);
			if (made.exports?.mem) globalThis.goMemory = made.exports.mem;
			return made;
		};
		if (typeof document === "undefined") {
			const channel = new BroadcastChannel("memory");
			channel.onmessage = ({ data }) => {
				if (data === "ask") channel.postMessage(globalThis.goMemory?.buffer.byteLength ?? 0);
			};
		}
	}
`

// hurryClock makes a worker's clock go 30 times as fast, so that the worker
// saves its run's state, and tells the page, as often as in minutes.
const hurryClock = `
	{
		const now = performance.now.bind(performance), begun = now();
		performance.now = () => begun + 30 * (now() - begun);
	}
`

// memoryUse is in bytes.
type memoryUse struct{ Page, Worker, Script float64 }

// TestMemoryIsFlatOverEpochsOfARun compares the memories of the page's and of
// the worker's program and, garbage collected, the page's JavaScript heap. What
// the worker has saved is garbage; the page makes plans of searches. So both
// collectors have had their turns by the early epoch. There is one worker: of
// several, those that wait for others cannot be asked.
func TestMemoryIsFlatOverEpochsOfARun(t *testing.T) {
	t.Parallel()
	const early, late = 150, 950
	f := &faults{}
	f.set("worker.js", func(b []byte) []byte { return append([]byte(tellMemory+hurryClock), b...) })
	v := newTab(t)
	v.beforeLoad(tellMemory)
	v.goTo(serve(t, f.wrap))
	v.do(fmt.Sprintf(`
		window.epoch = 0;
		pairlab.on("epoch", (e) => { epoch = e.epochNumber; if (epoch === %d || epoch === %d) pairlab.pause(); });`, early, late))
	v.do(`for (let i = 0; i < 12; i++) pairlab.search.plan({ grid: "lr=0.001..1 step 0.001" })`)
	v.start(quick(map[string]any{"epochs": late + 50, "workers": 1}))
	before := memoryAt(v, early)
	v.do(`pairlab.resume()`)
	after := memoryAt(v, late)
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
	t.Logf("after %d epochs %+v, after %d %+v", early, before, late, after)
	if before.Page == 0 || before.Worker == 0 || before.Script == 0 {
		t.Fatalf("memory in use: %+v", before)
	}
	// How much garbage there is when the collector comes differs a little from
	// turn to turn, and the epochs' measurements stay; with a leak of each
	// epoch's first layer it would be a fifth more, with one of each state twice
	// as much. The JavaScript heap has the curves besides.
	const slack = 1.1
	const curves = 1 << 20
	if after.Worker > before.Worker*slack || after.Page > before.Page*slack || after.Script > before.Script+curves {
		t.Errorf("memory grew from %+v after %d epochs to %+v after %d", before, early, after, late)
	}
}

// memoryAt waits until the run is held after an epoch.
func memoryAt(v *visit, epoch int) (use memoryUse) {
	v.t.Helper()
	v.wait(trainLimit, "paused")
	if got := eval[int](v, `epoch`); got < epoch {
		v.t.Fatalf("paused after epoch %d, want %d", got, epoch)
	}
	ask := `new Promise((tell) => {
		const channel = new BroadcastChannel("memory");
		channel.onmessage = ({ data }) => { channel.close(); tell(data); };
		channel.postMessage("ask");
	})`
	use.Page = eval[float64](v, `goMemory.buffer.byteLength`)
	use.Worker = eval[float64](v, ask)
	if _, err := chromedp.Call(v.Ctx, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
		v.t.Fatal(fmt.Errorf("collect garbage: %w", err))
	}
	heap, err := chromedp.Call(v.Ctx, runtime.GetHeapUsage, cdp.Empty{})
	if err != nil {
		v.t.Fatal(fmt.Errorf("heap usage: %w", err))
	}
	use.Script = heap.UsedSize
	return use
}
