package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Page is PairLab's page in one tab.
type Page struct {
	Ctx context.Context // the tab; of a page that Navigate returned, until it crashes
}

// Navigate navigates the tab to address and waits until that is loaded.
func Navigate(tab context.Context, address string) (Page, error) {
	ctx, err := untilCrash(tab)
	p := Page{ctx}
	if err == nil {
		err = p.why(chromedp.Do(ctx, chromedp.Navigate(address)))
	}
	if err != nil {
		return p, fmt.Errorf("browser: open %s: %w", address, err)
	}
	return p, nil
}

// Open navigates the tab to address and waits until the page is ready, for at
// most limit.
func Open(tab context.Context, address string, limit time.Duration) (Page, error) {
	p, err := Navigate(tab, address)
	if err != nil {
		return p, err
	}
	return p, p.Wait(limit, "ready")
}

// Quiet has the browser stop telling the driver of every change to the page's
// elements, styles and requests: it takes time from what is measured.
func (p Page) Quiet() error {
	for _, disable := range []cdp.Command[cdp.Empty, cdp.Empty]{css.Disable, dom.Disable, network.Disable, log.Disable, page.Disable} {
		if _, err := chromedp.Call(p.Ctx, disable, cdp.Empty{}); err != nil {
			return fmt.Errorf("browser: %s: %w", disable.Method, p.why(err))
		}
	}
	return nil
}

// State is the page's data-state and data-error.
func (p Page) State() (state, message string, err error) {
	got, err := chromedp.Run(p.Ctx, chromedp.Evaluate[[2]string](
		`[document.documentElement.dataset.state ?? "", document.documentElement.dataset.error ?? ""]`))
	return got[0], got[1], p.why(err)
}

// Wait waits until the page's state is one of those given. It fails when limit
// has passed or when the page failed, unless that is waited for.
func (p Page) Wait(limit time.Duration, states ...string) error {
	for deadline := time.Now().Add(limit); ; {
		state, message, err := p.State()
		switch {
		case err != nil:
			return fmt.Errorf("browser: read the page's state: %w", err)
		case slices.Contains(states, state):
			return nil
		case state == "failed":
			return fmt.Errorf("browser: the page failed: %s", message)
		case time.Now().After(deadline):
			return fmt.Errorf("browser: the page is %q after %v, want %v", state, limit, states)
		}
		select {
		case <-p.Ctx.Done():
			return context.Cause(p.Ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Start calls window.pairlab.start with the given settings, named as in the
// query string. What it throws is the error.
func (p Page) Start(config map[string]any) error {
	args, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("browser: settings: %w", err)
	}
	return p.Do("pairlab.start(" + string(args) + ")")
}

// Do evaluates a script for its effect. What it throws is the error.
func (p Page) Do(script string) error {
	_, err := chromedp.Run(p.Ctx, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
	return p.why(err)
}

// Eval evaluates a script, awaits its value where it is a promise, and decodes
// the value as JSON.
func Eval[T any](p Page, script string) (T, error) {
	value, err := chromedp.Run(p.Ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	return value, p.why(err)
}
