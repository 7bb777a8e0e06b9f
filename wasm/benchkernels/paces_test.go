package main

import (
	"slices"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

func TestPacesAreOfEveryModelFromTheGivenTimeOn(t *testing.T) {
	// Long against the slowest model's step, which may end late by as much.
	slowest := newStepper(portable.Float32(), model.Baseline)
	slowest.step() // the engine's code is not yet its best
	begun := time.Now()
	slowest.step()
	duration := max(400*time.Millisecond, 3*time.Since(begun))
	var from time.Time
	var paces []figures.Pace
	var err error
	for range 5 { // something else may have had the processor when it was time
		from = time.Now().Add(time.Second)
		if paces, err = measurePaces(portable.Float32(), from, duration); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	// A duration for each, and one between each two.
	if took := time.Since(from); took < time.Duration(2*len(model.Kinds)-1)*duration {
		t.Errorf("all is over %v after the time", took)
	}
	if len(paces) != len(model.Kinds) {
		t.Fatalf("%d paces, want each model's", len(paces))
	}
	for i, p := range paces {
		if p.Model != model.Kinds[i] || len(p.Ends) == 0 || !slices.IsSorted(p.Ends) {
			t.Errorf("%s: ends %v, want %s's, in order", p.Model, p.Ends, model.Kinds[i])
			continue
		}
		if first, last := p.Ends[0], p.Ends[len(p.Ends)-1]; first < 0 || last < duration.Microseconds()/2 {
			t.Errorf("%s: steps ended from %d µs to %d µs of its turn, of %v", p.Model, first, last, duration)
		}
		if i > 0 && p.PairsPerSecond < paces[0].PairsPerSecond {
			t.Errorf("%s: %.0f pairs/s, fewer than %s's %.0f", p.Model, p.PairsPerSecond, paces[0].Model, paces[0].PairsPerSecond)
		}
	}
	if _, err := measurePaces(portable.Float32(), time.Now().Add(-duration), duration); err == nil {
		t.Error("no error where it is too late")
	}
}
