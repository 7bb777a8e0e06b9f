package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStampedVersionsTheSitesOwnAddresses(t *testing.T) {
	p := parts{
		"index.html":           []byte(`<link href="style.css"><link href="vendor/uPlot.min.css"><script src="./boot.js" type="module"></script><a href="https://example.org/a.js">x</a><img src="samples/0.png">`),
		"boot.js":              []byte(`import { a } from "./go.js"; new URL("app.wasm", import.meta.url); import("./missing.js"); register("sw.js")`),
		"go.js":                []byte(`export const a = "go.js is my name";`),
		"style.css":            []byte(`@import url(vendor/uPlot.min.css);`),
		"vendor/uPlot.min.css": []byte(`.u-wrap{}`),
		"app.wasm":             []byte("the program"),
		"sw.js":                []byte(`const build = "";`),
	}
	got := p.stamped("0123")
	for name, want := range map[string]string{
		"index.html":           `<link href="style.css?v=0123"><link href="vendor/uPlot.min.css?v=0123"><script src="./boot.js?v=0123" type="module"></script><a href="https://example.org/a.js">x</a><img src="samples/0.png">`,
		"boot.js":              `import { a } from "./go.js?v=0123"; new URL("app.wasm?v=0123", import.meta.url); import("./missing.js"); register("sw.js")`,
		"go.js":                `export const a = "go.js is my name";`,
		"style.css":            `@import url(vendor/uPlot.min.css?v=0123);`,
		"vendor/uPlot.min.css": `.u-wrap{}`,
	} {
		if string(got[name]) != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got[name], want)
		}
	}
}

func TestHashSeesNamesAndContents(t *testing.T) {
	hashes := map[string]bool{}
	for _, p := range []parts{
		{"a": []byte("1"), "b": []byte("2")},
		{"a": []byte("2"), "b": []byte("1")},
		{"a": []byte("1"), "c": []byte("2")},
		{"a": []byte("1")},
	} {
		hashes[p.hash()] = true
	}
	if len(hashes) != 4 {
		t.Errorf("%d different hashes for 4 different sets of files", len(hashes))
	}
}

func TestOutputWritesWhatChangesAndRemovesWhatIsGone(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("a page ", 1000)
	put(marker, markerText)
	put("index.html", long)
	put("old.js", "old")
	put("bench.json", "{}")
	put(".nojekyll", "")
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(".git/HEAD", "ref: refs/heads/main")
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(filepath.Join(dir, "index.html"), past, past); err != nil {
		t.Fatal(err)
	}
	o, err := newOutput(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.write("index.html", []byte(long)); err != nil {
		t.Fatal(err)
	}
	if err := o.write("deep/er/new.js", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := o.prune(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "index.html")); err != nil || !info.ModTime().Equal(past) {
		t.Errorf("a file with the same content was written again (%v)", err)
	}
	for name, want := range map[string]bool{"old.js": false, "bench.json": true, ".nojekyll": true, ".git/HEAD": true, marker: true, "deep/er/new.js": true, "index.html.gz": true, "deep/er/new.js.gz": false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
	if raw, small := o.sizes("index.html"); raw != int64(len(long)) || small == 0 || small >= raw {
		t.Errorf("sizes %d and %d", raw, small)
	}
}

func TestOfflineListsEveryFileButPacks(t *testing.T) {
	o, err := newOutput(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, content string) {
		t.Helper()
		if err := o.write(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	put("index.html", `<script src="boot.js?v=0123"></script>`)
	put("boot.js", strings.Repeat("// long enough for a compressed copy\n", 100))
	put("icon.svg", "abc")
	put("data/mnist-test-0123456789abcdef.pack", "digits")
	put(".data", "a stamp")
	source := "const build = \"\";\nconst mark = \"\";\nconst files = {};\n"
	worker, err := o.offline([]byte(source), "0123")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`const mark = "boot.js?v=0123";`,
		`"boot.js?v=0123": "sha384-`,
		// SHA-384 of "abc": FIPS 180-2, appendix D.1, in base 64.
		`"icon.svg": "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"`,
	} {
		if !strings.Contains(string(worker), want) {
			t.Errorf("the worker lacks %s:\n%s", want, worker)
		}
	}
	if n := strings.Count(string(worker), "sha384-"); n != 2 {
		t.Errorf("%d files, want 2:\n%s", n, worker)
	}
	put("icon.svg", "another")
	if other, err := o.offline([]byte(source), "0123"); err != nil || strings.SplitN(string(other), "\n", 2)[0] == strings.SplitN(string(worker), "\n", 2)[0] {
		t.Errorf("another picture leaves the build's name (%v)", err)
	}
	if _, err := o.offline([]byte("const build = 1;"), "0123"); err == nil {
		t.Error("a worker with no place for the list is accepted")
	}
}

func TestVersionIsPutIntoTheProgramOnce(t *testing.T) {
	p := parts{wasmName: []byte("a" + noVersion + "b")}
	if err := p.setVersion("0123456789ab"); err != nil || string(p[wasmName]) != "a0123456789abb" {
		t.Errorf("%q, %v", p[wasmName], err)
	}
	if err := p.setVersion("0123456789ab"); err == nil {
		t.Error("a program with no place for the version is accepted")
	}
}
