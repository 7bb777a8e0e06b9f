package onnx

import (
	"github.com/pairlab/pairlab/engine/autograd"
)

// path is a value on its way through layers, each of which adds a node to the
// graph. The nodes and what they compute are called values+layer; the
// parameters params+layer+".weight" and so on.
type path struct {
	graph          *message
	values, params string
	x              string // the name of the value so far
}

// node adds an operation on inputs, whose one output is where the path is
// then.
func (p *path) node(op, output string, inputs []string, attributes ...message) {
	addNode(p.graph, op, inputs, []string{output}, attributes)
	p.x = output
}

func addNode(graph *message, op string, inputs, outputs []string, attributes []message) {
	var n message
	for _, name := range inputs {
		n.text(nodeInput, name)
	}
	for _, name := range outputs {
		n.text(nodeOutput, name)
	}
	n.text(nodeName, outputs[0])
	n.text(nodeOp, op)
	for _, a := range attributes {
		n.bytes(nodeAttribute, a)
	}
	graph.bytes(graphNode, n)
}

// conv is a valid convolution with stride 1.
func (p *path) conv(layer string) {
	p.node("Conv", p.values+layer, p.with(layer, "weight", "bias"))
}

// pool takes the maximum of k x k windows.
func (p *path) pool(layer string, k, stride int) {
	p.node("MaxPool", p.values+layer, []string{p.x}, intsAttribute("kernel_shape", k, k), intsAttribute("strides", stride, stride))
}

// relu makes output of the value so far.
func (p *path) relu(output string) { p.node("Relu", output, []string{p.x}) }

// norm is batch normalisation on running statistics.
func (p *path) norm(layer string) {
	p.node("BatchNormalization", p.values+layer, p.with(layer, "weight", "bias", "running_mean", "running_var"), floatAttribute("epsilon", autograd.BatchNormEps))
}

// linear makes output = x·wᵀ + b.
func (p *path) linear(layer, output string) {
	p.node("Gemm", output, p.with(layer, "weight", "bias"), intAttribute("transB", 1))
}

// hidden is linear with a ReLU.
func (p *path) hidden(layer string) {
	p.linear(layer, p.values+layer)
	p.relu(p.values + layer + "_relu")
}

// logits is linear, with a ReLU if that is set, under a name of the graph's
// outputs.
func (p *path) logits(layer, output string, relu bool) {
	if !relu {
		p.linear(layer, output)
		return
	}
	p.linear(layer, p.values+layer)
	p.relu(output)
}

// with is the inputs of a layer: the value so far and the layer's tensors.
func (p *path) with(layer string, tensors ...string) []string {
	inputs := []string{p.x}
	for _, t := range tensors {
		inputs = append(inputs, p.params+layer+"."+t)
	}
	return inputs
}

func intAttribute(name string, v int) message {
	a := attribute(name, attributeINT)
	a.integer(attributeInt, v)
	return a
}

func intsAttribute(name string, list ...int) message {
	a := attribute(name, attributeINTS)
	for _, v := range list {
		a.integer(attributeInts, v)
	}
	return a
}

func floatAttribute(name string, v float32) message {
	a := attribute(name, attributeFLOAT)
	a.float(attributeFloat, v)
	return a
}

func attribute(name string, kind int) message {
	var a message
	a.text(attributeName, name)
	a.integer(attributeType, kind)
	return a
}

// tensor is an initialiser: a parameter or a running statistic.
func tensor(name string, shape []int, data []float32) message {
	var t message
	for _, d := range shape {
		t.integer(tensorDims, d)
	}
	t.integer(tensorDataType, elementFloat)
	t.text(tensorName, name)
	t.floats(tensorRawData, data)
	return t
}

// value describes an input or output [N, shape...], N being any number.
func value(name string, shape ...int) message {
	var n, dims message
	n.text(dimParam, "N")
	dims.bytes(shapeDim, n)
	for _, d := range shape {
		var m message
		m.integer(dimValue, d)
		dims.bytes(shapeDim, m)
	}
	var tensor, kind, v message
	tensor.integer(typeElement, elementFloat)
	tensor.bytes(typeShape, dims)
	kind.bytes(typeTensor, tensor)
	v.text(valueName, name)
	v.bytes(valueType, kind)
	return v
}
