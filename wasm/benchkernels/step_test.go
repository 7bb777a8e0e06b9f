package main

import (
	"math"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

// The parts must be the step: what a step does and no part names would be a
// bottleneck that nobody sees.
func TestTheStepsPartsAddUpToIt(t *testing.T) {
	for _, kind := range model.Kinds {
		var step figures.Step
		for range 5 { // something else may have had the processor between two parts
			if step = measureStep(portable.New[float32](), kind, 100*time.Millisecond); step.Named >= 0.95 {
				break
			}
		}
		if step.Named < 0.95 || step.Named > 1.0001 {
			t.Errorf("%s: the parts are %.1f %% of the step", kind, 100*step.Named)
		}
		var sum float64
		for _, p := range step.Parts {
			if p.Micros < 0 || p.Op == "" {
				t.Errorf("%s: part %+v", kind, p)
			}
			sum += p.Micros
		}
		if math.Abs(sum-step.Named*step.Micros) > 1e-6*sum {
			t.Errorf("%s: the parts are %v µs, said to be %v of %v µs", kind, sum, step.Named, step.Micros)
		}
	}
}

func TestRunRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{nil, {"steps"}, {"nothing", "portable"}, {"steps", "quick"}, {"steps", "portable", "1"}, {"rates", "portable"}, {"rates", "portable", "soon"}} {
		if err := run(args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

// A call may be far shorter than the clock's tick, or far longer than a sample.
func TestACallsTimeIsMeasuredWhateverItsLength(t *testing.T) {
	sum := 0
	if s := measureCall(func() { sum++ }); !(s > 0) || s > 1e-5 {
		t.Errorf("an addition takes %v s", s)
	}
	if s := measureCall(func() { time.Sleep(30 * time.Millisecond) }); s < 0.03 {
		t.Errorf("30 ms are measured as %v s", s)
	}
}
