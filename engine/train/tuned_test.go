package train

import (
	"testing"

	"github.com/pairlab/pairlab/engine/model"
)

// The tuned preset trains what the paper's does: the same parameters.
func TestTunedKeepsTheSizes(t *testing.T) {
	for kind, want := range map[model.Kind]int{model.Baseline: 289666, model.Siamese2: 20620, model.Siamese10: 39588} {
		c := Tuned(kind)
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		m, err := NewModel(c.Model, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Params.Count(); got != want {
			t.Errorf("%s has %d parameters, want %d", kind, got, want)
		}
	}
}

// Distorted digits, in pairs dealt anew every epoch, teach the real ones.
func TestTunedLearnsFromDistortedDigits(t *testing.T) {
	c := Tuned(model.Siamese10)
	c.Model.Ch1 = 16
	c.Batch, c.Epochs = 20, 20
	r := mustRun(t, c, 1, Hooks{})
	if r.TestAccuracy < 0.95 {
		t.Errorf("accuracy %.2f on the pairs themselves, want 0.95", r.TestAccuracy)
	}
}
