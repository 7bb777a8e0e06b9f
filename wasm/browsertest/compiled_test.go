//go:build browser

package browsertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/wasm/drive/browser"
)

// compiledAfter is how long after the last optimised function Chromium is sure
// to have kept a program: it waits for two seconds.
const compiledAfter = 4 * time.Second

// A host that sends no headers for isolation is the harder case: the service
// worker adds them.
func TestBrowserKeepsWhatItCompiledOfTheProgram(t *testing.T) {
	t.Parallel()
	host := newPlainHost(t, builtSite(t))
	// A trace is of all tabs of a browser.
	first, stop, err := browser.Start(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	for range 5 {
		tab, closeTab := chromedp.NewContext(first)
		v := newVisit(t, tab, closeTab)
		var all strings.Builder
		v.traced(tracing.TraceConfig{
			IncludedCategories: []string{"v8.wasm", "disabled-by-default-v8.wasm.detailed"},
			ExcludedCategories: []string{"*"},
		}, func(event []byte) { all.Write(event) }, func() {
			v.goTo(host.address)
			// Long enough for the browser to optimise what is worth keeping.
			v.start(quick(map[string]any{"epochs": 30, "pairs": 1000}))
			v.wait(trainLimit, "done")
			v.untilKept(2)
			time.Sleep(compiledAfter)
		})
		closeTab()
		events := all.String()
		if !strings.Contains(events, `"wasm.NewNativeModule"`) {
			t.Fatal("the trace does not tell of the program")
		}
		t.Logf("%d functions compiled", strings.Count(events, `"wasm.AddCompiledCode"`))
		if strings.Contains(events, `"wasm.Deserialize"`) {
			return
		}
	}
	t.Error("five visits compiled the whole program each")
}
