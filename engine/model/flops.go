package model

// layer is what a weight of one of the network's layers costs.
type layer struct {
	name    string // its parameters', without a branch's prefix
	weights int
	uses    int  // of each weight in a pair: the places, in both branches, where it is multiplied
	first   bool // it reads the images, which get no gradient
	idle    bool // no loss trains it
}

// layers are the network's layers that have weights: see baseline.go and
// siamese.go for their shapes.
func (c Config) layers() []layer {
	if !c.Siamese() {
		return []layer{
			{name: "conv1", weights: 2 * c.Ch1 * 4 * 4, uses: 11 * 11, first: true},
			{name: "conv2", weights: c.Ch1 * c.Ch2 * 4 * 4, uses: 5 * 5},
			{name: "lin1", weights: 25 * c.Ch2 * c.FC, uses: 1},
			{name: "lin2", weights: c.FC * c.FC, uses: 1},
			{name: "head", weights: c.FC * 2, uses: 1},
		}
	}
	return []layer{
		{name: "conv1", weights: c.Ch1 * 3 * 3, uses: 2 * 12 * 12, first: true},
		{name: "conv2", weights: c.Ch1 * c.Ch2 * 6 * 6, uses: 2},
		{name: "lin1", weights: c.Ch2 * c.FC, uses: 2},
		{name: "lin2", weights: c.FC * Digits, uses: 2},
		{name: "head", weights: 2 * Digits * 2, uses: 1, idle: c.PairLoss == 0},
	}
}

// TrainingFLOPs is the number of floating-point operations that training on
// one pair takes in the layers' weights: a multiplication and an addition
// wherever a weight is used, for the output, for the weight's gradient and for
// the input's. It counts the sums as they are written; kernels that come to
// them by fewer multiplications do less work than this.
func (c Config) TrainingFLOPs() float64 {
	sum := 0
	for _, l := range c.layers() {
		passes := 3
		switch {
		case l.idle:
			passes = 1
		case l.first:
			passes = 2
		}
		sum += 2 * l.weights * l.uses * passes
	}
	return float64(sum)
}
