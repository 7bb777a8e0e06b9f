package modelfile_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// network makes a network whose every value, running statistics included, is
// drawn.
func network(t testing.TB, c model.Config) *model.Model[float32] {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	m, err := model.New[float32](c, rng)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Params.Data {
		m.Params.Data[i] = float32(rng.NormFloat64())
	}
	for _, b := range m.Params.Buffers {
		for i := range b.Data {
			b.Data[i] = rng.Float32()
		}
	}
	m.Params.Changed()
	return m
}

func small(kind model.Kind) model.Config {
	c := model.Paper(kind)
	c.Ch1, c.Ch2, c.FC = 3, 2, 4
	return c
}

func narrow(kind model.Kind) model.Config {
	c := model.Paper(kind)
	c.Ch1, c.Ch2, c.FC = 1, 1, 1
	return c
}

func provenance(m *model.Model[float32]) modelfile.Provenance {
	return modelfile.Provenance{
		Settings: "?preset=paper&models=siamese10&epochs=25", Seed: 1<<53 - 1, Epochs: 25,
		Accuracy: 0.973, Mean: 33.318421, Std: 74.5, Date: "2024-05-06", Digest: m.Digest(),
	}
}

func encode(t testing.TB, m *model.Model[float32]) []byte {
	t.Helper()
	b, err := modelfile.Encode(m, provenance(m))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// configs are all ways in which the tensors of a network differ.
func configs() []model.Config {
	var all []model.Config
	for _, kind := range model.Kinds {
		all = append(all, model.Paper(kind))
		for _, norm := range []bool{true, false} {
			for _, sharing := range []bool{true, false} {
				c := small(kind)
				c.BatchNorm, c.Sharing = norm, sharing
				all = append(all, c)
			}
		}
	}
	return all
}

func TestReloadedNetworkIsTheSame(t *testing.T) {
	for _, c := range configs() {
		m := network(t, c)
		b := encode(t, m)
		got, p, err := modelfile.Decode(b)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if got.Config != c || p != provenance(m) || got.Digest() != m.Digest() {
			t.Errorf("%+v came back as %+v with %+v", c, got.Config, p)
		}
		if !reflect.DeepEqual(got.Params.Data, m.Params.Data) || !reflect.DeepEqual(got.Params.Buffers, m.Params.Buffers) {
			t.Errorf("%+v: values changed", c)
		}
		if again := encode(t, got); string(again) != string(b) {
			t.Errorf("%+v: encoded again, the bytes differ", c)
		}
	}
}

// Readers of safetensors find PyTorch's names and shapes, and text that a
// person can read.
func TestFileIsPlainSafetensors(t *testing.T) {
	f, err := safetensors.Decode(encode(t, network(t, model.Paper(model.Siamese10))), modelfile.MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]int{
		"conv1.weight": {64, 1, 3, 3}, "bn2.running_var": {16}, "lin2.bias": {10}, "head.weight": {2, 20},
	} {
		if got := f.Tensors[name]; got.DType != safetensors.F32 || fmt.Sprint(got.Shape) != fmt.Sprint(want) {
			t.Errorf("%s is %s %v, want F32 %v", name, got.DType, got.Shape, want)
		}
	}
	if p := f.Metadata["pairlab.provenance"]; !strings.Contains(p, `"settings":"?preset=paper&models=siamese10&epochs=25"`) {
		t.Errorf("provenance %s", p)
	}
}

func TestDecodeRefuses(t *testing.T) {
	m := network(t, small(model.Siamese2))
	type file = safetensors.File
	set := func(name string, values []float32, shape ...int) func(*file) {
		return func(f *file) { f.Tensors[name] = safetensors.FromFloat32(values, shape...) }
	}
	meta := func(key, old, new string) func(*file) {
		return func(f *file) {
			if !strings.Contains(f.Metadata[key], old) {
				t.Errorf("%s has no %s: %s", key, old, f.Metadata[key])
			}
			f.Metadata[key] = strings.Replace(f.Metadata[key], old, new, 1)
		}
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for want, change := range map[string]func(*file){
		`tensor "conv1.bias" is missing`:                func(f *file) { delete(f.Tensors, "conv1.bias") },
		`tensor "bn3.running_mean" is missing`:          func(f *file) { delete(f.Tensors, "bn3.running_mean") },
		`tensor "conv3.bias" is none of a siamese2's`:   set("conv3.bias", []float32{1}, 1),
		`tensor "conv1.bias" has shape [3 1], want [3]`: set("conv1.bias", []float32{1, 2, 3}, 3, 1),
		`tensor "lin1.bias" has shape [3], want [4]`:    set("lin1.bias", []float32{1, 2, 3}, 3),
		`tensor "head.bias": safetensors: dtype I32, want F32`: func(f *file) {
			f.Tensors["head.bias"] = safetensors.Tensor{DType: "I32", Shape: []int{2}, Data: make([]byte, 8)}
		},
		`tensor "lin1.bias": safetensors: a value is not`:    set("lin1.bias", []float32{1, 2, 3, nan}, 4),
		`tensor "bn1.running_mean": safetensors: a value is`: set("bn1.running_mean", []float32{1, -inf, 3}, 3),
		`tensor "bn1.running_var": a variance of -1`:         set("bn1.running_var", []float32{1, -1, 3}, 3),
		"one or the other was changed":                       set("head.bias", []float32{1, 2}, 2),
		`pairlab.schema is ""`:                               func(f *file) { f.Metadata = nil },
		`pairlab.schema is "pairlab.model/v2"`:               meta("pairlab.schema", "v1", "v2"),
		"pairlab.config: \"\": EOF":                          func(f *file) { delete(f.Metadata, "pairlab.config") },
		`unknown field "depth"`:                              meta("pairlab.config", `{`, `{"depth":1,`),
		"an entry is missing":                                meta("pairlab.config", `"ch1":3,`, ``),
		"written in another way":                             meta("pairlab.config", `"ch1"`, `"CH1"`),
		`network "siamese3"`:                                 meta("pairlab.config", `siamese2`, `siamese3`),
		"ch1=1000000000 ch2=2 fc=4 take more":                meta("pairlab.config", `"ch1":3`, `"ch1":1000000000`),
		"ch1=3 ch2=2 fc=9000000000000000000 take more":       meta("pairlab.config", `"fc":4`, `"fc":9000000000000000000`),
		`unknown field "x"`:                                  meta("pairlab.provenance", `{`, `{"x":1,`),
		"accuracy 1.5":                                       meta("pairlab.provenance", `0.973`, `1.5`),
		"-25 epochs":                                         meta("pairlab.provenance", `"epochs":25`, `"epochs":-25`),
		"want 64 digits":                                     meta("pairlab.provenance", m.Digest(), "0"+m.Digest()[2:]),
		"the values have digest " + m.Digest() + ", the":     meta("pairlab.provenance", m.Digest(), strings.Repeat("0", 64)),
		"standard deviation 0":                               meta("pairlab.provenance", `"std":74.5`, `"std":0`),
	} {
		f, err := safetensors.Decode(encode(t, m), modelfile.MaxSize)
		if err != nil {
			t.Fatal(err)
		}
		change(f)
		b, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, p, err := modelfile.Decode(b)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if got != nil || p != (modelfile.Provenance{}) {
			t.Errorf("%s: refused, but not whole", want)
		}
	}
}

// What the format itself rules out: see also package safetensors.
func TestDecodeRefusesBrokenFiles(t *testing.T) {
	good := encode(t, network(t, small(model.Baseline)))
	replaced := func(old, new string) []byte { return []byte(strings.Replace(string(good), old, new, 1)) }
	for want, b := range map[string][]byte{
		"shorter than the 8":      nil,
		"not a safetensors file":  []byte("\x89PNG\r\n\x1a\n and so on"),
		"outside the":             good[:len(good)-4],
		"of which tensors take":   append(good[:len(good):len(good)], 0, 0, 0, 0),
		"overlap or hole":         replaced(`"data_offsets":[0,12]`, `"data_offsets":[4,16]`),
		"at most 16777216":        make([]byte, modelfile.MaxSize+1),
		"unknown field \"extra\"": replaced(`"dtype":"F32"`, `"extra":"F32"`),
	} {
		if _, _, err := modelfile.Decode(b); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "modelfile: ") {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// A single changed bit of the values is noticed, wherever it is.
func TestDecodeNoticesEveryFlippedBit(t *testing.T) {
	good := encode(t, network(t, narrow(model.Siamese10)))
	f, err := safetensors.Decode(good, modelfile.MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	values := 0
	for x := range maps.Values(f.Tensors) {
		values += len(x.Data)
	}
	for at := len(good) - values; at < len(good); at++ {
		b := append([]byte{}, good...)
		b[at] ^= 1 << (at % 8)
		if _, _, err := modelfile.Decode(b); err == nil {
			t.Fatalf("byte %d of %d changed, no error", at, len(b))
		}
	}
}

func TestDecodeLetsOtherMetadataBe(t *testing.T) {
	f, err := safetensors.Decode(encode(t, network(t, small(model.Baseline))), modelfile.MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata["format"] = "pt"
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := modelfile.Decode(b); err != nil {
		t.Error(err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	m := network(t, small(model.Baseline))
	p := provenance(m)
	p.Digest = strings.Repeat("0", 64)
	if _, err := modelfile.Encode(m, p); err == nil || !strings.Contains(err.Error(), m.Digest()) {
		t.Errorf("another network's digest: error %v", err)
	}
	p = provenance(m)
	p.Settings = "\xff"
	if _, err := modelfile.Encode(m, p); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("settings that are no text: error %v", err)
	}
	m.Params.List[1].Data[0] = float32(math.Inf(-1))
	if _, err := modelfile.Encode(m, provenance(m)); err == nil || !strings.Contains(err.Error(), `"conv1.bias"`) {
		t.Errorf("a value that is not finite: error %v", err)
	}
	c := model.Paper(model.Baseline)
	c.FC = 2100 // 2100² parameters are 17.6 MB
	m, err := model.New[float32](c, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := modelfile.Encode(m, provenance(m)); err == nil || !strings.Contains(err.Error(), "the most is") {
		t.Errorf("a network too large: error %v", err)
	}
}

// FuzzDecode: no file makes Decode panic; what it accepts, it accepts again
// after Encode, with the same digest and provenance.
func FuzzDecode(f *testing.F) {
	for _, kind := range model.Kinds {
		b := encode(f, network(f, narrow(kind)))
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, p, err := modelfile.Decode(b)
		if err != nil {
			return
		}
		again, err := modelfile.Encode(m, p)
		if err != nil {
			t.Fatalf("accepted, but does not encode: %v", err)
		}
		n, q, err := modelfile.Decode(again)
		if err != nil {
			t.Fatalf("encoded again, not accepted: %v", err)
		}
		if n.Digest() != m.Digest() || p != q || n.Config != m.Config {
			t.Fatalf("%+v became %+v", p, q)
		}
	})
}
