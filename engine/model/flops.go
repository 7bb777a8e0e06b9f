package model

// TrainingFLOPs is the number of floating-point operations that training on
// one pair takes in the layers' weights: a multiplication and an addition
// wherever a weight is used, for the output, for the weight's gradient and for
// the input's. It counts the sums as they are written; kernels that come to
// them by fewer multiplications do less work than this.
func (c Config) TrainingFLOPs() float64 {
	sum := 0
	for i, l := range c.Layers() {
		if l.Kind != ConvLayer && l.Kind != LinearLayer {
			continue
		}
		uses := l.Out[0] * l.Out[1] // of each weight in a pair
		if l.Branch {
			uses *= 2
		}
		passes := 3
		switch {
		case l.Idle:
			passes = 1
		case i == 0: // the images get no gradient
			passes = 2
		}
		weights := l.Parameters - l.Out[2] // but for the biases
		sum += 2 * weights * uses * passes
	}
	return float64(sum)
}
