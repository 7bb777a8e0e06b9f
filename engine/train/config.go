package train

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// Config is all that, with a seed and the pairs, determines one run.
type Config struct {
	Model  model.Config `json:"model"`
	Optim  optim.Config `json:"optim"`
	Batch  int          `json:"batch"`
	Epochs int          `json:"epochs"`

	// Shuffle takes the pairs in another order every epoch.
	Shuffle bool `json:"shuffle,omitempty"`
	// Recombine deals the digits of all training pairs into new pairs every
	// epoch, with the targets that their classes give. It shuffles, too.
	Recombine bool `json:"recombine,omitempty"`
	// Swap exchanges the two digits of half the pairs, another half every
	// epoch; the target follows.
	Swap bool `json:"swap,omitempty"`
	// Augment distorts the images.
	Augment Augment `json:"augment,omitzero"`
}

// Check reports the first setting that no run can have.
func (c Config) Check() error {
	if err := c.Model.Check(); err != nil {
		return err
	}
	if err := c.Optim.Check(); err != nil {
		return err
	}
	if c.Batch < 1 || c.Epochs < 1 {
		return fmt.Errorf("train: batches of %d pairs for %d epochs: want 1 or more of each", c.Batch, c.Epochs)
	}
	return c.Augment.check()
}

// batches is how many batches an epoch over so many pairs has.
func (c Config) batches(pairs int) int { return (pairs + c.Batch - 1) / c.Batch }
