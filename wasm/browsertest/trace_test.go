//go:build browser

package browsertest

import (
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// traced gives each event that the browser records, of all its tabs, while steps
// are gone through, as JSON.
func (v *visit) traced(config tracing.TraceConfig, each func(event []byte), steps func()) {
	v.t.Helper()
	var mu sync.Mutex
	over := false // the listener also hears of recordings after this
	done := make(chan struct{})
	err := chromedp.Listen(v.Ctx, func(e any) {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		switch e := e.(type) {
		case *tracing.EventDataCollected:
			for _, event := range e.Value {
				each(event)
			}
		case *tracing.EventTracingComplete:
			over = true
			close(done)
		}
	})
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.Ctx, tracing.Start, tracing.StartParams{TraceConfig: &config}); err != nil {
		v.t.Fatal(err)
	}
	steps()
	if _, err := chromedp.Call(v.Ctx, tracing.End, cdp.Empty{}); err != nil {
		v.t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(readyLimit):
		v.t.Fatal("the recording does not end")
	}
}
