package optim

import (
	"fmt"
	"math"
)

// Kind names an optimiser.
type Kind string

// The optimisers.
const (
	SGDKind  Kind = "sgd"
	AdamKind Kind = "adam"
)

// Config chooses an optimiser. Adam's β are 0.9 and 0.999, its ε 1e-8.
type Config struct {
	Kind        Kind    `json:"kind"`
	Rate        float64 `json:"rate"`
	Momentum    float64 `json:"momentum,omitempty"`    // SGD's, in [0, 1)
	WeightDecay float64 `json:"weightDecay,omitempty"` // L2 term added to the gradient

	// Decoupled has WeightDecay shrink the parameters themselves, by
	// rate·decay a step, whatever their gradients (Loshchilov and Hutter
	// 2019).
	Decoupled bool `json:"decoupled,omitempty"`

	Schedule Schedule `json:"schedule,omitempty"`
	Warmup   float64  `json:"warmup,omitempty"` // the schedule's share of steps that warm up, in [0, 1)
}

// Check reports the first setting that no optimiser can have.
func (c Config) Check() error {
	switch {
	case c.Kind != SGDKind && c.Kind != AdamKind:
		return fmt.Errorf("optim: optimiser %q: want %q or %q", c.Kind, SGDKind, AdamKind)
	case !(float32(c.Rate) > 0) || math.IsInf(c.Rate, 0):
		return fmt.Errorf("optim: learning rate %v: want a positive number that is more than 0 as a float32, too", c.Rate)
	case !(c.Momentum >= 0 && float32(c.Momentum) < 1):
		return fmt.Errorf("optim: momentum %v: want [0, 1)", c.Momentum)
	case !(c.WeightDecay >= 0) || math.IsInf(c.WeightDecay, 0):
		return fmt.Errorf("optim: weight decay %v: want 0 or more", c.WeightDecay)
	case c.Schedule != Constant && c.Schedule != Cosine:
		return fmt.Errorf("optim: schedule %q: want %q or %q", c.Schedule, Constant, Cosine)
	case !(c.Warmup >= 0 && c.Warmup < 1):
		return fmt.Errorf("optim: warm-up %v: want [0, 1) of the steps", c.Warmup)
	}
	return nil
}
