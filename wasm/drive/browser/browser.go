// Package browser starts a headless Chromium and speaks to PairLab's page in
// it through window.pairlab and the page's data-state, as an embedder would.
// The headless driver and the browser tests share it.
package browser

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/chromedp/chromedp"
)

// Start starts a headless Chromium with a profile of its own, which goes away
// with it unless more options say otherwise. The context that it returns is
// the browser's first tab; stop ends the browser. What the browser writes goes
// to log, which may be nil.
func Start(parent context.Context, log io.Writer, more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func(), err error) {
	path, err := Find()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		// The site is on this machine; nothing else is to be reached.
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		// The two that chromedp names, which this takes the place of, and the pages
		// of its own that Chromium would run in each window for its address bar.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup"),
		chromedp.Flag("hide-scrollbars", false),
		chromedp.WindowSize(1440, 900),
	)
	options = append(options, more...)
	if log != nil {
		options = append(options, chromedp.CombinedOutput(log))
	}
	alloc, freeAlloc := chromedp.NewExecAllocator(parent, options...)
	ctx, closeBrowser := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	stop = func() {
		closeBrowser()
		freeAlloc()
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("browser: start %s: %w", path, err)
	}
	return ctx, stop, nil
}

// Serve serves h on a free port of the loopback interface and returns the
// site's address, with a slash at its end.
func Serve(h http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("browser: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	return fmt.Sprintf("http://%s/", listener.Addr()), func() { server.Close() }, nil
}
