package experiment

import (
	"math"
	"strconv"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// Schema names the result document's form.
const Schema = "pairlab.result/v1"

// Result is an experiment's result, finished or so far.
type Result struct {
	Schema      string        `json:"schema"`
	Config      Config        `json:"config"`
	Environment Environment   `json:"environment"`
	Models      []ModelResult `json:"models"`
}

// Environment is where an experiment was run.
type Environment struct {
	UserAgent string `json:"userAgent"`
	Kernels   string `json:"kernels"`
	Workers   int    `json:"workers"`
	Isolated  bool   `json:"isolated"` // the page was cross-origin isolated
}

// ModelResult is one model's finished rounds, in order, and their summary.
type ModelResult struct {
	Name       model.Kind `json:"name"`
	Parameters int        `json:"parameters"` // 0 before the first run began
	Summary
	Rounds []train.Result `json:"rounds"`
	// Unfinished holds the epochs so far of rounds that have begun and not ended.
	Unfinished []Unfinished `json:"unfinished,omitempty"`
}

// Unfinished is a run in progress, or one that was stopped.
type Unfinished struct {
	Seed   uint64        `json:"seed"`
	Epochs []train.Epoch `json:"epochs"`
}

// Number is a figure that may not exist, such as the standard deviation of one
// value. Then it is NaN, and null in JSON.
type Number float64

// Valid says whether there is a figure.
func (n Number) Valid() bool { return finite(float64(n)) }

// MarshalJSON writes null for what is not a finite number.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Valid() {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', -1, 64), nil
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(text), 64)
	*n = Number(v)
	return err
}
