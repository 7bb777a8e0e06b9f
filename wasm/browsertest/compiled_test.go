//go:build browser

package browsertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
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
		events := v.traced([]string{"v8.wasm", "disabled-by-default-v8.wasm.detailed"}, func() {
			v.goTo(host.address)
			// Long enough for the browser to optimise what is worth keeping.
			v.start(quick(map[string]any{"epochs": 30, "pairs": 1000}))
			v.wait(trainLimit, "done")
			v.untilKept(2)
			time.Sleep(compiledAfter)
		})
		closeTab()
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

// traced returns what the browser tells, in some categories, while do runs.
func (v *visit) traced(categories []string, do func()) string {
	v.t.Helper()
	var events strings.Builder
	ended := make(chan struct{})
	err := chromedp.Listen(v.Ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			for _, value := range e.Value {
				events.Write(value)
			}
		case *tracing.EventTracingComplete:
			close(ended)
		}
	})
	if err != nil {
		v.t.Fatal(err)
	}
	config := &tracing.TraceConfig{IncludedCategories: categories, ExcludedCategories: []string{"*"}}
	if _, err := chromedp.Call(v.Ctx, tracing.Start, tracing.StartParams{TraceConfig: config}); err != nil {
		v.t.Fatal(err)
	}
	do()
	if _, err := chromedp.Call(v.Ctx, tracing.End, cdp.Empty{}); err != nil {
		v.t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(soon):
		v.t.Fatal("the trace does not end")
	}
	return events.String()
}
