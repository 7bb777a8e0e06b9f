package safetensors

import (
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"testing"
)

// most is the limit of the tests.
const most = 1 << 20

func sample() *File {
	return &File{
		Tensors: map[string]Tensor{
			"conv1.weight": FromFloat32([]float32{1, -2, 0.5, float32(math.Pi)}, 2, 2),
			"a":            FromFloat32([]float32{7}),
			"labels":       {I32, []int{2}, []byte{1, 0, 0, 0, 255, 255, 255, 255}},
			"empty":        FromFloat32(nil, 0, 3),
		},
		Metadata: map[string]string{"seed": "1"},
	}
}

func TestEncodeDecodeRoundTrip(t *testing.T) {
	b, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	f, err := Decode(b, most)
	if err != nil {
		t.Fatal(err)
	}
	if f.Metadata["seed"] != "1" {
		t.Errorf("metadata %v", f.Metadata)
	}
	w, err := f.Tensors["conv1.weight"].Float32()
	if err != nil || !reflect.DeepEqual(w, []float32{1, -2, 0.5, float32(math.Pi)}) {
		t.Errorf("weights %v, error %v", w, err)
	}
	labels, err := f.Tensors["labels"].Int32()
	if err != nil || !reflect.DeepEqual(labels, []int32{1, -1}) {
		t.Errorf("labels %v, error %v", labels, err)
	}
	if _, err := f.Tensors["labels"].Float32(); err == nil {
		t.Error("int32 read as float32 without an error")
	}
	again, err := f.Encode()
	if err != nil || string(again) != string(b) {
		t.Errorf("decoded and encoded again, the bytes differ (error %v)", err)
	}
}

func TestTensorsMayBeEmpty(t *testing.T) {
	b := file(`{"a":{"dtype":"F32","shape":[5,0],"data_offsets":[0,0]}}`, 0)
	f, err := Decode(b, most)
	if err != nil || len(f.Tensors["a"].Data) != 0 {
		t.Fatalf("%+v, error %v", f, err)
	}
	if _, err := f.Encode(); err != nil {
		t.Error(err)
	}
}

// file makes a file of a header and a number of zero bytes.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"nothing":         {nil, "shorter than the 8"},
		"not safetensors": {[]byte("\x89PNG\r\n\x1a\n and so on"), "not a safetensors file"},
		"no JSON":         {file("{", 0), "header"},
		"unknown dtype":   {file(`{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}`, 4), "dtype"},
		"wrong size":      {file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "takes 8 bytes"},
		"out of file":     {file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4), "outside"},
		"backwards":       {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "outside"},
		"negative shape":  {file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "negative"},
		"huge shape":      {file(`{"a":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,4]}}`, 4), "too large"},
		"overlap":         {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "overlap"},
		"hole":            {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "hole"},
		"trailing":        {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8), "8 bytes of data"},
		"unknown field":   {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4), "unknown field"},
		"bad metadata":    {file(`{"__metadata__":{"a":1}}`, 0), "metadata"},
		"null metadata":   {file(`{"__metadata__":{"a":null}}`, 0), "null"},
		"a name twice":    {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "twice"},
		"a field twice":   {file(`{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, 4), "twice"},
		"three offsets":   {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, 4), "two data_offsets"},
		"no offsets":      {file(`{"a":{"dtype":"F32","shape":[0]}}`, 0), "two data_offsets"},
		"no shape":        {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), "want dtype, shape"},
		"other case":      {file(`{"a":{"DTYPE":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "unknown field"},
		"two headers":     {file(`{}{}`, 0), "more follows"},
		"a list":          {file(`[]`, 0), "want an object"},
		"too large":       {make([]byte, most+1), "at most"},
	} {
		if _, err := Decode(c.b, most); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one about %q", name, err, c.want)
		}
	}
}

// FuzzDecode: no file makes Decode panic, and what it accepts encodes to a
// file with the same tensors.
func FuzzDecode(f *testing.F) {
	b, err := sample().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"b":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Decode(b, most)
		if err != nil {
			return
		}
		again, err := x.Encode()
		if err != nil {
			t.Fatalf("accepted, but does not encode: %v", err)
		}
		y, err := Decode(again, most)
		if err != nil {
			t.Fatalf("encoded again, not accepted: %v", err)
		}
		if len(x.Tensors) != len(y.Tensors) {
			t.Fatalf("%d tensors became %d", len(x.Tensors), len(y.Tensors))
		}
		for name, a := range x.Tensors {
			if c := y.Tensors[name]; a.DType != c.DType || string(a.Data) != string(c.Data) || len(a.Shape) != len(c.Shape) {
				t.Fatalf("tensor %q changed", name)
			}
		}
	})
}
