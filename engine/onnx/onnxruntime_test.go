//go:build !js

package onnx_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/onnx"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/train"
)

// packages is the folder whose node_modules have onnxruntime-web.
const packages = "../../ui"

// job is what testdata/run.mjs is to run.
type job struct {
	Model   string   `json:"model"`
	Input   string   `json:"input"`
	Batch   int      `json:"batch"`
	Outputs []string `json:"outputs"`

	network *model.Model[float32]
}

// TestOnnxruntimeAgrees runs every form of every network in onnxruntime-web,
// on real digits and on noise, and compares its outputs with the tape's in
// evaluation mode.
func TestOnnxruntimeAgrees(t *testing.T) {
	pairs := append(realPairs(t).X, noise(100)...)
	n := len(pairs) / pairSize
	dir := t.TempDir()
	write(t, dir, "pairs", rawFloats(pairs))
	var jobs []job
	add := func(m *model.Model[float32]) {
		j := job{Model: fmt.Sprintf("%d.onnx", len(jobs)), Input: "pairs", Batch: 37, Outputs: []string{onnx.PairLogits}, network: m}
		if m.Config.Siamese() {
			j.Outputs = append(j.Outputs, onnx.LeftLogits, onnx.RightLogits)
		}
		write(t, dir, j.Model, export(t, m))
		jobs = append(jobs, j)
	}
	for _, c := range forms() {
		add(drawn(t, c))
	}
	for _, kind := range model.Kinds {
		add(trained(t, kind))
	}
	list, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "jobs.json", list)
	runNode(t, dir)

	worst := 0.0
	for _, j := range jobs {
		want := evaluate(j.network, pairs, n)
		for _, output := range j.Outputs {
			got := readFloats(t, filepath.Join(dir, j.Model+"."+output))
			off, err := compare(got, want[output])
			worst = max(worst, off)
			if err != nil {
				t.Errorf("%+v: %s: %v", j.network.Config, output, err)
			}
		}
	}
	t.Logf("%d networks on %d pairs: largest difference %.2g", len(jobs), n, worst)
}

// forms are the ways in which graphs differ; small widths of different sizes,
// so that no two dimensions are taken for each other.
func forms() []model.Config {
	var all []model.Config
	both := []bool{true, false}
	for _, kind := range model.Kinds {
		for _, norm := range both {
			for _, sharing := range both {
				for _, relu := range both {
					for _, soft := range both {
						c := model.Paper(kind)
						c.Ch1, c.Ch2, c.FC = 5, 3, 7
						c.BatchNorm, c.Sharing, c.LogitReLU, c.Soft = norm, sharing, relu, soft
						if kind == model.Baseline && (sharing || relu || soft) {
							continue // switches of a siamese
						}
						all = append(all, c)
					}
				}
			}
		}
	}
	return all
}

// trained is a paper network after three epochs on the fixture's digits.
func trained(t *testing.T, kind model.Kind) *model.Model[float32] {
	t.Helper()
	c := train.Config{Model: model.Paper(kind), Optim: optim.Config{Kind: optim.SGDKind, Rate: 0.1}, Batch: 20, Epochs: 3}
	pairs := realPairs(t)
	r, m, err := train.Run(c, 1, pairs, pairs, train.Options{Kernels: portable.New[float32]()})
	if err != nil {
		t.Fatal(err)
	}
	if r.Diverged != 0 {
		t.Fatalf("%s diverged", kind)
	}
	return m
}

// evaluate is the tape's outputs.
func evaluate(m *model.Model[float32], x []float32, n int) map[string][]float32 {
	net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, n)
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	net.Load(model.Pairs{N: n, X: x, Target: make([]int32, n), Digits: make([]int32, 2*n)}, rows)
	net.Tape.Forward(n, false)
	out := map[string][]float32{onnx.PairLogits: net.Out.Pair.Data}
	if m.Config.Siamese() {
		out[onnx.LeftLogits], out[onnx.RightLogits] = net.Out.Left.Data, net.Out.Right.Data
	}
	return out
}

func compare(got, want []float32) (worst float64, err error) {
	if len(got) != len(want) {
		return 0, fmt.Errorf("%d values, want %d", len(got), len(want))
	}
	var least, most float32
	for i, w := range want {
		least, most = min(least, w), max(most, w)
		off := math.Abs(float64(got[i]) - float64(w))
		worst = max(worst, off) // NaN stays
	}
	if most-least < 0.01 {
		return worst, fmt.Errorf("outputs within %v..%v: a network so dead checks nothing", least, most)
	}
	if !(worst <= 1e-4) {
		return worst, fmt.Errorf("differs by %v, want at most 1e-4", worst)
	}
	return worst, nil
}

func runNode(t *testing.T, dir string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("Node.js 20 or newer is missing, which runs onnxruntime-web: %v", err)
	}
	if _, err := os.Stat(filepath.Join(packages, "node_modules", "onnxruntime-web")); err != nil {
		t.Fatalf("onnxruntime-web is not installed: run `npm ci --ignore-scripts` in the folder ui: %v", err)
	}
	out, err := exec.Command(node, filepath.Join("testdata", "run.mjs"), packages, dir).CombinedOutput()
	if err != nil {
		t.Fatalf("onnxruntime-web: %v\n%s", err, out)
	}
}

func realPairs(t *testing.T) model.Pairs {
	t.Helper()
	tensors := golden.Tensors(t, golden.Load(t).Models["siamese10"].File)
	x, err := tensors["x"].Float32()
	if err != nil {
		t.Fatal(err)
	}
	target, err := tensors["target"].Int32()
	if err != nil {
		t.Fatal(err)
	}
	digits, err := tensors["digits"].Int32()
	if err != nil {
		t.Fatal(err)
	}
	return model.Pairs{N: len(target), X: x, Target: target, Digits: digits}
}

const pairSize = 2 * model.Side * model.Side

func noise(n int) []float32 {
	rng := rand.New(rand.NewPCG(11, 12))
	x := make([]float32, n*pairSize)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func rawFloats(x []float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func readFloats(t *testing.T, path string) []float32 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return x
}

func write(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
		t.Fatal(err)
	}
}
