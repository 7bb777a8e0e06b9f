package train

import (
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// Tuned shows how far the published networks, of the same sizes, get with
// good practice on the same 1,000 training pairs: free logits, Adam with a
// falling rate, digits dealt into new pairs every epoch and slightly
// distorted. Its values were chosen on pairs held out of the training images,
// never on test images.
//
// Siamese2's comparison reads probabilities. Being linear, it cannot compare
// logits that grow with how sure a reading is: on held-out pairs it stays 3 %
// behind what it reaches on probabilities.
func Tuned(kind model.Kind) Config {
	c := Config{
		Model:     model.Paper(kind),
		Optim:     optim.Config{Kind: optim.AdamKind, Rate: 0.01, Schedule: optim.Cosine},
		Batch:     100,
		Epochs:    200,
		Recombine: true,
		Augment:   Augment{Shift: 1, Shear: 0.25, Noise: 0.4},
	}
	c.Model.LogitReLU = false
	switch kind {
	case model.Baseline:
		c.Optim.Rate = 0.003
		c.Augment = Augment{Shift: 0.5, Shear: 0.15, Noise: 0.3}
	case model.Siamese2:
		c.Model.Soft = true
	}
	return c
}
