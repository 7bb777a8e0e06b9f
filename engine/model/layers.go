package model

// LayerKind says what a layer does.
type LayerKind string

// The kinds of layers.
const (
	ConvLayer    LayerKind = "conv"    // a convolution without padding
	PoolLayer    LayerKind = "pool"    // the largest value in every window
	NormLayer    LayerKind = "norm"    // batch norm
	FlattenLayer LayerKind = "flatten" // a map to a vector
	LinearLayer  LayerKind = "linear"  // fully connected
	SoftmaxLayer LayerKind = "softmax" // logits to probabilities
	JoinLayer    LayerKind = "join"    // the two digits' vectors to one
)

// Layer is one step of a network, from images to logits.
type Layer struct {
	Kind LayerKind
	Name string // its parameters', without a branch's prefix; empty if it has none
	Size int    // side of a convolution's kernel or a pooling's window
	ReLU bool   // of its output

	Out        [3]int // height, width and channels of the output; a vector is 1 x 1
	Parameters int    // in one copy: without sharing, each branch has its own

	Branch bool    // each digit goes through it
	Loss   float64 // the weight of the cross-entropy of its output, of each digit's in a branch; 0 without
	Idle   bool    // it has parameters that no loss trains
}

// Copies is how many times the network has the layer's parameters.
func (c Config) Copies(l Layer) int {
	if l.Branch && !c.Sharing {
		return 2
	}
	return 1
}

// Parameters is how many parameters the network has.
func (c Config) Parameters() int {
	sum := 0
	for _, l := range c.Layers() {
		sum += l.Parameters * c.Copies(l)
	}
	return sum
}

// Layers are the network's layers, in the order of their work: see baseline.go
// and siamese.go, which write them onto a tape.
func (c Config) Layers() []Layer {
	s := stack{norms: c.BatchNorm}
	if !c.Siamese() {
		s.out = [3]int{Side, Side, 2}
		s.conv("conv1", c.Ch1, 4, false)
		s.pool(4, 1)
		s.norm("bn1")
		s.conv("conv2", c.Ch2, 4, true)
		s.norm("bn2")
		s.vector(FlattenLayer, s.out[0]*s.out[1]*s.out[2])
		s.linear("lin1", c.FC, true)
		s.linear("lin2", c.FC, true)
		s.linear("head", 2, false).Loss = c.PairLoss
		return s.layers
	}
	s.out, s.branch = [3]int{Side, Side, 1}, true
	s.conv("conv1", c.Ch1, 3, false)
	s.pool(2, 2)
	s.norm("bn1")
	s.conv("conv2", c.Ch2, 6, true)
	s.norm("bn2")
	s.linear("lin1", c.FC, true)
	s.norm("bn3")
	s.linear("lin2", Digits, c.LogitReLU).Loss = c.AuxLoss
	if c.Soft {
		s.vector(SoftmaxLayer, Digits)
	}
	s.branch = false
	s.vector(JoinLayer, 2*Digits)
	head := s.linear("head", 2, c.LogitReLU)
	head.Loss, head.Idle = c.PairLoss, c.PairLoss == 0
	return s.layers
}

// stack puts layers on top of one another.
type stack struct {
	layers        []Layer
	out           [3]int // of the last one
	branch, norms bool
}

// add is kept out of its callers: inlined, it would make their code ten times
// as large.
//
//go:noinline
func (s *stack) add(kind LayerKind, name string, size, parameters int, relu bool) *Layer {
	s.layers = append(s.layers, Layer{
		Kind: kind, Name: name, Size: size, ReLU: relu, Out: s.out, Parameters: parameters, Branch: s.branch,
	})
	return &s.layers[len(s.layers)-1]
}

func (s *stack) conv(name string, channels, size int, relu bool) {
	in := s.out[2]
	s.out = [3]int{s.out[0] - size + 1, s.out[1] - size + 1, channels}
	s.add(ConvLayer, name, size, (in*size*size+1)*channels, relu)
}

// pool is always followed by a ReLU.
func (s *stack) pool(size, stride int) {
	s.out[0], s.out[1] = (s.out[0]-size)/stride+1, (s.out[1]-size)/stride+1
	s.add(PoolLayer, "", size, 0, true)
}

func (s *stack) norm(name string) {
	if s.norms {
		s.add(NormLayer, name, 0, 2*s.out[2], false)
	}
}

func (s *stack) vector(kind LayerKind, width int) {
	s.out = [3]int{1, 1, width}
	s.add(kind, "", 0, 0, false)
}

func (s *stack) linear(name string, width int, relu bool) *Layer {
	in := s.out[0] * s.out[1] * s.out[2]
	s.out = [3]int{1, 1, width}
	return s.add(LinearLayer, name, 0, (in+1)*width, relu)
}
