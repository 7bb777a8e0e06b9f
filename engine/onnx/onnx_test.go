package onnx_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/onnx"
	"google.golang.org/protobuf/encoding/protowire"
)

// drawn makes a network whose batch norms, running statistics included, are
// drawn too, so that each of them matters.
func drawn(t *testing.T, c model.Config) *model.Model[float32] {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 8))
	m, err := model.New[float32](c, rng)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(x []float32, middle float64) {
		for i := range x {
			x[i] = float32(middle + rng.Float64() - 0.5)
		}
	}
	for _, p := range m.Params.List {
		if strings.Contains(p.Name, "bn") {
			fill(p.Data, map[bool]float64{true: 1, false: 0}[strings.HasSuffix(p.Name, "weight")])
		}
	}
	for _, b := range m.Params.Buffers {
		fill(b.Data, map[bool]float64{true: 1, false: 0}[strings.HasSuffix(b.Name, "var")])
	}
	m.Params.Changed()
	return m
}

func provenance(m *model.Model[float32]) modelfile.Provenance {
	return modelfile.Provenance{Settings: "?epochs=3", Seed: 1, Epochs: 3, Accuracy: 0.5, Mean: 33, Std: 74, Digest: m.Digest()}
}

func export(t *testing.T, m *model.Model[float32]) []byte {
	t.Helper()
	b, err := onnx.Export(m, provenance(m))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fields are a message's fields of one number that hold bytes.
func fields(t *testing.T, b []byte, number protowire.Number) [][]byte {
	t.Helper()
	var found [][]byte
	for len(b) > 0 {
		got, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		size := protowire.ConsumeFieldValue(got, kind, b[n:])
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		if got == number && kind == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(b[n:])
			found = append(found, v)
		}
		b = b[n+size:]
	}
	return found
}

// Whoever opens the file finds each tensor once, under its own name and with
// its own values, and the metadata that the safetensors file has.
func TestExportKeepsNamesValuesAndProvenance(t *testing.T) {
	m := drawn(t, model.Paper(model.Siamese10))
	b := export(t, m)
	tensors := map[string][]byte{}
	for _, x := range fields(t, fields(t, b, 7)[0], 5) {
		tensors[string(fields(t, x, 8)[0])] = fields(t, x, 9)[0]
	}
	if want := len(m.Params.List) + len(m.Params.Buffers); len(tensors) != want {
		t.Errorf("%d tensors, want %d", len(tensors), want)
	}
	for _, p := range m.Params.List {
		if !bytes.Equal(tensors[p.Name], littleEndian(p.Data)) {
			t.Errorf("%s is missing or changed", p.Name)
		}
	}
	for _, p := range m.Params.Buffers {
		if !bytes.Equal(tensors[p.Name], littleEndian(p.Data)) {
			t.Errorf("%s is missing or changed", p.Name)
		}
	}
	want, err := modelfile.Metadata(m, provenance(m))
	if err != nil {
		t.Fatal(err)
	}
	entries := fields(t, b, 14)
	if len(entries) != len(want) {
		t.Errorf("%d entries of metadata, want %d", len(entries), len(want))
	}
	for _, e := range entries {
		key, value := string(fields(t, e, 1)[0]), string(fields(t, e, 2)[0])
		if want[key] != value {
			t.Errorf("metadata %s: %q, want %q", key, value, want[key])
		}
	}
	if again := export(t, m); !bytes.Equal(again, b) {
		t.Error("exported twice, the bytes differ")
	}
}

func littleEndian(x []float32) []byte {
	var b []byte
	for _, v := range x {
		b = protowire.AppendFixed32(b, math.Float32bits(v))
	}
	return b
}

func TestExportRefuses(t *testing.T) {
	m := drawn(t, model.Paper(model.Baseline))
	p := provenance(m)
	m.Params.Data[0]++
	if _, err := onnx.Export(m, p); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("another network's provenance: error %v", err)
	}
	m.Params.Buffers[1].Data[0] = float32(math.NaN())
	if _, err := onnx.Export(m, provenance(m)); err == nil || !strings.Contains(err.Error(), "bn1.running_var") {
		t.Errorf("a value that is not finite: error %v", err)
	}
}
