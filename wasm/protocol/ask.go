package protocol

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
)

// The requests about trained networks. A worker that is asked keeps networks
// by names that the page gives them.
const (
	OpOpen   Op = "open"   // keep a network, whose file or state comes with it; answered by Done with Network
	OpAsk    Op = "ask"    // put a pair of digits to networks; drawings come with it as left and right; answered by Done with Asked, and bytes: what the networks see
	OpExport Op = "export" // write a network as a file; answered by Done with its bytes
)

// Open says what network comes with an [OpOpen] request: the state of a run,
// sealed, or, without Trained, a file as package modelfile writes it. A network
// that was kept under the name before is replaced; after an error it is as it
// was.
type Open struct {
	Name    string   `json:"name"`
	Kernels string   `json:"kernels"`
	Trained *Trained `json:"trained,omitempty"`
	Rows    int      `json:"rows,omitempty"` // pairs that it is asked at once, at most; 0 is 1
}

// Trained is the run of a state.
type Trained struct {
	Run      experiment.Run `json:"run"`
	Settings string         `json:"settings"` // those that make this run alone, as a query string
	Epoch    int            `json:"epoch"`
	Date     string         `json:"date,omitempty"`
	Outcome
}

// Outcome is what a worker says of a run beside its state.
type Outcome struct {
	Accuracy float64 `json:"accuracy"` // on the test pairs
	Mean     float64 `json:"mean"`     // of the training pairs' pixels, as in modelfile.Provenance
	Std      float64 `json:"std"`
}

// Network is what a network that was opened is.
type Network struct {
	Config     model.Config         `json:"config"`
	Provenance modelfile.Provenance `json:"provenance"`
}

// Ask is a question: two digits, and the names of the networks to ask. With
// one digit missing, only what the networks would see of the other is wanted.
type Ask struct {
	Names []string `json:"names"`
	Left  *Digit   `json:"left,omitempty"`
	Right *Digit   `json:"right,omitempty"`
}

// Digit is a digit of a question: a drawing, RGBA of Side x Side pixels with
// the ink as opacity, or an image of the test set, whose pack must be loaded.
type Digit struct {
	Side  int `json:"side,omitempty"`  // 0: a test image
	Image int `json:"image,omitempty"` // its index
}

// Asked is the answer to a question.
type Asked struct {
	Left    Seen         `json:"left"`
	Right   Seen         `json:"right"`
	Answers []ask.Answer `json:"answers,omitempty"` // of the networks, in the order of their names
}

// Seen is what the networks see of a digit. The bytes that come with the answer
// are its [14, 14] pixels, ink 0..255, the first digit's before the second's.
type Seen struct {
	Shown bool `json:"shown"` // there was ink
	Label int  `json:"label"` // of a test image; -1 of a drawing
}

// Format is a kind of file to export.
type Format string

// The formats.
const (
	Safetensors Format = "safetensors"
	ONNX        Format = "onnx"
)

// Export says which network to write, and how.
type Export struct {
	Name   string `json:"name"`
	Format Format `json:"format"`
}

// asks says whether a request about trained networks is complete; known is
// false for all others.
func (r Request) asks() (known, complete bool) {
	switch r.Op {
	case OpOpen:
		return true, r.Open != nil
	case OpAsk:
		return true, r.Ask != nil
	case OpExport:
		return true, r.Export != nil
	case OpPairs, OpExamine, OpLayer:
		return true, r.Inside != nil
	}
	return false, false
}

// Check reports a format that there is not.
func (e Export) Check() error {
	if e.Format != Safetensors && e.Format != ONNX {
		return fmt.Errorf("protocol: format %q: want %q or %q", e.Format, Safetensors, ONNX)
	}
	return nil
}
