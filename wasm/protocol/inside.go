package protocol

import "github.com/pairlab/pairlab/engine/inspect"

// The requests about what is inside trained networks. The test images must be
// loaded. Each says in Inside what it is about.
const (
	OpPairs   Op = "pairs"   // draw a round's test pairs; answered by Done with Inspected, and bytes: their pixels, [Pairs, 2, 14, 14], ink 0..255
	OpExamine Op = "examine" // put some of them to a network; answered by Done with Inspected
	OpLayer   Op = "layer"   // draw a first layer, which comes with it as first (see inspect.EncodeLayer), or else that of a network; answered by Done with Inspected, and bytes: the pictures
)

// Inside says what is to be inspected.
type Inside struct {
	Name  string `json:"name,omitempty"` // of an open network
	Seed  uint64 `json:"seed"`           // of the round whose test pairs they are
	Pairs int    `json:"pairs"`          // in the round

	From int `json:"from,omitempty"` // of OpExamine: pairs [From, To)
	To   int `json:"to,omitempty"`

	Pair   int  `json:"pair,omitempty"`   // of OpLayer: whose maps
	Passed bool `json:"passed,omitempty"` // as the next layer gets them
}

// Inspected is the answer.
type Inspected struct {
	Digits []int8  `json:"digits,omitempty"` // of OpPairs: [Pairs, 2], the classes
	Images []int32 `json:"images,omitempty"` // [Pairs, 2], their numbers in the test set

	Answers *inspect.Answers `json:"answers,omitempty"` // of OpExamine

	// Of OpLayer: the filters, of the first digit and the second where they
	// differ; then the maps, of both digits where each has its own.
	Filters []inspect.Atlas `json:"filters,omitempty"`
	Maps    []inspect.Atlas `json:"maps,omitempty"`
}
