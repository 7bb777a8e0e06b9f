package handler

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// newSite returns a handler for a small site, and the folder that holds it.
func newSite(t *testing.T) (http.Handler, string) {
	t.Helper()
	outside := t.TempDir()
	dir := filepath.Join(outside, "dist")
	write(t, filepath.Join(outside, "secret.txt"), "secret")
	write(t, filepath.Join(dir, "index.html"), "<!doctype html><title>page</title>")
	write(t, filepath.Join(dir, "app.wasm"), "\x00asm")
	write(t, filepath.Join(dir, "data", "train-0.0123456789abcdef.pack"), "pixels")
	write(t, filepath.Join(dir, ".hidden"), "hidden")
	h, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return h, dir
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(h http.Handler, target string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
	r.URL.Path = target
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestServesFilesWithTypesAndHeaders(t *testing.T) {
	h, _ := newSite(t)
	for _, c := range []struct{ path, mediaType, cache, body string }{
		{"/", "text/html; charset=utf-8", "no-cache", "<!doctype html><title>page</title>"},
		{"/index.html", "text/html; charset=utf-8", "no-cache", "<!doctype html><title>page</title>"},
		{"/app.wasm", "application/wasm", "no-cache", "\x00asm"},
		{"/data/train-0.0123456789abcdef.pack", "application/octet-stream", "public, max-age=31536000, immutable", "pixels"},
	} {
		r := get(h, c.path)
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != http.StatusOK || string(body) != c.body {
			t.Errorf("%s: status %d, body %q, want %q", c.path, r.StatusCode, body, c.body)
		}
		for name, want := range map[string]string{
			"Content-Type":                 c.mediaType,
			"Cache-Control":                c.cache,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, got, want)
			}
		}
		if r.Header.Get("ETag") == "" {
			t.Errorf("%s: no ETag", c.path)
		}
	}
}

func TestRefusesWhatIsNotTheSites(t *testing.T) {
	h, dir := newSite(t)
	if err := os.Symlink(filepath.Join(dir, "..", "secret.txt"), filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/../secret.txt", "/data/../../secret.txt", "/./index.html", "//index.html", "/..", "/link.txt",
		"/.hidden", "/data", "/data/", "/missing.js", "/index.html/", "/..\\secret.txt", "/index.html\x00.txt",
	} {
		r := get(h, path)
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != http.StatusNotFound || strings.Contains(string(body), "secret") || strings.Contains(string(body), "train-0") {
			t.Errorf("%q: status %d, body %q, want 404", path, r.StatusCode, body)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/index.html", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", w.Code)
	}
}

func TestAnswersNotModified(t *testing.T) {
	h, dir := newSite(t)
	tag := get(h, "/app.wasm").Header.Get("ETag")
	if r := get(h, "/app.wasm", "If-None-Match", tag); r.StatusCode != http.StatusNotModified {
		t.Errorf("same content: status %d, want 304", r.StatusCode)
	}
	write(t, filepath.Join(dir, "app.wasm"), "\x00asm, rebuilt")
	if r := get(h, "/app.wasm", "If-None-Match", tag); r.StatusCode != http.StatusOK {
		t.Errorf("new content: status %d, want 200", r.StatusCode)
	}
}

func TestServesTheCompressedCopy(t *testing.T) {
	h, dir := newSite(t)
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	z.Write([]byte("\x00asm"))
	z.Close()
	copyName := filepath.Join(dir, "app.wasm.gz")
	write(t, copyName, small.String())

	plain := get(h, "/app.wasm", "Accept-Encoding", "br, gzip;q=0")
	if got := plain.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("gzip refused by the client, but Content-Encoding is %q", got)
	}
	r := get(h, "/app.wasm", "Accept-Encoding", "br, gzip")
	if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Content-Type") != "application/wasm" {
		t.Fatalf("headers %v", r.Header)
	}
	if r.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Error("both encodings have the same ETag")
	}
	d, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(d); string(body) != "\x00asm" {
		t.Errorf("body %q", body)
	}

	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(copyName, old, old); err != nil {
		t.Fatal(err)
	}
	if r := get(h, "/app.wasm", "Accept-Encoding", "gzip"); r.Header.Get("Content-Encoding") != "" {
		t.Error("a compressed copy older than its original was served")
	}
}

func TestNewNamesAMissingFolder(t *testing.T) {
	if _, err := New(filepath.Join(t.TempDir(), "nowhere")); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("error %v, want one that names the folder", err)
	}
}
