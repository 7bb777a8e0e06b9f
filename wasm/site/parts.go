package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

// kernelsName is the module through which the program calls kernels.
const kernelsName = "kernels.wasm"

// vendored are the files taken from npm packages, by their name in the site.
var vendored = map[string]string{
	"vendor/uPlot.esm.js":  "uplot/dist/uPlot.esm.js",
	"vendor/uPlot.min.css": "uplot/dist/uPlot.min.css",
}

// parts are files of the site by name.
type parts map[string][]byte

// collect reads the files that are copied (assets, npm packages, and the
// script that comes with Go and starts its programs) and makes the module that
// kernels are called through.
func collect(root string) (parts, error) {
	p := parts{}
	assets := os.DirFS(filepath.Join(root, "assets"))
	err := fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name == "screenshots" {
			return fs.SkipDir // the README's
		}
		if err != nil || d.IsDir() {
			return err
		}
		p[name], err = fs.ReadFile(assets, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("site: assets: %w", err)
	}
	for name, source := range vendored {
		if p[name], err = os.ReadFile(filepath.Join(root, "ui", "node_modules", source)); err != nil {
			return nil, fmt.Errorf("site: npm package: %w", err)
		}
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("site: go env: %w", err)
	}
	const starter = "wasm_exec.js"
	p[starter], err = os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", starter))
	if err != nil {
		return nil, fmt.Errorf("site: Go's %s: %w", starter, err)
	}
	if p[kernelsName], err = wasmsimd.Trampoline(); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return p, nil
}

// hash identifies the content of all parts.
func (p parts) hash() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(h, "%s %d\n", name, len(p[name]))
		h.Write(p[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])[:12]
}

// reference matches a quoted relative address in HTML, JavaScript and CSS.
var reference = regexp.MustCompile(`(["'(])((?:\./|\.\./)*)([A-Za-z0-9_./-]+\.(?:js|css|wasm))(["')])`)

// address is where a file of the site is asked for: with its version if it is
// a script, a style or a program, so that one build's is never taken for
// another's. The service worker has one address, as browsers want it.
func address(name, version string) string {
	ext := path.Ext(name)
	if name == workerName || ext != ".js" && ext != ".css" && ext != ".wasm" {
		return name
	}
	return name + "?v=" + version
}

// stamped are the parts with a version at each address of a script, a style or
// the program that one of them names.
func (p parts) stamped(version string) parts {
	out := parts{}
	for name, content := range p {
		out[name] = content
		if ext := path.Ext(name); strings.HasPrefix(name, "vendor/") || ext != ".html" && ext != ".js" && ext != ".css" {
			continue
		}
		out[name] = reference.ReplaceAllFunc(content, func(found []byte) []byte {
			m := reference.FindSubmatch(found)
			target := path.Join(path.Dir(name), string(m[2]), string(m[3]))
			if _, ok := p[target]; !ok {
				return found // not of this site
			}
			stamp := strings.TrimPrefix(address(target, version), target)
			return fmt.Appendf(nil, "%s%s%s%s%s", m[1], m[2], m[3], stamp, m[4])
		})
	}
	return out
}
