package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// testdata/data.safetensors and data.json are 1,000 training and 1,000 test pairs as PyTorch 1.13 made them.

type goldenSplit struct {
	Mean         float64 `json:"mean"`
	Std          float64 `json:"std"`
	RawSHA256    string  `json:"raw_sha256"`
	StandardAtol float64 `json:"standard_atol"`
	TargetSum    int     `json:"target_sum"`
}

// golden reads both files. The package imports nothing of the engine, so it has this small reader of its own.
func golden(t *testing.T) (splits map[string]goldenSplit, words func(name string) []uint32) {
	t.Helper()
	index, err := os.ReadFile("testdata/data.json")
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Data struct {
			Splits map[string]goldenSplit `json:"splits"`
		} `json:"data"`
	}
	if err := json.Unmarshal(index, &described); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("testdata/data.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	size := binary.LittleEndian.Uint64(file)
	var header map[string]struct {
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(file[8:8+size], &header); err != nil {
		t.Fatal(err)
	}
	return described.Data.Splits, func(name string) []uint32 {
		at := header[name].Offsets
		if at[1] == 0 {
			t.Fatalf("no tensor %s", name)
		}
		b := file[8+size:][at[0]:at[1]]
		out := make([]uint32, len(b)/4)
		for i := range out {
			out[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
		return out
	}
}

func asInt32(words []uint32) []int32 {
	out := make([]int32, len(words))
	for i, w := range words {
		out[i] = int32(w)
	}
	return out
}

func TestPairsAreThoseOfPyTorch(t *testing.T) {
	m := load(t)
	splits, words := golden(t)
	for name, set := range map[string]Set{"train": m.train, "test": m.test} {
		t.Run(name, func(t *testing.T) {
			want := splits[name]
			p, err := NewPairs(set, asInt32(words(name+"/images")))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(p.Digits, asInt32(words(name+"/digits"))) {
				t.Error("other digits")
			}
			if !slices.Equal(p.Target, asInt32(words(name+"/target"))) {
				t.Error("other targets")
			}
			targets := 0
			for _, target := range p.Target {
				targets += int(target)
			}
			if targets != want.TargetSum || want.TargetSum == 0 {
				t.Errorf("%d targets are 1, want %d", targets, want.TargetSum)
			}

			h := sha256.New()
			var word [4]byte
			for _, x := range p.X {
				binary.LittleEndian.PutUint32(word[:], math.Float32bits(x))
				h.Write(word[:])
			}
			if got := hex.EncodeToString(h.Sum(nil)); got != want.RawSHA256 {
				t.Errorf("pixels hash to %s, want %s", got, want.RawSHA256)
			}
			for i, bits := range words(name + "/raw_head") {
				if math.Float32bits(p.X[i]) != bits {
					t.Fatalf("pixel %d is %v, want %v", i, p.X[i], math.Float32frombits(bits))
				}
			}

			if err := p.Standardise(); err != nil {
				t.Fatal(err)
			}
			// Both were summed in float64: they differ by its rounding, 2^-52 times the depth of the sum at most.
			if math.Abs(p.Mean-want.Mean) > 1e-10 || math.Abs(p.Std-want.Std) > 1e-10 {
				t.Errorf("mean %.12f, std %.12f; want %.12f, %.12f", p.Mean, p.Std, want.Mean, want.Std)
			}
			worst := 0.0
			for i, bits := range words(name + "/standard_head") {
				worst = max(worst, math.Abs(float64(p.X[i])-float64(math.Float32frombits(bits))))
			}
			if !(worst <= want.StandardAtol) || want.StandardAtol == 0 {
				t.Errorf("standardised pixels differ by %g, want at most %g", worst, want.StandardAtol)
			}
			t.Logf("standardised pixels differ by %.2g at most", worst)
		})
	}
}
