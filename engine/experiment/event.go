package experiment

import (
	"encoding/json"
	"math"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// EventKind says what an Event tells.
type EventKind string

// The kinds of events, with the members of Event that they set.
const (
	DataEvent     EventKind = "data"     // Data: images are being fetched
	StartEvent    EventKind = "start"    // Model, Round, Parameters: a run begins, or is taken up again after epoch EpochNumber
	ProgressEvent EventKind = "progress" // Model, Round, Progress
	EpochEvent    EventKind = "epoch"    // Model, Round, Epoch, EpochNumber
	DoneEvent     EventKind = "done"     // Model, Round, Result: a run ended, or diverged; of one told again, Parameters too
	ErrorEvent    EventKind = "error"    // Error; Model and Round where it is of a run
)

// Event is what a trainer says while an experiment is running.
type Event struct {
	Kind  EventKind  `json:"kind"`
	Model model.Kind `json:"model,omitempty"`
	Round int        `json:"round"` // from 0

	Data        *DataProgress   `json:"data,omitempty"`
	Progress    *train.Progress `json:"progress,omitempty"`
	Epoch       *train.Epoch    `json:"epoch,omitempty"`
	EpochNumber int             `json:"epochNumber,omitempty"` // from 1
	Result      *train.Result   `json:"result,omitempty"`
	Parameters  int             `json:"parameters,omitempty"`
	Error       *Error          `json:"error,omitempty"`
}

// DataProgress is how much of all the files needed has been fetched, in bytes.
type DataProgress struct {
	File   string `json:"file"` // the one in hand
	Loaded int64  `json:"loaded"`
	Total  int64  `json:"total"`
}

// Error is a failure in words for the person at the page.
type Error struct {
	Message string `json:"message"`
	Retry   bool   `json:"retry"` // trying again may help
}

// MarshalJSON leaves out figures that JSON cannot write: the progress or the
// epoch of a run whose loss is no longer finite. Its DoneEvent says where it
// diverged.
func (e Event) MarshalJSON() ([]byte, error) {
	if p := e.Progress; p != nil && !finite(p.Loss, p.Accuracy, p.Seconds, p.PairsPerSecond) {
		e.Progress = nil
	}
	if e.Epoch != nil && !finiteEpoch(*e.Epoch) {
		e.Epoch = nil
	}
	if e.Result != nil {
		r := finiteResult(*e.Result)
		e.Result = &r
	}
	type plain Event
	return json.Marshal(plain(e))
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

func finiteEpoch(e train.Epoch) bool {
	return finite(e.TrainLoss, e.TestLoss, e.TrainAccuracy, e.TestAccuracy)
}

// finiteResult ends the epochs of a diverged run at the last finite one.
func finiteResult(r train.Result) train.Result {
	for i, e := range r.Epochs {
		if !finiteEpoch(e) {
			r.Epochs = r.Epochs[:i]
			break
		}
	}
	for _, v := range []*float64{&r.TestAccuracy, &r.TrainAccuracy, &r.Seconds, &r.PairsPerSecond} {
		if !finite(*v) {
			*v = 0
		}
	}
	return r
}
