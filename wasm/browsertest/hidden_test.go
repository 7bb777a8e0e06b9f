//go:build browser

package browsertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/wasm/drive/browser"
)

// setWindow sets the state of the tab's window and waits until the page is
// told.
func (v *visit) setWindow(state cdpbrowser.WindowState, visibility string) {
	v.t.Helper()
	window, err := chromedp.CallBrowser(v.Ctx, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{
		TargetID: chromedp.FromContext(v.Ctx).Target.TargetID,
	})
	if err == nil {
		_, err = chromedp.CallBrowser(v.Ctx, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{
			WindowID: window.WindowID, Bounds: &cdpbrowser.Bounds{WindowState: state},
		})
	}
	if err != nil {
		v.t.Fatal(err)
	}
	v.until(soon, fmt.Sprintf(`document.visibilityState === %q`, visibility))
}

// A hidden page has no animation frames, and its timers are held back: this
// browser does what browsers do to it.
func TestTrainingGoesOnInAHiddenPageWhichIsUpToDateWhenShown(t *testing.T) {
	tab, stop, err := browser.Start(context.Background(), nil,
		chromedp.Flag("disable-background-timer-throttling", false),
		chromedp.Flag("disable-backgrounding-occluded-windows", false),
		chromedp.Flag("disable-renderer-backgrounding", false))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	v := &visit{Page: browser.Page{Ctx: tab}, t: t}
	v.goTo(serve(t, nil))
	v.do(`
		window.epochs = 0;
		pairlab.on("epoch", () => epochs++);
		document.addEventListener("visibilitychange", () => {
			window.shown = document.querySelector("[data-cell=rounds-siamese10]").innerText;
			window.known = pairlab.result()?.models[0].rounds.length ?? 0;
		});`)
	config := quick(map[string]any{"rounds": 100, "epochs": 5, "pairs": 600, "workers": 2})
	rate := func() float64 {
		before, begun := eval[int](v, `epochs`), time.Now()
		time.Sleep(3 * time.Second)
		return float64(eval[int](v, `epochs`)-before) / time.Since(begun).Seconds()
	}
	v.start(config)
	v.until(trainLimit, `epochs > 5`)
	visible := rate()
	v.setWindow(cdpbrowser.WindowStateMinimized, "hidden")
	hidden := rate()
	t.Logf("%.1f epochs a second, hidden %.1f", visible, hidden)
	if hidden < visible/3 {
		t.Errorf("%.1f epochs a second in a hidden page, %.1f in a visible one", hidden, visible)
	}
	v.setWindow(cdpbrowser.WindowStateNormal, "visible")
	shown, known := eval[string](v, `shown`), eval[int](v, `known`)
	if known == 0 || shown != fmt.Sprintf("%d of 100", known) {
		t.Errorf("the page shows %q rounds when it is shown again, want %d", shown, known)
	}
	v.setWindow(cdpbrowser.WindowStateMinimized, "hidden")
	v.do(`pairlab.pause(); pairlab.resume(); pairlab.stop()`)
	v.wait(soon, "done")

	// An experiment that begins and ends in a hidden page, with teams.
	v.start(quick(map[string]any{"models": []string{"baseline", "siamese10"}, "epochs": 4, "workers": 4}))
	v.wait(trainLimit, "done")
}
