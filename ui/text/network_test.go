package text

import (
	"testing"

	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/engine/model"
)

// digit is probabilities with p for the digit d and the rest for another.
func digit(d int, p float64, other int) []float64 {
	x := make([]float64, 10)
	x[d], x[other] = p, 1-p
	return x
}

func TestAnswersInWords(t *testing.T) {
	siamese := ask.Answer{Yes: true, Probability: 0.971, Left: digit(3, 0.98, 8), Right: digit(7, 0.999, 1)}
	baseline := ask.Answer{Probability: 0.83}
	networks := []Network{{Kind: model.Baseline}, {Kind: model.Siamese10, File: "a.safetensors"}}
	const want = "Baseline: First ≤ second: no, 83\u00a0%. Siamese10, loaded: 3 ≤ 7: yes, 97\u00a0%."
	if got := Heard(networks, []ask.Answer{baseline, siamese}); got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	for _, c := range []struct {
		left, right int
		want        string
	}{{3, 7, "right"}, {7, 3, "wrong"}, {4, 4, "right"}, {-1, 3, ""}, {3, -1, ""}} {
		if got := Right(siamese, c.left, c.right); got != c.want {
			t.Errorf("yes about %d and %d is %q, want %q", c.left, c.right, got, c.want)
		}
	}
	if got, want := Reading("First", siamese.Left), "First digit: 3 with 98\u00a0%, 8 with 2\u00a0%"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Reading("Second", siamese.Right), "Second digit: 7 with 100\u00a0%"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Reading("First", digit(0, 0.6, 9)), "First digit: 0 with 60\u00a0%, 9 with 40\u00a0%"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOriginOfANetwork(t *testing.T) {
	n := Network{Kind: model.Siamese10, Seed: 4, Epoch: 3, Epochs: 25, Accuracy: 0.9512}
	if got, want := n.Origin(), "Seed 4, epoch 3 of 25, 95.1\u00a0% on its test pairs"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	n.Epoch, n.File = 25, "mine.safetensors"
	if got, want := n.Origin(), "Seed 4, 25 epochs, 95.1\u00a0% on its test pairs, from mine.safetensors"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := n.FileName(), "pairlab-siamese10-seed4-epoch25"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
