// Package safetensors reads and writes the safetensors format: a
// little-endian u64 with the length of a JSON header, the header (name →
// dtype, shape, data_offsets, and __metadata__), then the raw little-endian
// data. It is strict: offsets must lie in the file, in shape's size, without
// overlap or holes, so that a file has one reading only.
//
// The format: https://huggingface.co/docs/safetensors. It imports no other
// package of the engine.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

const metadataKey = "__metadata__"

// The dtypes that the package has accessors for.
const (
	F32 = "F32"
	I32 = "I32"
)

// dtypeSize is the bytes of one element of each dtype of the format.
func dtypeSize(dtype string) int {
	switch dtype {
	case "F64", "I64", "U64":
		return 8
	case F32, I32, "U32":
		return 4
	case "F16", "BF16", "I16", "U16":
		return 2
	case "I8", "U8", "BOOL":
		return 1
	}
	return 0
}

// Tensor is one named entry: Data holds its little-endian elements.
type Tensor struct {
	DType string
	Shape []int
	Data  []byte
}

// File is a decoded file. Tensors alias the bytes that were decoded.
type File struct {
	Tensors  map[string]Tensor
	Metadata map[string]string
}

type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"` // begin and end
}

// Decode reads a file of at most so many bytes.
func Decode(b []byte, most int) (*File, error) {
	if len(b) > most {
		return nil, fmt.Errorf("safetensors: file of %d bytes, want at most %d", len(b), most)
	}
	if len(b) < 8 {
		return nil, fmt.Errorf("safetensors: file of %d bytes is shorter than the 8 that give the header's length", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(len(b)-8) {
		return nil, fmt.Errorf("safetensors: header of %d bytes in a file of %d: not a safetensors file, or cut short", n, len(b))
	}
	header, data := b[8:8+n], b[8+n:]
	raw, err := object(header)
	if err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{Tensors: map[string]Tensor{}}
	entries := map[string]entry{}
	for name, text := range raw {
		if name == metadataKey {
			if f.Metadata, err = readMetadata(text); err != nil {
				return nil, fmt.Errorf("safetensors: %s: want strings by name: %w", metadataKey, err)
			}
			continue
		}
		e, err := readEntry(text)
		if err == nil {
			err = e.check(len(data))
		}
		if err != nil {
			return nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
		}
		entries[name] = e
		f.Tensors[name] = Tensor{e.DType, e.Shape, data[e.Offsets[0]:e.Offsets[1]]}
	}
	return f, covered(entries, len(data))
}

// object reads a JSON object. Of a name that is there twice encoding/json would
// take the last one, and take names in any case for those of a struct.
func object(text []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	first, err := d.Token()
	if err != nil {
		return nil, err
	}
	if first != json.Delim('{') {
		return nil, errors.New("want an object")
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		if _, twice := members[name.(string)]; twice { // an object's names are strings
			return nil, fmt.Errorf("%q is there twice", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		members[name.(string)] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more follows the object")
	}
	return members, nil
}

func readMetadata(text []byte) (map[string]string, error) {
	members, err := object(text)
	if err != nil {
		return nil, err
	}
	metadata := map[string]string{}
	for name, value := range members {
		var s *string
		if err := json.Unmarshal(value, &s); err != nil {
			return nil, err
		}
		if s == nil {
			return nil, fmt.Errorf("%q is null", name)
		}
		metadata[name] = *s
	}
	return metadata, nil
}

func readEntry(text []byte) (e entry, err error) {
	members, err := object(text)
	if err != nil {
		return e, err
	}
	to := map[string]any{"dtype": &e.DType, "shape": &e.Shape, "data_offsets": &e.Offsets}
	for name, value := range members {
		if to[name] == nil {
			return e, fmt.Errorf("unknown field %q", name)
		}
		if err := json.Unmarshal(value, to[name]); err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
	}
	if e.Shape == nil || len(e.Offsets) != 2 {
		return e, errors.New("want dtype, shape and two data_offsets")
	}
	return e, nil
}

func (e entry) check(size int) error {
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin < 0 || end < begin || end > size {
		return fmt.Errorf("offsets %v outside the %d bytes of data", e.Offsets, size)
	}
	want := dtypeSize(e.DType)
	if want == 0 {
		return fmt.Errorf("unknown dtype %q", e.DType)
	}
	const most = math.MaxInt32 // of a factor: their products do not overflow
	for _, d := range e.Shape {
		if d < 0 || d > most || want > most {
			return fmt.Errorf("shape %v is negative or too large", e.Shape)
		}
		want *= d
	}
	if end-begin != want {
		return fmt.Errorf("%s of shape %v takes %d bytes, but offsets %v give %d", e.DType, e.Shape, want, e.Offsets, end-begin)
	}
	return nil
}

// covered checks that the entries cover the data without overlap or hole.
func covered(entries map[string]entry, size int) error {
	// Keys that sort as the offsets do: a sort by a function of names would be
	// the only one in the program, and take 20 KB.
	const width = 40
	keys := make([]string, 0, len(entries))
	for name, e := range entries {
		keys = append(keys, fmt.Sprintf("%020d%020d%s", e.Offsets[0], e.Offsets[1], name))
	}
	slices.Sort(keys)
	at := 0
	for _, key := range keys {
		name := key[width:]
		if o := entries[name].Offsets; o[0] != at {
			return fmt.Errorf("safetensors: tensor %q begins at %d where the one before ends at %d: overlap or hole", name, o[0], at)
		}
		at = entries[name].Offsets[1]
	}
	if at != size {
		return fmt.Errorf("safetensors: %d bytes of data, of which tensors take %d", size, at)
	}
	return nil
}

// Encode writes the file, tensors in order of name: the same tensors give the
// same bytes.
func (f *File) Encode() ([]byte, error) {
	header := map[string]any{}
	if len(f.Metadata) > 0 {
		header[metadataKey] = f.Metadata
	}
	var data []byte
	for _, name := range slices.Sorted(maps.Keys(f.Tensors)) {
		t := f.Tensors[name]
		if name == metadataKey {
			return nil, fmt.Errorf("safetensors: no tensor can be called %s", metadataKey)
		}
		begin := len(data)
		data = append(data, t.Data...)
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		e := entry{t.DType, shape, []int{begin, len(data)}}
		if err := e.check(len(data)); err != nil {
			return nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
		}
		header[name] = e
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	for len(text)%8 != 0 { // keeps the data aligned for readers that map the file
		text = append(text, ' ')
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return append(append(b, text...), data...), nil
}

// FromFloat32 makes an F32 tensor.
func FromFloat32(x []float32, shape ...int) Tensor {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return Tensor{F32, shape, b}
}

// Float32 returns the elements of an F32 tensor.
func (t Tensor) Float32() ([]float32, error) {
	if t.DType != F32 {
		return nil, fmt.Errorf("safetensors: dtype %s, want %s", t.DType, F32)
	}
	x := make([]float32, len(t.Data)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
	}
	return x, nil
}

// Int32 returns the elements of an I32 tensor.
func (t Tensor) Int32() ([]int32, error) {
	if t.DType != I32 {
		return nil, fmt.Errorf("safetensors: dtype %s, want %s", t.DType, I32)
	}
	x := make([]int32, len(t.Data)/4)
	for i := range x {
		x[i] = int32(binary.LittleEndian.Uint32(t.Data[4*i:]))
	}
	return x, nil
}

// ErrNotFinite is what Finite returns.
var ErrNotFinite = errors.New("safetensors: a value is not finite")

// Finite reports NaN and infinite values of x.
func Finite(x []float32) error {
	for _, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return ErrNotFinite
		}
	}
	return nil
}
