//go:build browser

package browsertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/drive/program"
)

// digestOf makes one run, with the settings on top of a quick one's, and
// returns its digest.
func digestOf(v *visit, settings map[string]any) string {
	v.t.Helper()
	v.start(quick(settings))
	v.wait(trainLimit, "done")
	return onlyDigest(v)
}

func onlyDigest(v *visit) string {
	v.t.Helper()
	r := result(v)
	if len(r.Models) != 1 || len(r.Models[0].Rounds) != 1 || r.Models[0].Rounds[0].Digest == "" {
		v.t.Fatalf("want one run with a digest: %+v", r.Models)
	}
	return r.Models[0].Rounds[0].Digest
}

// TestDigestIsTheSameOnAnyTeam is the promise of the chunk grid in the browser:
// however many workers share a run's batches, and however they meet, also
// where the batches are uneven (137 pairs are 100 + 37, or 37·3 + 26).
func TestDigestIsTheSameOnAnyTeam(t *testing.T) {
	v := open(t, "")
	for _, kind := range model.Kinds {
		for _, batch := range []int{100, 37} {
			settings := map[string]any{"models": []string{string(kind)}, "epochs": 2, "pairs": 137, "batch": batch, "workers": 1}
			want := digestOf(v, settings)
			if again := digestOf(v, settings); again != want {
				t.Errorf("%s, batch %d: digest %.8s in the second run, want %.8s", kind, batch, again, want)
			}
			for _, transport := range []string{"shared", "ports"} {
				for _, workers := range []int{2, 3, 4, 8} {
					settings["workers"], settings["transport"] = workers, transport
					if got := digestOf(v, settings); got != want {
						t.Errorf("%s, batch %d, %d workers, %s: digest %.8s, want %.8s", kind, batch, workers, transport, got, want)
					}
				}
			}
		}
	}
}

// TestDigestIsTheSameInEveryKernelModeOnATeam has the modes whose arithmetic
// may differ from simd's.
func TestDigestIsTheSameInEveryKernelModeOnATeam(t *testing.T) {
	v := open(t, "")
	for _, kernels := range []string{"portable", "fused", "direct"} {
		settings := map[string]any{"models": []string{"baseline"}, "kernels": kernels, "workers": 1}
		want := digestOf(v, settings)
		settings["workers"] = 2
		if got := digestOf(v, settings); got != want {
			t.Errorf("%s: digest %.8s on two workers, %.8s on one", kernels, got, want)
		}
	}
}

// TestChangingTheWorkersKeepsTheDigest changes their number in the middle of a
// run, up and down.
func TestChangingTheWorkersKeepsTheDigest(t *testing.T) {
	v := open(t, "")
	settings := map[string]any{"models": []string{"siamese2"}, "epochs": 60, "pairs": 500, "workers": 1}
	want := digestOf(v, settings)
	v.do(`
		const plan = { 5: 2, 20: 4, 35: 1 };
		pairlab.on("epoch", (e) => { if (plan[e.epochNumber]) pairlab.workers(plan[e.epochNumber]) });`)
	v.do(recordTrains)
	if got := digestOf(v, settings); got != want {
		t.Errorf("digest %.8s with changing workers, want %.8s", got, want)
	}
	if most := eval[int](v, `Math.max(...trains.map(({ size }) => size))`); most < 2 {
		t.Errorf("%d workers took part at once, want more than one", most)
	}
}

// recordTrains keeps what workers are asked to train: by how many, and how often
// the first of them may tell news.
const recordTrains = `
	window.trains = [];
	const post = Worker.prototype.postMessage;
	Worker.prototype.postMessage = function (message, ...rest) {
		const train = typeof message?.json === "string" ? JSON.parse(message.json).train : null;
		if (train) trains.push({ interval: train.interval, size: train.team?.size ?? 1 });
		return post.call(this, message, ...rest);
	};`

// askedToTrain is one of what it keeps.
type askedToTrain struct{ Interval, Size int } // milliseconds, workers

// TestDigestIsTheSameUnderNode makes the page's run in another program, under
// Node, from the site's digits.
func TestDigestIsTheSameUnderNode(t *testing.T) {
	dir := t.TempDir()
	file, kernels := filepath.Join(dir, "run.wasm"), filepath.Join(dir, "kernels.wasm")
	if err := program.Compile(t.Context(), "./noderun", file, false); err != nil {
		t.Fatal(err)
	}
	module, err := wasmsimd.Trampoline()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kernels, module, 0o666); err != nil {
		t.Fatal(err)
	}
	starter := filepath.Join("..", "..", "engine", "kernel", "wasmsimd", "hosttest", "exec.cjs")
	v := open(t, "")
	for _, kind := range model.Kinds {
		want := digestOf(v, map[string]any{"models": []string{string(kind)}, "epochs": 3, "pairs": 137, "batch": 37, "kernels": "simd"})
		query := fmt.Sprintf("?models=%s&rounds=1&epochs=3&pairs=137&batch=37&pool=10000&kernels=simd", kind)
		cmd := exec.Command(starter, file, filepath.Join(distDir, "data"), query)
		// The program's arguments and environment share 12 KB.
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "KERNELS_WASM=" + kernels}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("%s: digest %.8s under Node, %.8s in Chromium", kind, got, want)
		}
	}
}
