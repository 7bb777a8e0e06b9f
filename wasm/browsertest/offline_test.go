//go:build browser

package browsertest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/wasm/drive/browser"
	"github.com/pairlab/pairlab/wasm/serve/handler"
)

// plainHost is a server that sends no headers of its own for isolation, and
// can be stopped, on one address.
type plainHost struct {
	address string
	stop    func()

	mu    sync.Mutex
	site  http.Handler
	asked []string
}

func newPlainHost(t *testing.T, site http.Handler) *plainHost {
	t.Helper()
	h := &plainHost{site: site}
	var err error
	if h.address, h.stop, err = browser.Serve(h); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.stop)
	return h
}

func builtSite(t *testing.T) http.Handler {
	t.Helper()
	site, err := handler.New(distDir)
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func (h *plainHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	site := h.site
	h.asked = append(h.asked, r.URL.String())
	h.mu.Unlock()
	site.ServeHTTP(plainWriter{w}, r)
}

// deploy has the host serve another build, and forgets what was asked for.
func (h *plainHost) deploy(site http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.site, h.asked = site, nil
}

func (h *plainHost) requests(part string) (found []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, address := range h.asked {
		if strings.Contains(address, part) {
			found = append(found, address)
		}
	}
	return found
}

type plainWriter struct{ http.ResponseWriter }

func (w plainWriter) WriteHeader(status int) {
	for name := range w.Header() {
		if strings.HasPrefix(name, "Cross-Origin-") {
			w.Header().Del(name)
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// untilKept waits until the site is kept, with the given number of packs.
func (v *visit) untilKept(packs int) {
	v.t.Helper()
	v.until(readyLimit, fmt.Sprintf(`(async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		if (registration?.active?.state !== "activated" || registration.installing) return false;
		const urls = [];
		for (const name of await caches.keys()) urls.push(...(await (await caches.open(name)).keys()).map((r) => r.url));
		return urls.some((u) => u === new URL("./", location).href) && urls.filter((u) => u.endsWith(".pack")).length >= %d;
	})()`, packs))
}

// reload loads the page again, as the person's browser would.
func (v *visit) reload() {
	v.t.Helper()
	v.do(`window.loadedBefore = true`)
	v.run(chromedp.Reload())
	v.until(readyLimit, `window.loadedBefore === undefined && document.documentElement.dataset.state === "ready"`)
}

// twoWorkers is a run that two workers share.
func twoWorkers() map[string]any { return quick(map[string]any{"workers": 2, "epochs": 2}) }

func TestTrainsOfflineAfterOneVisit(t *testing.T) {
	for _, path := range []string{"/", "/some/where/"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			host := newPlainHost(t, http.StripPrefix(strings.TrimSuffix(path, "/"), builtSite(t)))
			v := newTab(t)
			v.goTo(strings.TrimSuffix(host.address, "/") + path + "?seed=3")
			v.start(quick(nil))
			v.wait(trainLimit, "done")
			first := result(v).Models[0].Rounds[0]
			v.untilKept(2)
			host.stop()
			v.reload()
			v.start(quick(nil))
			v.wait(trainLimit, "done")
			if again := result(v).Models[0].Rounds[0]; again.Digest != first.Digest {
				t.Errorf("without a network the digest is %s, want %s", again.Digest, first.Digest)
			}
			if broken := eval[int](v, `[...document.images].filter((i) => !i.naturalWidth).length`); broken > 0 {
				t.Errorf("%d pictures are missing", broken)
			}
			// What was never fetched cannot be had: that is said, and the page stays.
			v.start(quick(map[string]any{"pool": 20_000}))
			v.waitError(soon)
			v.consoleErrors()
		})
	}
}

func TestMemoryIsSharedFromTheSecondLoadOn(t *testing.T) {
	host := newPlainHost(t, builtSite(t))
	v := newTab(t)
	v.goTo(host.address)
	v.do(`window.sameLoad = true`)
	if eval[bool](v, `crossOriginIsolated`) {
		t.Fatal("the first load is isolated: the test's server sends the headers")
	}
	v.start(twoWorkers())
	v.wait(trainLimit, "done")
	v.untilKept(2)
	if shown := eval[string](v, `document.getElementById("machine").innerText`); !strings.Contains(shown, "messages") {
		t.Errorf("the page says %q, want that workers meet by messages", shown)
	}
	byMessages := result(v).Models[0].Rounds[0].Digest

	// The worker controls the page now: workers are started and packs fetched
	// through it, though the page is not isolated.
	v.until(soon, `navigator.serviceWorker.controller !== null`)
	v.start(twoWorkers())
	v.wait(trainLimit, "done")
	if !eval[bool](v, `window.sameLoad === true`) {
		t.Error("the page was loaded again by itself")
	}

	v.reload()
	if !eval[bool](v, `crossOriginIsolated`) {
		t.Fatal("the second load is not cross-origin isolated")
	}
	v.start(twoWorkers())
	v.wait(trainLimit, "done")
	r := result(v)
	if !r.Environment.Isolated || r.Models[0].Rounds[0].Digest != byMessages {
		t.Errorf("isolated %v, digest %s, want true and %s", r.Environment.Isolated, r.Models[0].Rounds[0].Digest, byMessages)
	}
	if shown := eval[string](v, `document.getElementById("machine").innerText`); !strings.Contains(shown, "shared memory") {
		t.Errorf("the page says %q, want that workers share memory", shown)
	}
}

func TestPagesOfOthersBelowTheSitesFolderAreLeftAlone(t *testing.T) {
	t.Parallel()
	other := newPlainHost(t, builtSite(t)) // another origin, whose pictures anyone may show
	site := builtSite(t)
	host := newPlainHost(t, http.StripPrefix("/some/where", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "blog") {
			site.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>A blog</title><img src="%sicon.svg" alt="">`, other.address)
	})))
	address := host.address + "some/where/"
	v := newTab(t)
	v.goTo(address)
	v.untilKept(0)
	v.until(soon, `navigator.serviceWorker.controller !== null`)
	for _, blog := range []string{"blog/", "blog/index.html?seed=3", "blog/?v=0123456789ab", "data/blog.html"} {
		v.run(chromedp.Navigate(address + blog))
		if !eval[bool](v, `navigator.serviceWorker.controller !== null`) {
			t.Fatalf("%s is not below the site's folder: the worker does not see it", blog)
		}
		if eval[bool](v, `crossOriginIsolated`) {
			t.Errorf("%s is cross-origin isolated", blog)
		}
		if !eval[bool](v, `document.images[0].naturalWidth > 0`) {
			t.Errorf("%s lacks the picture of another origin", blog)
		}
	}
	for _, own := range []string{"?seed=3", "index.html?seed=3"} {
		v.goTo(address + own)
		if !eval[bool](v, `crossOriginIsolated`) {
			t.Errorf("the site's page at %q is not cross-origin isolated", own)
		}
	}
}

func TestABadPackThatIsKeptIsFetchedAnew(t *testing.T) {
	t.Parallel()
	pack := testPack(t)
	f := &faults{}
	host := newPlainHost(t, f.wrap(builtSite(t)))
	v := newTab(t)
	v.goTo(host.address)
	v.untilKept(0)
	v.until(soon, `navigator.serviceWorker.controller !== null`)
	f.set(pack.File, func(b []byte) []byte {
		bad := bytes.Clone(b)
		bad[len(bad)/2] ^= 1
		return bad
	})
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, pack.File) {
		t.Errorf("the message lacks %q: %s", pack.File, message)
	}
	v.consoleErrors()
	f.heal()
	v.reload() // the bad pack is kept
	v.start(quick(nil))
	v.waitError(soon)
	v.consoleErrors()
	v.press("Try again")
	v.wait(trainLimit, "done")
	v.reload() // and now the good one is
	v.start(quick(nil))
	v.wait(trainLimit, "done")
}

func TestNothingFailedIsKept(t *testing.T) {
	t.Parallel()
	pack := testPack(t)
	f := &faults{}
	f.set(pack.File, func([]byte) []byte { return nil })
	host := newPlainHost(t, f.wrap(builtSite(t)))
	v := newTab(t)
	v.goTo(host.address)
	v.untilKept(0)
	v.until(soon, `navigator.serviceWorker.controller !== null`)
	v.start(quick(nil))
	v.waitError(soon)
	v.consoleErrors()
	if eval[bool](v, fmt.Sprintf(`caches.match(new URL("data/%s", location)).then((r) => r !== undefined)`, pack.File)) {
		t.Error("a missing pack's answer is kept")
	}

	// A build that is not whole is not kept either, and the page does not mind.
	f.set("go.js", func(b []byte) []byte { return append(bytes.Clone(b), "\n// another build's"...) })
	host = newPlainHost(t, f.wrap(builtSite(t)))
	v = newTab(t)
	v.goTo(host.address)
	v.until(readyLimit, `navigator.serviceWorker.getRegistration().then((r) => r === undefined || !(r.installing || r.waiting || r.active))`)
	if kept := eval[[]string](v, `caches.keys()`); len(kept) > 0 {
		t.Errorf("kept: %q, want nothing", kept)
	}
	v.start(quick(nil))
	v.wait(trainLimit, "done")
}
