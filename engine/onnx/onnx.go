// Package onnx writes a trained network as an ONNX model, which other
// runtimes can evaluate without PairLab.
//
// The model has one input and, for a siamese, two outputs more:
//
//	pair          float32 [N, 2, 14, 14]   the two digits, standardised as in training
//	pair_logits   float32 [N, 2]           of "first > second" and "first <= second"
//	left_logits   float32 [N, 10]          of the first digit's class
//	right_logits  float32 [N, 10]          of the second's
//
// N is any number of pairs. The networks are as they are after training:
// batch norm uses the running statistics. Initialisers have the parameters'
// names, so that they can be compared with a safetensors file; the metadata
// are those of package modelfile.
//
// # Why no ONNX library?
//
// The format is protocol buffers, of which a network needs some forty fields:
// wire.go has their numbers. The wire format itself is left to
// google.golang.org/protobuf/encoding/protowire, which adds 2 KB to the
// compressed program; a generated schema would add its whole runtime. That
// the result is right is for onnxruntime to say: see the test.
//
// It imports model and modelfile. Start reading at [Export].
package onnx

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/safetensors"
)

const (
	irVersion   = 7  // of ONNX's file format: the one that came with the operators
	operatorSet = 13 // of December 2020, which runtimes have had for long
)

// The names of input and outputs.
const (
	Pair        = "pair"
	PairLogits  = "pair_logits"
	LeftLogits  = "left_logits"
	RightLogits = "right_logits"
)

// Export writes the model. The same network and provenance give the same
// bytes. A network with values that are not finite, or a provenance that is
// not its own, is an error.
func Export(m *model.Model[float32], p modelfile.Provenance) ([]byte, error) {
	metadata, err := modelfile.Metadata(m, p)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	graph, err := encodeGraph(m)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	var out, opset message
	out.integer(modelIRVersion, irVersion)
	out.text(modelProducer, "PairLab")
	opset.integer(opsetVersion, operatorSet)
	out.bytes(modelOpset, opset)
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		var entry message
		entry.text(entryKey, key)
		entry.text(entryValue, metadata[key])
		out.bytes(modelMetadata, entry)
	}
	out.bytes(modelGraph, graph)
	return out, nil
}

func encodeGraph(m *model.Model[float32]) (message, error) {
	var g message
	g.text(graphName, string(m.Config.Kind))
	g.text(graphDoc, doc(m.Config))
	g.bytes(graphInput, value(Pair, 2, model.Side, model.Side))
	g.bytes(graphOutput, value(PairLogits, 2))
	if m.Config.Siamese() {
		g.bytes(graphOutput, value(LeftLogits, model.Digits))
		g.bytes(graphOutput, value(RightLogits, model.Digits))
		addSiamese(&g, m.Config)
	} else {
		addBaseline(&g, m.Config)
	}
	add := func(name string, shape []int, data []float32) error {
		if err := safetensors.Finite(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		g.bytes(graphInitializer, tensor(name, shape, data))
		return nil
	}
	for _, p := range m.Params.List {
		if err := add(p.Name, p.Shape, p.Data); err != nil {
			return nil, err
		}
	}
	for _, b := range m.Params.Buffers {
		if err := add(b.Name, b.Shape, b.Data); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// doc tells whoever opens the file how to ask and what the answer is.
func doc(c model.Config) string {
	const input = "Says of two MNIST digits whether the first is smaller than or equal to the second. " +
		"pair: 14x14 images, each pixel the mean of 2x2 of MNIST's (0..255), then (pixel - mean) / std, with the mean and std of the metadata. "
	if c.Kind == model.Siamese10 {
		return input + "Answer: yes if argmax(left_logits) <= argmax(right_logits). pair_logits are untrained if the weight of their loss was 0."
	}
	return input + "Answer: yes if argmax(pair_logits) is 1."
}
