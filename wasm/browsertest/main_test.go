//go:build browser

package browsertest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/wasm/drive/browser"
	"github.com/pairlab/pairlab/wasm/serve/handler"
)

// distDir is the built site: dist/, or the folder that PAIRLAB_DIST names.
var distDir = cmp.Or(os.Getenv("PAIRLAB_DIST"), filepath.Join("..", "..", "dist"))

// Generous limits: they are for a slow machine, not for what is expected.
const (
	readyLimit = 30 * time.Second
	trainLimit = 3 * time.Minute
	soon       = 10 * time.Second
)

// shared is the browser of all tests; each opens tabs of its own in it.
var shared context.Context

func TestMain(m *testing.M) {
	if _, err := os.Stat(filepath.Join(distDir, "index.html")); err != nil {
		fmt.Fprintln(os.Stderr, "browsertest: no site: run `make build` first:", err)
		os.Exit(1)
	}
	ctx, stop, err := browser.Start(context.Background(), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = ctx
	code := m.Run()
	stop()
	os.Exit(code)
}

// visit is one tab with the page.
type visit struct {
	browser.Page
	t       *testing.T
	address string

	mu     sync.Mutex
	errors []string // that the console showed
}

// serve serves the site, through wrap where it is given.
func serve(t *testing.T, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	site, err := handler.New(distDir)
	if err != nil {
		t.Fatal(err)
	}
	if wrap != nil {
		site = wrap(site)
	}
	address, stop, err := browser.Serve(site)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return address
}

// newTab opens a tab with a cache of its own and watches its console: an error
// there fails the test, unless forgiven.
func newTab(t *testing.T) *visit {
	t.Helper()
	tab, closeTab := chromedp.NewContext(shared, chromedp.WithNewBrowserContext())
	return newVisit(t, tab, closeTab)
}

// beside opens another tab with the same cache and storage.
func (v *visit) beside() *visit {
	v.t.Helper()
	tab, closeTab := chromedp.NewContext(v.Ctx)
	return newVisit(v.t, tab, closeTab)
}

func newVisit(t *testing.T, tab context.Context, closeTab func()) *visit {
	t.Helper()
	t.Cleanup(closeTab)
	v := &visit{Page: browser.Page{Ctx: tab}, t: t}
	if err := chromedp.Listen(tab, v.watch); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, text := range v.consoleErrors() {
			t.Errorf("the console shows: %s", text)
		}
	})
	return v
}

func (v *visit) watch(event any) {
	var text string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type != "error" && e.Type != "assert" {
			return
		}
		for _, arg := range e.Args {
			text += " " + string(arg.Value) + arg.Description
		}
	default:
		return
	}
	v.mu.Lock()
	v.errors = append(v.errors, text)
	v.mu.Unlock()
}

// consoleErrors takes what the console has shown up to now.
func (v *visit) consoleErrors() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	errors := v.errors
	v.errors = nil
	return errors
}

// goTo opens an address of the site and waits until the page is ready.
func (v *visit) goTo(address string) {
	v.t.Helper()
	v.address = address
	opened, err := browser.Open(v.Ctx, address, readyLimit)
	if err != nil {
		v.t.Fatal(err)
	}
	v.Page = opened
}

// open opens the site with a query string in a new tab.
func open(t *testing.T, query string) *visit {
	t.Helper()
	v := newTab(t)
	v.goTo(serve(t, nil) + query)
	return v
}

// beforeLoad has a script run in the tab before the page's own.
func (v *visit) beforeLoad(script string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		v.t.Fatal(err)
	}
}

// run runs actions as a person would.
func (v *visit) run(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.Ctx, soon)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.t.Fatal(err)
	}
}

// unfolded is a script that says whether Look inside has all its parts.
const unfolded = `document.querySelector("#inside-body:not([hidden]) :is(.matrix tbody tr, .listed, .pictures)[hidden]") === null`

// press clicks the visible button with the given words on it. What is drawn
// between the look where it is and the click may have moved it away: then it is
// clicked again, as a person would.
func (v *visit) press(words string) {
	v.t.Helper()
	button := fmt.Sprintf(`//button[normalize-space()=%q and not(ancestor-or-self::*[@hidden]) and not(@disabled)]`, words)
	find := fmt.Sprintf(`document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue`, button)
	for range 3 {
		// The mouse goes where the button was: it must not be moving, nor about to, as
		// it is while what is above it unfolds.
		v.until(soon, fmt.Sprintf(`new Promise((resolve) => {
			const place = () => JSON.stringify((%s)?.getBoundingClientRect() ?? null);
			const before = place();
			setTimeout(() => resolve(before !== "null" && place() === before && (%s)), 50);
		})`, find, unfolded))
		v.do(fmt.Sprintf(`window.pressed = false; (%s).addEventListener("click", () => window.pressed = true, { capture: true, once: true })`, find))
		v.run(chromedp.Click(chromedp.Search(button), chromedp.NodeVisible))
		if eval[bool](v, `window.pressed !== false`) { // undefined if the page is another
			return
		}
		v.t.Logf("%q was missed", words)
	}
	v.t.Fatalf("%q was missed again and again", words)
}

func (v *visit) wait(limit time.Duration, states ...string) {
	v.t.Helper()
	if err := v.Wait(limit, states...); err != nil {
		v.t.Fatal(err)
	}
}

// do evaluates a script that must not throw.
func (v *visit) do(script string) {
	v.t.Helper()
	if err := v.Do(script); err != nil {
		v.t.Fatalf("%s: %v", script, err)
	}
}

// start begins an experiment by script.
func (v *visit) start(config map[string]any) {
	v.t.Helper()
	if err := v.Start(config); err != nil {
		v.t.Fatal(err)
	}
}

// eval is a script's value.
func eval[T any](v *visit, script string) T {
	v.t.Helper()
	value, err := browser.Eval[T](v.Page, script)
	if err != nil {
		v.t.Fatalf("%s: %v", script, err)
	}
	return value
}

// until polls a script until it is true.
func (v *visit) until(limit time.Duration, script string) {
	v.t.Helper()
	untilIs(v, limit, true, script)
}

// untilIs waits until a script's value is the wanted one.
func untilIs[T comparable](v *visit, limit time.Duration, want T, script string) {
	v.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		got := eval[T](v, script)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("%v after %v, want %v: %s", got, limit, want, script)
		}
	}
}

// waitError waits until the page has failed and returns its message, which a
// person must be able to see.
func (v *visit) waitError(limit time.Duration) string {
	v.t.Helper()
	v.wait(limit, "failed")
	_, message, err := v.State()
	if err != nil {
		v.t.Fatal(err)
	}
	if shown := eval[string](v, `document.body.innerText`); !strings.Contains(squeeze(shown), squeeze(message)) {
		v.t.Errorf("the page does not show its error %q", message)
	}
	return message
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// faults is a wrapper of the site's handler that spoils chosen files.
type faults struct {
	mu    sync.Mutex
	spoil map[string]func([]byte) []byte // by part of the name; nil content is a 404
	asked []string
}

func (f *faults) set(part string, change func([]byte) []byte) {
	f.mu.Lock()
	f.spoil = map[string]func([]byte) []byte{part: change}
	f.mu.Unlock()
}

func (f *faults) heal() {
	f.mu.Lock()
	f.spoil = nil
	f.mu.Unlock()
}

// requests are the paths that were asked for and contain part.
func (f *faults) requests(part string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var paths []string
	for _, path := range f.asked {
		if strings.Contains(path, part) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (f *faults) wrap(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.URL.Path)
		var change func([]byte) []byte
		for part, c := range f.spoil {
			if strings.Contains(r.URL.Path, part) {
				change = c
			}
		}
		f.mu.Unlock()
		if change == nil {
			site.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		r.Header.Del("If-None-Match")
		whole := &recorder{header: w.Header()}
		site.ServeHTTP(whole, r)
		content := change(whole.body.Bytes())
		w.Header().Del("Content-Length")
		if content == nil {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(whole.status)
		w.Write(content)
	})
}

// recorder keeps an answer's content; its headers go through.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
