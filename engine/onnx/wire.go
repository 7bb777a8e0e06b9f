package onnx

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protocol buffers message as it is written, field by field.
type message []byte

func (m *message) integer(field protowire.Number, v int) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) float(field protowire.Number, v float32) {
	*m = protowire.AppendTag(*m, field, protowire.Fixed32Type)
	*m = protowire.AppendFixed32(*m, math.Float32bits(v))
}

func (m *message) text(field protowire.Number, s string) { m.bytes(field, []byte(s)) }

// bytes writes raw bytes, or an inner message.
func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, b)
}

// floats writes values as raw little-endian float32.
func (m *message) floats(field protowire.Number, x []float32) {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	m.bytes(field, b)
}

// The numbers of the fields that are written, from onnx/onnx.proto.
const (
	modelIRVersion   = 1
	modelProducer    = 2
	modelGraph       = 7
	modelOpset       = 8
	modelMetadata    = 14
	opsetVersion     = 2
	entryKey         = 1
	entryValue       = 2
	graphNode        = 1
	graphName        = 2
	graphInitializer = 5
	graphDoc         = 10
	graphInput       = 11
	graphOutput      = 12
	nodeInput        = 1
	nodeOutput       = 2
	nodeName         = 3
	nodeOp           = 4
	nodeAttribute    = 5
	attributeName    = 1
	attributeFloat   = 2
	attributeInt     = 3
	attributeInts    = 8
	attributeType    = 20
	tensorDims       = 1
	tensorDataType   = 2
	tensorName       = 8
	tensorRawData    = 9
	valueName        = 1
	valueType        = 2
	typeTensor       = 1
	typeElement      = 1
	typeShape        = 2
	shapeDim         = 1
	dimValue         = 1
	dimParam         = 2
)

// The values of enumerations that are written.
const (
	elementFloat   = 1 // TensorProto.FLOAT
	attributeFLOAT = 1 // AttributeProto.FLOAT, and so on
	attributeINT   = 2
	attributeINTS  = 7
)
