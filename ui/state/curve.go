package state

import "github.com/pairlab/pairlab/engine/train"

// Curves are a model's figures by epoch. Mean is over the finished rounds that
// did not diverge; while there are none, it is empty. Live is of the run shown.
type Curves struct {
	Mean, Live []train.Epoch
}

// Curves are the model's curves now.
func (m *Model) Curves() Curves {
	_, _, live, _ := m.Live()
	return Curves{Mean: meanEpochs(m.Finished), Live: live}
}

func meanEpochs(rounds []train.Result) []train.Epoch {
	var sum []train.Epoch
	var count []float64
	for _, r := range rounds {
		if r.Diverged > 0 {
			continue
		}
		for i, e := range r.Epochs {
			if i == len(sum) {
				sum, count = append(sum, train.Epoch{}), append(count, 0)
			}
			sum[i].TrainLoss += e.TrainLoss
			sum[i].TestLoss += e.TestLoss
			sum[i].TrainAccuracy += e.TrainAccuracy
			sum[i].TestAccuracy += e.TestAccuracy
			count[i]++
		}
	}
	for i, n := range count {
		sum[i].TrainLoss /= n
		sum[i].TestLoss /= n
		sum[i].TrainAccuracy /= n
		sum[i].TestAccuracy /= n
	}
	return sum
}
