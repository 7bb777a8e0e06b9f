package ui

import (
	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/ui/text"
)

// Networks is what the page asks of the program about trained networks. None
// of the methods waits: what they are given to call, they call later.
type Networks interface {
	// Ask puts a pair of digits to all networks.
	Ask(q Question, answered func(Answer, error))
	// Write makes a file of a network as it is then; format is "safetensors" or
	// "onnx".
	Write(name, format string, written func(n text.Network, file safejs.Value, err error))
	// Load takes a network from a file, a Uint8Array.
	Load(fileName string, file safejs.Value, loaded func(error))
}

// Question is two digits; nil for one that is not there yet.
type Question struct{ Left, Right *Digit }

// Digit is a drawing of Side x Side pixels, RGBA with the ink as opacity (a
// Uint8ClampedArray), or, if Side is 0, an image of the test set.
type Digit struct {
	Side  int
	RGBA  safejs.Value
	Image int
}

// Answer is what the networks say. Answers are of Networks, in their order;
// there are none if a digit is missing.
type Answer struct {
	Networks []text.Network
	Answers  []ask.Answer
	Seen     [2]Seen // first digit, second digit
}

// Seen is what the networks see of a digit.
type Seen struct {
	Shown  bool
	Label  int    // of a test image; -1 of a drawing
	Pixels []byte // [14, 14], ink 0..255
}
