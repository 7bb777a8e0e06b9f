//go:build browser

package browsertest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/data"
)

// testPack is the site's pack of test images, which every experiment needs.
func testPack(t *testing.T) data.Shard {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(distDir, "data", data.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := data.ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, shard := range m.Shards {
		if shard.Split == data.Test {
			return shard
		}
	}
	t.Fatal("the site has no pack of test images")
	return data.Shard{}
}

func TestBadDataFilesAreNamedAndTriedAgain(t *testing.T) {
	pack := testPack(t)
	for name, change := range map[string]func([]byte) []byte{
		"missing":   func([]byte) []byte { return nil },
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"empty":     func([]byte) []byte { return []byte{} },
		"flipped": func(b []byte) []byte {
			bad := append([]byte{}, b...)
			bad[len(bad)/2] ^= 1
			return bad
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			f.set(pack.File, change)
			v := newTab(t)
			v.goTo(serve(t, f.wrap))
			v.start(quick(nil))
			message := v.waitError(soon)
			for _, want := range []string{pack.File, pack.SHA256} {
				if !strings.Contains(message, want) {
					t.Errorf("the message lacks %q: %s", want, message)
				}
			}
			// The console may say that a file was not found.
			v.consoleErrors()
			f.heal()
			v.press("Try again")
			v.wait(trainLimit, "done")
			if n := len(result(v).Models[0].Rounds); n != 1 {
				t.Errorf("%d rounds after the second try, want 1", n)
			}
		})
	}
}

// TestBrowsersThatLackWhatUnpacksGetTheSameImages takes away what hashes and
// inflates packs beside the page: old browsers, and http addresses, are without.
func TestBrowsersThatLackWhatUnpacksGetTheSameImages(t *testing.T) {
	t.Parallel()
	want := digestOf(open(t, ""), nil)
	pack := testPack(t)
	f := &faults{}
	f.set(pack.File, func(b []byte) []byte { return append([]byte{b[0] ^ 1}, b[1:]...) })
	v := newTab(t)
	v.beforeLoad(`
		delete window.DecompressionStream;
		Object.defineProperty(crypto, "subtle", { value: undefined });`)
	v.goTo(serve(t, f.wrap))
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, pack.File) || !strings.Contains(message, "checksum") {
		t.Errorf("the message is %q, want one of the checksum of %s", message, pack.File)
	}
	v.consoleErrors()
	f.heal()
	if got := digestOf(v, nil); got != want {
		t.Errorf("digest %.8s, want %.8s", got, want)
	}
}

func TestABadListOfPacksIsNamedAndAskedForAgain(t *testing.T) {
	t.Parallel()
	f := &faults{}
	f.set(data.ManifestFile, func([]byte) []byte { return []byte(`{"schema":`) })
	v := newTab(t)
	v.goTo(serve(t, f.wrap))
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, data.ManifestFile) {
		t.Errorf("the message lacks the file's name: %s", message)
	}
	f.heal()
	v.press("Try again")
	v.wait(trainLimit, "done")
}

func TestAWorkerThatCannotStartIsReported(t *testing.T) {
	t.Parallel()
	f := &faults{}
	f.set("worker.js", func([]byte) []byte { return nil })
	v := newTab(t)
	v.goTo(serve(t, f.wrap))
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, "worker.js") {
		t.Errorf("the message is %q, want one that names the file", message)
	}
	v.consoleErrors() // it says that the file was not found
	f.heal()
	v.press("Try again")
	v.wait(trainLimit, "done")
}

// TestAWorkerThatIsBlockedIsReported has a host that sends the headers for
// isolation with the page only: browsers refuse the worker's script then.
func TestAWorkerThatIsBlockedIsReported(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	v.beforeLoad(`Object.defineProperty(navigator, "serviceWorker", { value: undefined })`) // which would add them
	v.goTo(serve(t, func(site http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				w = plainWriter{w}
			}
			site.ServeHTTP(w, r)
		})
	}))
	v.start(quick(nil))
	if message := v.waitError(soon); !strings.Contains(message, "worker.js") || !strings.Contains(message, "blocked") {
		t.Errorf("the message is %q, want that worker.js is blocked", message)
	}
	v.consoleErrors()
}

func TestAProgramThatCannotLoadIsReported(t *testing.T) {
	t.Parallel()
	f := &faults{}
	f.set("app.wasm", func([]byte) []byte { return nil })
	v := newTab(t)
	address := serve(t, f.wrap)
	v.run(chromedp.Navigate(address))
	if message := v.waitError(soon); !strings.Contains(message, "app.wasm") {
		t.Errorf("the message is %q, want one that names the file", message)
	}
	v.consoleErrors()
}
