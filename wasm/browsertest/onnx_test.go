//go:build browser

package browsertest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
)

// onnxPairs is how many pairs of test images each network is asked about.
const onnxPairs = 1000

// TestDownloadedONNXAgrees asks onnxruntime what the page was asked, of each
// trained network with batch norm and weight sharing on and off.
func TestDownloadedONNXAgrees(t *testing.T) {
	images := testImages(t)
	for _, techniques := range []string{"bn=1&sharing=1", "bn=1&sharing=0", "bn=0&sharing=1", "bn=0&sharing=0"} {
		t.Run(techniques, func(t *testing.T) {
			t.Parallel()
			v := trained(t, "?rounds=1&epochs=12&pairs=400&pool=10000&optimizer=adam&lr=0.002&"+techniques)
			compareWithONNX(t, v, images)
		})
	}
}

// testImages are the test images as they are in the pack: [10000] of 14x14
// sums of four bytes.
func testImages(t *testing.T) *data.Store {
	t.Helper()
	store := data.NewStore(manifest(t))
	pack := testPack(t)
	b, err := os.ReadFile(filepath.Join(distDir, "data", pack.File))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Add(pack, b); err != nil {
		t.Fatal(err)
	}
	return store
}

func compareWithONNX(t *testing.T, v *visit, images *data.Store) {
	dir := t.TempDir()
	v.downloadsTo(dir)
	var pairs [onnxPairs][2]int // no image twice
	order := rand.New(rand.NewPCG(1, 2)).Perm(10_000)
	for k := range pairs {
		pairs[k] = [2]int{order[2*k], order[2*k+1]}
	}
	type job struct {
		Model   string   `json:"model"`
		Input   string   `json:"input"`
		Batch   int      `json:"batch"`
		Outputs []string `json:"outputs"`
	}
	var jobs []job
	for _, kind := range model.Kinds {
		v.press("Download safetensors of " + experiment.Label(kind))
		v.press("Download ONNX of " + experiment.Label(kind))
		file := fmt.Sprintf("pairlab-%s-seed1-epoch12", kind)
		v.downloaded(filepath.Join(dir, file+".onnx"))
		_, p, err := modelfile.Decode(v.downloaded(filepath.Join(dir, file+".safetensors")))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, string(kind)+".pairs"), standardised(t, images, pairs[:], p), 0o644); err != nil {
			t.Fatal(err)
		}
		outputs := []string{"pair_logits", "left_logits", "right_logits"}
		if kind == model.Baseline {
			outputs = outputs[:1]
		}
		jobs = append(jobs, job{Model: file + ".onnx", Input: string(kind) + ".pairs", Batch: 250, Outputs: outputs})
	}
	list, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jobs.json"), list, 0o644); err != nil {
		t.Fatal(err)
	}
	// It is asked while the page is.
	var said bytes.Buffer
	runtime := exec.CommandContext(t.Context(), "node", filepath.Join("..", "..", "engine", "onnx", "testdata", "run.mjs"), filepath.Join("..", "..", "ui"), dir)
	runtime.Stdout, runtime.Stderr = &said, &said
	if err := runtime.Start(); err != nil {
		t.Fatal(err)
	}
	asked, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	page := eval[[][]struct {
		Name string
		ask.Answer
	}](v, fmt.Sprintf(`Promise.all(%s.map(([left, right]) => pairlab.ask(left, right)))`, asked))
	if err := runtime.Wait(); err != nil {
		t.Fatalf("onnxruntime-web: %v\n%s", err, &said)
	}
	for i, kind := range model.Kinds {
		outputs := map[string][]float64{}
		for _, o := range jobs[i].Outputs {
			outputs[o] = logits(t, filepath.Join(dir, jobs[i].Model+"."+o))
		}
		worst, least, most := 0.0, 1.0, 0.0
		for k, pair := range pairs {
			got, want := page[k][i], probabilities(kind, outputs, k)
			if got.Name != string(kind) {
				t.Fatalf("answer %d is of %q, want %s", i, got.Name, kind)
			}
			yes := got.Probability
			if !got.Yes {
				yes = 1 - yes
			}
			least, most = min(least, yes), max(most, yes)
			says := append(append([]float64{yes}, got.Left...), got.Right...)
			if len(says) != len(want) {
				t.Fatalf("%s: %d figures, want %d", kind, len(says), len(want))
			}
			for n := range want {
				off := math.Abs(says[n] - want[n])
				worst = max(worst, off)
				if !(off <= 1e-4) {
					t.Fatalf("%s, images %v: the page says %v, onnxruntime %v", kind, pair, says, want)
				}
			}
		}
		if most-least < 0.1 {
			t.Errorf("%s: probabilities within %v..%v: a network so dead checks nothing", kind, least, most)
		}
		t.Logf("%s: %d pairs, probabilities %.3f to %.3f, largest difference %.2g", kind, onnxPairs, least, most, worst)
	}
}

// standardised is the pairs as a network of the given provenance takes them:
// raw float32 [pairs, 2, 14, 14].
func standardised(t *testing.T, images *data.Store, pairs [][2]int, p modelfile.Provenance) []byte {
	t.Helper()
	var x []byte
	for _, pair := range pairs {
		for _, image := range pair {
			sums, _, err := images.Image(data.Test, image)
			if err != nil {
				t.Fatal(err)
			}
			for _, sum := range sums {
				x = binary.LittleEndian.AppendUint32(x, math.Float32bits(float32((float64(sum)/4-p.Mean)/p.Std)))
			}
		}
	}
	return x
}

// probabilities are those of pair k: of yes, then of each digit's classes.
func probabilities(kind model.Kind, outputs map[string][]float64, k int) []float64 {
	if kind == model.Baseline {
		return softmax(outputs["pair_logits"][2*k : 2*k+2])[1:]
	}
	left, right := softmax(outputs["left_logits"][10*k:10*k+10]), softmax(outputs["right_logits"][10*k:10*k+10])
	yes := atMost(left, right)
	if kind == model.Siamese2 {
		yes = softmax(outputs["pair_logits"][2*k : 2*k+2])[1]
	}
	return append(append([]float64{yes}, left...), right...)
}

func manifest(t *testing.T) data.Manifest {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(distDir, "data", data.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := data.ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func logits(t *testing.T, file string) []float64 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, len(b)/4)
	for i := range x {
		x[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return x
}

func softmax(x []float64) []float64 {
	p, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		p[i] = math.Exp(v)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func atMost(left, right []float64) (yes float64) {
	for a, p := range left {
		for b, q := range right {
			if a <= b {
				yes += p * q
			}
		}
	}
	return yes
}
