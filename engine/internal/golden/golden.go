// Package golden has reference numbers from PyTorch for tests: single
// operations and whole models, in testdata (its README says how they were
// made). The environment variable PAIRLAB_GOLDEN names another folder of the
// same form to test against instead.
package golden

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"testing"

	"github.com/pairlab/pairlab/engine/safetensors"
)

//go:embed testdata
var embedded embed.FS

// Index says what the files hold.
type Index struct {
	Ops struct {
		File  string          `json:"file"`
		Cases map[string]Case `json:"cases"`
	} `json:"ops"`
	Models map[string]Model `json:"models"`
}

// Case is one operation with its inputs and outputs.
type Case struct {
	Op      string            `json:"op"`
	Attrs   json.RawMessage   `json:"attrs"`
	Tensors map[string]Expect `json:"tensors"`
}

// Model is one model's first three steps.
type Model struct {
	File        string            `json:"file"`
	Kind        string            `json:"kind"` // "siamese", or else the baseline
	Dims        []int             `json:"dims"` // ch1, ch2, fc
	Rate        float64           `json:"lr"`
	LossWeights [2]float64        `json:"loss_weights"` // of the pair's loss, of the digits'
	Batch       int               `json:"batch"`
	Steps       int               `json:"steps"`
	Parameters  int               `json:"parameters"`
	Tensors     map[string]Expect `json:"tensors"`
}

// Expect is how near a value must come: |value - golden| <= AbsTol. A
// difference up to SwitchedTol, where given, is rounding that switched a ReLU
// unit in a later step.
type Expect struct {
	AbsTol      float64 `json:"atol"`
	SwitchedTol float64 `json:"atol_switched"`
	Exact       bool    `json:"exact"`
}

func files() fs.FS {
	if dir := os.Getenv("PAIRLAB_GOLDEN"); dir != "" {
		return os.DirFS(dir)
	}
	sub, err := fs.Sub(embedded, "testdata")
	if err != nil {
		panic(err)
	}
	return sub
}

// Load reads the index.
func Load(t *testing.T) Index {
	t.Helper()
	b, err := fs.ReadFile(files(), "index.json")
	if err != nil {
		t.Fatal(err)
	}
	var x Index
	if err := json.Unmarshal(b, &x); err != nil {
		t.Fatalf("golden: index.json: %v", err)
	}
	return x
}

// Tensors reads one of the index's files.
func Tensors(t *testing.T, name string) map[string]safetensors.Tensor {
	t.Helper()
	b, err := fs.ReadFile(files(), name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Decode(b, len(b))
	if err != nil {
		t.Fatalf("golden: %s: %v", name, err)
	}
	return f.Tensors
}

// Near reports the largest difference between got and want if one is above
// the tolerance, or not a number.
func Near(got, want []float32, atol float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d values, want %d", len(got), len(want))
	}
	worst, at := 0.0, -1
	for i, g := range got {
		d := math.Abs(float64(g) - float64(want[i]))
		if !(d <= atol) && !(d <= worst) {
			worst, at = d, i
		}
	}
	if at >= 0 {
		return fmt.Errorf("value %d is %v, want %v: off by %.3g, tolerance %.3g", at, got[at], want[at], worst, atol)
	}
	return nil
}

// ToChannelsLast reorders x from [N, C, H, W] to [N, H, W, C].
func ToChannelsLast(x []float32, shape []int) []float32 {
	return reorder(x, shape[0], shape[1], shape[2]*shape[3])
}

// ToChannelsFirst reorders x from [N, H, W, C] to shape, [N, C, H, W].
func ToChannelsFirst(x []float32, shape []int) []float32 {
	return reorder(x, shape[0], shape[2]*shape[3], shape[1])
}

// reorder turns each of n matrices [r, c] into [c, r].
func reorder(x []float32, n, r, c int) []float32 {
	y := make([]float32, len(x))
	for s := range n {
		for i := range r {
			for j := range c {
				y[(s*c+j)*r+i] = x[(s*r+i)*c+j]
			}
		}
	}
	return y
}
