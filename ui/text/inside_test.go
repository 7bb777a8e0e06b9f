package text

import (
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/engine/model"
)

func TestInsideWords(t *testing.T) {
	any := inspect.Any
	reads := inspect.Answers{Yes: []bool{true, false}, Probability: []float32{0.971, 0.6}, Left: []int8{3, 8}, Right: []int8{7, 1}}
	blind := inspect.Answers{Yes: []bool{true}, Probability: []float32{0.55}}
	join := func(a, b string) string { return a + "|" + b }
	n := Network{Kind: model.Siamese10, Epoch: 25, Epochs: 25}
	atlas := inspect.Atlas{Tiles: 64, Side: 3, Least: -0.5, Most: 0.254}
	for _, c := range []struct{ got, want string }{
		{Score(n, inspect.Cell{Right: 964, Pairs: 1000}, inspect.Cell{Right: 1967, Pairs: 2000}),
			"Siamese10 answers 964 of 1,000 test pairs right: 96.40\u00a0%. It reads 1,967 of 2,000 digits right: 98.35\u00a0%."},
		{Score(Network{Kind: model.Baseline}, inspect.Cell{Right: 3, Pairs: 4}, inspect.Cell{}), "Baseline answers 3 of 4 test pairs right: 75.00\u00a0%."},
		{Listed(inspect.All, 12, 1000, 29), "12 of 1,000 pairs; 29 wrong, shown first."},
		{Listed(inspect.Filter{First: 3, Second: any, Either: 0}, 1, 1, 0), "1 of 1 pair with first digit 3, either digit 0; 0 wrong, shown first."},
		{Listed(inspect.Filter{First: any, Second: 9, Either: any}, 0, 0, 0), "0 of 0 pairs with second digit 9."},
		{Truth(7, 2), "7 > 2"},
		{Truth(2, 2), "2 ≤ 2"},
		{join(Said(&reads, 0, 3, 7)), "yes, 97\u00a0%|"},
		{join(Said(&reads, 0, 3, 6)), "yes, 97\u00a0%|reads 3, 7"},
		{join(Said(&reads, 1, 1, 1)), "no, 60\u00a0%|wrong, reads 8, 1"},
		{join(Said(&blind, 0, 4, 1)), "yes, 55\u00a0%|wrong"},
		{AfterEpoch(5, 25), "epoch 5 of 25"},
		{AfterEpoch(5, 0), "epoch 5"},
		{FiltersAlt(atlas, "both digits", "epoch 5 of 25"), "64 filters of 3×3 weights for both digits, after epoch 5 of 25: from −0.50 to 0.25"},
		{MapsAlt(atlas, "the first digit", "epoch 5", PairName(7, 2, []int32{12, 3045})),
			"64 maps of 3×3 values of the first digit of the pair 7 > 2, test images 12 and 3045, after epoch 5: from −0.50 to 0.25"},
		{Asked("Baseline", 50, 1000), "Baseline has answered 50 of 1,000 test pairs."},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	every := make([]int, 25)
	if text := KeptEpochs(n, every); !strings.Contains(text, "after 25 epochs so far. Deeper") {
		t.Errorf("with all epochs: %q", text)
	}
	if text := KeptEpochs(n, every[:20]); !strings.Contains(text, "of 5 epochs it is not kept") {
		t.Errorf("with 20 of 25 epochs: %q", text)
	}
	n.File = "a.safetensors"
	if text := KeptEpochs(n, nil); !strings.Contains(text, "no earlier epochs") {
		t.Errorf("of a file: %q", text)
	}
}
