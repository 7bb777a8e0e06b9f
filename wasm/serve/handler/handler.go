// Package handler serves the built site: the folder that `make build` writes.
// The local server, the headless driver and the browser tests share it, so
// that what is tested is what is served.
//
// It sends what a plain file host does not always send: the headers that make
// the page cross-origin isolated (SharedArrayBuffer needs them), the media
// type of WebAssembly, an ETag with every file, and the compressed copy
// NAME.gz that the build leaves beside a file. The site works without any of
// them. Folders are never listed, names that start with a dot never served,
// and nothing outside the folder can be reached, through a symbolic link either.
package handler

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
)

// mediaTypes are set here and not looked up in the system's tables, which
// differ from one machine to the next.
var mediaTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".pack":        "application/octet-stream",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
}

// hashed matches a name that carries a hash of its content: such a file never
// changes, so it may be kept for ever.
var hashed = regexp.MustCompile(`[.-][0-9a-f]{8,64}\.[a-z0-9]+$`)

// New returns a handler for the files under dir, which must exist. It keeps
// dir open.
func New(dir string) (http.Handler, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("handler: %w", err)
	}
	return &site{root}, nil
}

type site struct{ root *os.Root }

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")

	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	name, ok := fileName(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	file, info, err := s.open(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()

	h.Set("Content-Type", mediaType(name))
	tag := fmt.Sprintf("%x-%x", info.ModTime().UnixNano(), info.Size())
	h.Add("Vary", "Accept-Encoding")
	if acceptsGzip(r) && r.Header.Get("Range") == "" {
		if small, smallInfo, err := s.open(name + ".gz"); err == nil {
			defer small.Close()
			// A copy older than its original is left over: not served.
			if !smallInfo.ModTime().Before(info.ModTime()) {
				h.Set("Content-Encoding", "gzip")
				file, tag = small, tag+"-gz"
			}
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	if hashed.MatchString(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, info.ModTime(), file)
}

// open opens a regular file of the site.
func (s *site) open(name string) (*os.File, fs.FileInfo, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// fileName turns a request's path into a name inside the site; "/" stands for
// "index.html". It refuses what is not already in its shortest form, so that
// one file has one address.
func fileName(urlPath string) (string, bool) {
	if !strings.HasPrefix(urlPath, "/") || strings.ContainsAny(urlPath, "\\\x00") {
		return "", false
	}
	name := urlPath[1:]
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if path.Clean(name) != name {
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	return name, true
}

func mediaType(name string) string {
	ext := path.Ext(name)
	if t, ok := mediaTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(part, ";")
		q := strings.ReplaceAll(params, " ", "")
		if strings.TrimSpace(coding) == "gzip" && q != "q=0" && q != "q=0.0" {
			return true
		}
	}
	return false
}
