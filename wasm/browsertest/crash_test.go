//go:build browser

package browsertest

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/wasm/drive/browser"
)

// A browser whose page has crashed, or was killed for its memory, does not
// answer for it. Who waits for the page must be told all the same.
func TestAPageThatCrashesEndsWhatIsAskedOfIt(t *testing.T) {
	t.Parallel()
	for name, crash := range map[string]func(tab context.Context) error{
		"crashed": func(tab context.Context) error {
			ctx, cancel := context.WithTimeout(tab, soon)
			defer cancel()
			_, err := chromedp.Call(ctx, page.Crash, cdp.Empty{})
			if errors.Is(err, context.Canceled) {
				err = nil // what crashes does not answer
			}
			return err
		},
		"killed": func(tab context.Context) error {
			all, err := chromedp.CallBrowser(tab, systeminfo.GetProcessInfo, cdp.Empty{})
			for _, info := range all.ProcessInfo {
				if process, none := os.FindProcess(int(info.ID)); none == nil && info.Type == "renderer" {
					err = errors.Join(err, process.Kill())
				}
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			tab, stop, err := browser.Start(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			v := &visit{Page: browser.Page{Ctx: tab}, t: t}
			v.goTo(serve(t, nil))
			v.start(endless())
			told := make(chan error, 2)
			go func() { told <- v.Do(`new Promise(() => {})`) }()
			go func() { told <- v.Wait(trainLimit, "done") }()
			if err := crash(v.Ctx); err != nil {
				t.Fatal(err)
			}
			late, cancel := context.WithTimeout(context.Background(), soon)
			defer cancel()
			for range cap(told) {
				select {
				case err := <-told:
					if !errors.Is(err, browser.ErrCrashed) {
						t.Errorf("error %v, want %v", err, browser.ErrCrashed)
					}
				case <-late.Done():
					t.Fatalf("nothing was said in %v", soon)
				}
			}
		})
	}
}
