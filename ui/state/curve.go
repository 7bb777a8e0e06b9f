package state

import (
	"math"

	"github.com/pairlab/pairlab/engine/train"
)

// Curves are a model's figures by epoch. Mean and Std, the unbiased standard
// deviation, are over the finished rounds that did not diverge. While there
// are none, Mean is empty; with fewer than two, Std is. Live is of the run
// shown.
type Curves struct {
	Mean, Std, Live []train.Epoch
}

// Curves are the model's curves now.
func (m *Model) Curves() Curves {
	_, _, live, _ := m.Live()
	return Curves{Mean: m.mean, Std: m.std, Live: live}
}

// overRounds are the mean and the standard deviation of each figure over the
// rounds that did not diverge, which all have as many epochs.
func overRounds(rounds []train.Result) (mean, std []train.Epoch) {
	n := 0.0
	add := func(to *[]train.Epoch, value func(figure, epoch int, v float64) float64) {
		for _, r := range rounds {
			if r.Diverged > 0 {
				continue
			}
			for i := range r.Epochs {
				if i == len(*to) {
					*to = append(*to, train.Epoch{})
				}
				from := figures(&r.Epochs[i])
				for f, sum := range figures(&(*to)[i]) {
					*sum += value(f, i, *from[f])
				}
			}
		}
	}
	finish := func(all []train.Epoch, of func(sum float64) float64) {
		for i := range all {
			for _, sum := range figures(&all[i]) {
				*sum = of(*sum)
			}
		}
	}
	for _, r := range rounds {
		if r.Diverged == 0 {
			n++
		}
	}
	add(&mean, func(_, _ int, v float64) float64 { return v })
	finish(mean, func(sum float64) float64 { return sum / n })
	if n < 2 {
		return mean, nil
	}
	add(&std, func(f, i int, v float64) float64 {
		off := v - *figures(&mean[i])[f]
		return off * off
	})
	finish(std, func(sum float64) float64 { return math.Sqrt(sum / (n - 1)) })
	return mean, std
}

// figures are what an epoch is measured by.
func figures(e *train.Epoch) [4]*float64 {
	return [...]*float64{&e.TrainLoss, &e.TestLoss, &e.TrainAccuracy, &e.TestAccuracy}
}
