// Package program runs a Go program compiled to WebAssembly, or a test binary,
// in a worker of the headless Chromium, with the imports that package hosttest
// asks for: a console program in the engine that the site is for. It has
// arguments, standard output and an exit code; no files and no environment.
package program

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/wasm/drive/browser"
)

//go:embed page.html
var page []byte

//go:embed worker.js
var worker []byte

// Compile compiles a package to the file out: its program, or with test its
// test binary.
func Compile(ctx context.Context, pkg, out string, test bool) error {
	args := []string{"build", "-o", out, pkg}
	if test {
		args = []string{"test", "-c", "-o", out, pkg}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("program: compile %s: %w\n%s", pkg, err, text)
	}
	return nil
}

// Run runs the compiled program in a new tab of browser's and returns its exit
// code. What it writes, to standard output or error, goes to out as it comes.
func Run(ctx context.Context, file string, args []string, out io.Writer) (code int, err error) {
	site, err := files(file)
	if err != nil {
		return 0, err
	}
	address, stop, err := browser.Serve(site)
	if err != nil {
		return 0, err
	}
	defer stop()
	tab, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	p, err := browser.Navigate(tab, address)
	if err != nil {
		return 0, fmt.Errorf("program: %w", err)
	}
	argv, err := json.Marshal(append([]string{filepath.Base(file)}, args...))
	if err != nil {
		return 0, fmt.Errorf("program: %w", err)
	}
	if err := p.Do(fmt.Sprintf("start(%s)", argv)); err != nil {
		return 0, fmt.Errorf("program: start: %w", err)
	}
	for {
		taken, err := browser.Eval[struct {
			Text string
			Code *int
		}](p, "take()")
		if err != nil {
			return 0, fmt.Errorf("program: %w", err)
		}
		if _, err := io.WriteString(out, taken.Text); err != nil {
			return 0, fmt.Errorf("program: %w", err)
		}
		if taken.Code != nil {
			return *taken.Code, nil
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// files serves what the page needs.
func files(program string) (http.Handler, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("program: go env: %w", err)
	}
	starter, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, fmt.Errorf("program: %w", err)
	}
	code, err := os.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("program: %w", err)
	}
	trampoline, err := wasmsimd.Trampoline()
	if err != nil {
		return nil, fmt.Errorf("program: %w", err)
	}
	mux := http.NewServeMux()
	for name, file := range map[string]struct {
		kind    string
		content []byte
	}{
		"/{$}":          {"text/html", page},
		"/worker.js":    {"text/javascript", worker},
		"/wasm_exec.js": {"text/javascript", starter},
		"/kernels.wasm": {"application/wasm", trampoline},
		"/program.wasm": {"application/wasm", code},
	} {
		mux.HandleFunc(name, func(w http.ResponseWriter, _ *http.Request) {
			// Isolated, the worker has a clock of 5 µs.
			w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
			w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
			w.Header().Set("Content-Type", file.kind)
			_, _ = w.Write(file.content) // the browser is gone if it fails
		})
	}
	return mux, nil
}
