package main

import (
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
)

func TestRatesAreOfEveryModelFromTheGivenTimeOn(t *testing.T) {
	const duration = 400 * time.Millisecond
	var from time.Time
	var rates []float64
	var err error
	for range 5 { // something else may have had the processor when it was time
		from = time.Now().Add(time.Second)
		if rates, err = measureRates(portable.Float32(), from, duration); err == nil {
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
	if len(rates) != len(model.Kinds) || !(rates[0] > 0 && rates[1] > rates[0] && rates[2] > rates[0]) {
		t.Errorf("pairs a second are %v, want the Baseline's to be the fewest", rates)
	}
	if _, err := measureRates(portable.Float32(), time.Now().Add(-time.Second), duration); err == nil {
		t.Error("no error where it is too late")
	}
}
