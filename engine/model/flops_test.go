package model

import "testing"

// Counted by hand: multiply-adds of a pair, forward, by layer.
func TestTrainingFLOPsAreThoseCountedByHand(t *testing.T) {
	const (
		// Baseline: outputs × channels × inputs × kernel.
		conv1, conv2     = 11 * 11 * 64 * 2 * 16, 5 * 5 * 64 * 64 * 16 // 247,808 and 1,638,400
		lin1, lin2, head = 1600 * 128, 128 * 128, 128 * 2
		// A digit's branch; the second convolution is 8 or 16 wide.
		digit1                   = 12 * 12 * 64 * 9 // 82,944
		digit2, read2            = 64 * 8 * 36, 8*64 + 64*10
		digit10, read10, compare = 64 * 16 * 36, 16*64 + 64*10, 20 * 2
	)
	trained, unlinked := Paper(Siamese10), Paper(Siamese2)
	trained.PairLoss = 1
	unlinked.Sharing, unlinked.BatchNorm = false, false
	for _, c := range []struct {
		name   string
		config Config
		want   int
	}{
		// Each layer once forward, once for its weights' gradient and, the
		// first apart, once for its input's.
		{"baseline", Paper(Baseline), 2 * (2*conv1 + 3*(conv2+lin1+lin2+head))}, // 12,150,272
		{"siamese2", Paper(Siamese2), 2 * (2*(2*digit1+3*(digit2+read2)) + 3*compare)},
		{"siamese10, whose comparison is not trained", Paper(Siamese10), 2 * (2*(2*digit1+3*(digit10+read10)) + compare)},
		{"siamese10 with it", trained, 2 * (2*(2*digit1+3*(digit10+read10)) + 3*compare)},
		{"two branches do the work of a shared one", unlinked, 2 * (2*(2*digit1+3*(digit2+read2)) + 3*compare)},
	} {
		if got := c.config.TrainingFLOPs(); got != float64(c.want) {
			t.Errorf("%s: %.0f, want %d", c.name, got, c.want)
		}
	}
	if got := Paper(Baseline).TrainingFLOPs(); got != 12_150_272 {
		t.Errorf("baseline: %.0f, want 12150272", got)
	}
}
