//go:build browser

package browsertest

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/wasm/drive/program"
)

const engine = "github.com/pairlab/pairlab/engine/"

// inChromium runs some tests of a package in Chromium and returns what they
// write.
func inChromium(t *testing.T, pkg, tests string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(shared, trainLimit)
	defer cancel()
	file := filepath.Join(t.TempDir(), "test.wasm")
	if err := program.Compile(ctx, pkg, file, true); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code, err := program.Run(ctx, file, []string{"-test.v", "-test.run", tests}, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if code != 0 {
		t.Errorf("%s: exit code %d\n%s", pkg, code, &out)
	}
	return out.String()
}

// TestFixturesMatchInChromium runs the comparisons with PyTorch, and what else
// must hold in the engine that trains, for every kernel set that this Chromium
// has; it has all.
func TestFixturesMatchInChromium(t *testing.T) {
	t.Parallel()
	for pkg, tests := range map[string]string{
		"autograd":        `^TestOpsMatchPyTorch$`,
		"model":           `^(TestModelsMatchPyTorch|TestSetsAreNearFloat64)$`,
		"kernel/wasmsimd": `^Test`,
		"train":           `^(TestStepAllocatesNothing|TestMemoryIsFlatOverEpochs)$`,
	} {
		t.Run(pkg, func(t *testing.T) {
			t.Parallel()
			out := inChromium(t, engine+pkg, tests)
			for _, set := range []string{"simd", "fused", "direct"} {
				if !strings.Contains(out, "/"+set) {
					t.Errorf("no test ran with the %s kernels", set)
				}
			}
			passed := regexp.MustCompile(`(?m)^ *--- PASS`).FindAllString(out, -1)
			t.Logf("%d tests passed in Chromium", len(passed))
		})
	}
}

// TestAFailureInChromiumIsSeen has the test binary fail, to know that a test
// that fails there would be seen here.
func TestAFailureInChromiumIsSeen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "test.wasm")
	if err := program.Compile(shared, engine+"parallel", file, true); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code, err := program.Run(shared, file, []string{"-test.nonsense"}, &out)
	if err != nil || code == 0 || !strings.Contains(out.String(), "nonsense") {
		t.Errorf("exit code %d, error %v, output %q: want a failure that names the flag", code, err, &out)
	}
}
