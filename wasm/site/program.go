package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/pairlab/pairlab/wasm/site/shrink"
)

// wasmName is the program's name in the site.
const wasmName = "app.wasm"

// cold are packages in which nothing is done often enough for its time to
// count. They are compiled without inlining, which makes the program smaller:
// by 55 KB compressed when this was measured. (In the rest of the runtime, and
// in what trains, it would make it larger or slower. The runtime's atomic
// operations are plain loads and stores here, taken between the steps of a
// training and hardly during one: its speed stays the same.)
var cold = [...]string{
	"encoding/json", "fmt", "internal/runtime/atomic", "reflect", "strings",
	"github.com/hack-pad/safejs/...",
	"github.com/pairlab/pairlab/engine/experiment",
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/...",
	"github.com/pairlab/pairlab/ui/...",
	"github.com/pairlab/pairlab/wasm/...",
}

// noVersion stands in the program for the version, which is a hash of the
// program too and as long as this.
const noVersion = "@version@@@@"

// setVersion puts the version into the program.
func (p parts) setVersion(version string) error {
	program := p[wasmName]
	if n := bytes.Count(program, []byte(noVersion)); n != 1 || len(version) != len(noVersion) {
		return fmt.Errorf("site: %d places for the version %q in %s, want one with %d letters", n, version, wasmName, len(noVersion))
	}
	p[wasmName] = bytes.Replace(program, []byte(noVersion), []byte(version), 1)
	return nil
}

// compile builds the program. Go's own cache knows what is fresh.
func compile(root string) ([]byte, error) {
	fmt.Println("site: compiling the program")
	dir, err := os.MkdirTemp("", "pairlab-site-")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	defer os.RemoveAll(dir)
	overlay, err := withoutComments(root, dir)
	if err != nil {
		return nil, fmt.Errorf("site: kernels: %w", err)
	}
	file := filepath.Join(dir, wasmName)
	args := []string{"build", "-trimpath", "-overlay", overlay, "-ldflags=-s -w -X main.version=" + noVersion, "-o", file}
	for _, pkg := range cold {
		args = append(args, "-gcflags="+pkg+"=-l")
	}
	cmd := exec.Command("go", append(args, "./wasm/app")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("site: go build: %w", err)
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return shrink.Program(program)
}

// insignificant is what the kernels' language makes nothing of: comments, and
// the space that lines begin with.
var insignificant = regexp.MustCompile(`(?m)^[ \t]+|[ \t]*//.*$`)

// withoutComments has the kernels' texts embedded without comments, which are a
// third of them. It returns the name of what Go calls an overlay, in dir.
func withoutComments(root, dir string) (overlay string, err error) {
	texts, err := filepath.Glob(filepath.Join(root, "engine", "kernel", "wasmsimd", "*.k"))
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for _, name := range texts {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if name, err = filepath.Abs(name); err != nil {
			return "", err
		}
		replace[name] = filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(replace[name], insignificant.ReplaceAll(text, nil), 0o666); err != nil {
			return "", err
		}
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, b, 0o666)
}
