package experiment

import "github.com/pairlab/pairlab/engine/model"

// Published is a model's line in the published table: test accuracy over ten
// runs of 25 epochs on 1,000 pairs, as fractions.
type Published struct {
	Mean, Std  float64
	Parameters int
	Runs       int
}

// The best published test accuracy from 1,000 training pairs, whatever the
// network and its training: mean and standard deviation, as fractions.
const (
	BestPublishedMean = 0.9826
	BestPublishedStd  = 0.0034
)

// PublishedFor is the published line of a model; zero for one that has none.
func PublishedFor(kind model.Kind) Published {
	switch kind {
	case model.Baseline:
		return Published{Mean: 0.8323, Std: 0.0117, Parameters: 289_666, Runs: 10}
	case model.Siamese2:
		return Published{Mean: 0.9150, Std: 0.0165, Parameters: 20_620, Runs: 10}
	case model.Siamese10:
		return Published{Mean: 0.9723, Std: 0.0057, Parameters: 39_588, Runs: 10}
	}
	return Published{}
}
