package model

import (
	"fmt"
	"math"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/parallel"
)

// Kind names one of the three networks.
type Kind string

// The three networks.
const (
	Baseline  Kind = "baseline"
	Siamese2  Kind = "siamese2"
	Siamese10 Kind = "siamese10"
)

// Kinds are the three networks in the order in which they are shown.
var Kinds = [...]Kind{Baseline, Siamese2, Siamese10}

// Config is an architecture with its loss: one of the three networks, its
// widths and the three techniques.
type Config struct {
	Kind Kind `json:"kind"`

	Ch1 int `json:"ch1"` // channels of the first convolution
	Ch2 int `json:"ch2"` // channels of the second
	FC  int `json:"fc"`  // width of the hidden fully connected layers

	BatchNorm bool `json:"batchNorm"` // after each convolution (and fc1 of a siamese)
	Sharing   bool `json:"sharing"`   // siamese only: both digits through the same weights

	// LogitReLU, siamese only, puts a ReLU on the logits of the digits and of
	// the comparison, as the published networks have it. A logit that it
	// holds at 0 gets no gradient.
	LogitReLU bool `json:"logitReLU"`
	// Soft, siamese only, has the comparison read the digits' probabilities
	// (the softmax of their logits) instead of the logits.
	Soft bool `json:"soft,omitempty"`

	PairLoss float64 `json:"pairLoss"` // weight of the comparison's cross-entropy
	AuxLoss  float64 `json:"auxLoss"`  // siamese only: weight of the two digits' cross-entropies
}

// Paper is the published architecture of kind.
func Paper(kind Kind) Config {
	c := Config{Kind: kind, Ch1: 64, BatchNorm: true, Sharing: true}
	switch kind {
	case Baseline:
		c.Ch2, c.FC, c.PairLoss, c.Sharing = 64, 128, 1, false
	case Siamese2:
		c.Ch2, c.FC, c.PairLoss, c.AuxLoss, c.LogitReLU = 8, 64, 1, 1, true
	case Siamese10:
		c.Ch2, c.FC, c.AuxLoss, c.LogitReLU = 16, 64, 1, true
	}
	return c
}

// Siamese says whether each digit goes through a branch of its own.
func (c Config) Siamese() bool { return c.Kind != Baseline }

// Check reports the first setting that no network can have.
func (c Config) Check() error {
	switch {
	case c.Kind != Baseline && c.Kind != Siamese2 && c.Kind != Siamese10:
		return fmt.Errorf("model: network %q: want one of %v", c.Kind, Kinds)
	case c.Ch1 < 1 || c.Ch2 < 1 || c.FC < 1:
		return fmt.Errorf("model: widths ch1=%d ch2=%d fc=%d: want 1 or more", c.Ch1, c.Ch2, c.FC)
	case !weight(c.PairLoss) || !weight(c.AuxLoss):
		return fmt.Errorf("model: loss weights %v and %v: want finite numbers, 0 or more", c.PairLoss, c.AuxLoss)
	case float32(c.PairLoss) == 0 && (float32(c.AuxLoss) == 0 || !c.Siamese()):
		return fmt.Errorf("model: both loss weights are 0: nothing would be trained")
	}
	return nil
}

// Gathered is the most values that the ranks of a group gather at once for a
// batch of so many pairs: the gradients or the parameters, what the branches make of
// each pair, and the chunks' batch norm statistics, losses and times.
func (c Config) Gathered(batch int) int {
	const scalars = 7 // three losses, those of the digits again, the accuracy and the time
	return autograd.Gathered(c.Parameters()) + batch*2*max(c.Ch2, Digits) +
		parallel.Chunks*(scalars+2*(c.Ch1+c.Ch2+c.FC))
}

func weight(w float64) bool { return w >= 0 && !math.IsInf(w, 0) }
