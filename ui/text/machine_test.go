package text

import (
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/state"
)

func TestMachineSaysWhatTrains(t *testing.T) {
	for want, m := range map[string]Machine{
		"1 worker, SIMD kernels; nothing is uploaded.":                                                                {Workers: 1, Shared: true, Kernels: "simd"},
		"2 workers with shared memory, SIMD kernels with fused multiply-add; nothing is uploaded.":                    {Workers: 2, Shared: true, Kernels: "fused"},
		"4 workers by messages, portable kernels because this browser has no SIMD instructions; nothing is uploaded.": {Workers: 4, Kernels: "portable", Lacking: "SIMD instructions"},
	} {
		if got := m.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMeterIsEmptyUntilSomethingTrains(t *testing.T) {
	c, err := experiment.ParseQuery("models=baseline&rounds=1&epochs=2")
	if err != nil {
		t.Fatal(err)
	}
	s := state.New()
	s.Begin(0, c, experiment.Environment{})
	if got := Meter(s); got != "" {
		t.Errorf("before the first run: %q", got)
	}
	s.Apply(0, experiment.Event{Kind: experiment.StartEvent, Model: model.Baseline})
	for speed, want := range map[float64]string{
		400:  "400 pairs/s, 4.9" + nbsp + "GFLOP/s", // of 12.15 MFLOP each
		6000: "6,000 pairs/s, 73" + nbsp + "GFLOP/s",
	} {
		s.Apply(0, experiment.Event{Kind: experiment.StartEvent, Model: model.Baseline})
		s.Apply(0, experiment.Event{Kind: experiment.ProgressEvent, Model: model.Baseline, Progress: &train.Progress{
			Epoch: 1, Epochs: 2, Batch: 1, Batches: 10, Seconds: 0.1, PairsPerSecond: speed,
		}})
		if got := Meter(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
