package train

// Result is what one finished run reports; its JSON form is a round of
// pairlab.result/v1. Accuracies are fractions, losses means per pair.
type Result struct {
	Seed           uint64  `json:"seed"`
	TestAccuracy   float64 `json:"testAccuracy"`       // after the last epoch
	TrainAccuracy  float64 `json:"trainAccuracy"`      // of the last epoch
	Seconds        float64 `json:"seconds"`            // training only
	PairsPerSecond float64 `json:"pairsPerSecond"`     // training only
	Digest         string  `json:"digest"`             // SHA-256 of the final state, hex
	Diverged       int     `json:"diverged,omitempty"` // epoch (from 1) whose loss was not finite; 0 if none
	Epochs         []Epoch `json:"epochs"`
}

// Epoch is one pass over the training pairs. The training figures are means
// over its batches as they were trained on (batch statistics, before each
// update); the test figures are taken after it, on running statistics.
type Epoch struct {
	TrainLoss     float64 `json:"trainLoss"`
	TestLoss      float64 `json:"testLoss"`
	TrainAccuracy float64 `json:"trainAccuracy"`
	TestAccuracy  float64 `json:"testAccuracy"`
}

// Progress says how far a run is; it is sent as often as a display wants it.
type Progress struct {
	Epoch          int     `json:"epoch"`   // from 1
	Epochs         int     `json:"epochs"`  //
	Batch          int     `json:"batch"`   // batches done in this epoch
	Batches        int     `json:"batches"` // batches in an epoch
	Loss           float64 `json:"loss"`    // mean over this epoch so far
	Accuracy       float64 `json:"accuracy"`
	Seconds        float64 `json:"seconds"` // training so far
	PairsPerSecond float64 `json:"pairsPerSecond"`
}
