//go:build browser

package browsertest

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/wasm/serve/handler"
)

// nextBuild is the site as another build would leave it: with another version
// everywhere, another worker's name and list, and without some of its files.
func nextBuild(t *testing.T, name, version string, without ...string) (http.Handler, string) {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(distDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) == ".gz" {
			return err
		}
		inSite, err := filepath.Rel(distDir, name)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(inSite)], err = os.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	old := regexp.MustCompile(`boot\.js\?v=([0-9a-f]{12})`).FindSubmatch(files["index.html"])
	if old == nil {
		t.Fatal("the page does not name boot.js with a version")
	}
	for file, content := range files {
		if ext := filepath.Ext(file); ext == ".html" || ext == ".js" || ext == ".wasm" {
			files[file] = bytes.ReplaceAll(content, old[1], []byte(version))
		}
	}
	list := regexp.MustCompile(`(?s)const files = (\{.*?\});`)
	m := list.FindSubmatch(files["sw.js"])
	integrity := map[string]string{}
	if err := json.Unmarshal(m[1], &integrity); err != nil {
		t.Fatal(err)
	}
	for address := range integrity {
		name, _, _ := strings.Cut(address, "?")
		if slices.Contains(without, name) {
			delete(files, name)
			delete(integrity, address)
			continue
		}
		sum := sha512.Sum384(files[name])
		integrity[address] = "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	text, err := json.Marshal(integrity)
	if err != nil {
		t.Fatal(err)
	}
	worker := list.ReplaceAllLiteral(files["sw.js"], fmt.Appendf(nil, "const files = %s;", text))
	files["sw.js"] = regexp.MustCompile(`const build = "[^"]+"`).ReplaceAll(worker, fmt.Appendf(nil, "const build = %q", name))

	dir := t.TempDir()
	for name, content := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	site, err := handler.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return site, version
}

// untilBuilds waits until a build's worker has taken over, and the caches are of
// these builds alone, the oldest first.
func (v *visit) untilBuilds(names ...string) {
	v.t.Helper()
	untilIs(v, readyLimit, "activated, with "+strings.Join(names, " "), `(async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		const workers = ["installing", "waiting", "active"].map((place) => registration?.[place]?.state).filter(Boolean);
		const kept = (await caches.keys()).map((name) => name.split(" ").pop()).filter((name) => name !== "digits");
		return [...workers, "with"].join(", ") + " " + kept.join(" ");
	})()`)
}

// openFirstBuild opens the site as it was built, which is kept then, in the cache
// of the name that is returned.
func openFirstBuild(t *testing.T) (host *plainHost, v *visit, cache string) {
	t.Helper()
	host, v = newPlainHost(t, builtSite(t)), newTab(t)
	v.goTo(host.address)
	v.untilKept(0)
	v.reload()
	return host, v, eval[string](v, `caches.keys().then((names) => names.find((n) => !n.endsWith(" digits")).split(" ").pop())`)
}

func TestANewBuildComesWithTheNextLoadAndIsNotMixed(t *testing.T) {
	t.Parallel()
	host, v, firstCache := openFirstBuild(t)
	first := eval[string](v, `pairlab.version`)
	v.untilBuilds(firstCache)
	open := v.beside()
	open.goTo(host.address)

	load := func(build, version, before string) {
		t.Helper()
		if got := eval[string](v, `pairlab.version`); got != version {
			t.Errorf("the version of build %s is %s, want %s (before: %s)", build, got, version, before)
		}
		if mixed := eval[[]string](v, fmt.Sprintf(`performance.getEntriesByType("resource").map((e) => e.name).filter((n) => n.includes(%q))`, before)); len(mixed) > 0 {
			t.Errorf("the page of build %s took %q of the one before", build, mixed)
		}
	}
	train := func(v *visit) {
		t.Helper()
		v.start(quick(nil))
		v.wait(trainLimit, "done")
	}

	site, second := nextBuild(t, "second", "0123456789ab")
	host.deploy(site)
	train(v)
	if asked := host.requests("?v=" + first); len(asked) > 0 {
		t.Errorf("a page of the first build asked the second for %q", asked)
	}
	v.reload()
	load("second", second, first)
	v.untilBuilds(firstCache, "second")

	// What is open goes on with its own build's files.
	host.deploy(site)
	train(open)
	if asked := host.requests("?v=" + first); len(asked) > 0 {
		t.Errorf("a page of the first build asked the second for %q", asked)
	}

	// The build before the last is kept for such pages, none older.
	site, third := nextBuild(t, "third", "ba9876543210")
	host.deploy(site)
	v.reload()
	load("third", third, second)
	v.untilBuilds("second", "third")

	host.stop()
	v.reload()
	load("third", third, second)
	train(v)
}

func TestAnOpenPageHasFilesThatTheNextBuildLacks(t *testing.T) {
	t.Parallel()
	host, v, first := openFirstBuild(t)
	site, second := nextBuild(t, "second", "0123456789ab", "worker.js")
	host.deploy(site)
	next := v.beside()
	next.goTo(host.address)
	next.untilBuilds(first, "second")
	if got := eval[string](next, `pairlab.version`); got != second {
		t.Fatalf("the version of the next build is %s, want %s", got, second)
	}
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	if asked := host.requests("worker.js"); len(asked) > 0 {
		t.Errorf("a page of the first build asked the second for %q", asked)
	}
}
