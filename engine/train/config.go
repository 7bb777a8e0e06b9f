package train

import (
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
)

// Config is all that, with a seed and the pairs, determines one run.
type Config struct {
	Model  model.Config `json:"model"`
	Optim  optim.Config `json:"optim"`
	Batch  int          `json:"batch"`
	Epochs int          `json:"epochs"`
}
