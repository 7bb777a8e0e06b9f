package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
)

// ratesFrom is measureRates with the argument that says when.
func ratesFrom(set kernel.Set[float32], begin string) ([]float64, error) {
	at, err := strconv.ParseInt(begin, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the time to begin at: %w", err)
	}
	return measureRates(set, time.UnixMilli(at), second)
}

// measureRates measures the default preset's pairs a second by model, one after
// the other, each for a duration, with one as long before it for the engine to
// make its best code. It trains all the time from now on, so that what does the
// same at the same time finds it at work.
func measureRates(set kernel.Set[float32], from time.Time, duration time.Duration) ([]float64, error) {
	var rates []float64
	for _, kind := range model.Kinds {
		s := newStepper(set, kind)
		wait := time.Until(from)
		if wait < -duration/2 {
			return nil, fmt.Errorf("%s: %v late", kind, -wait)
		}
		s.repeat(wait)
		micros, _ := s.repeat(duration)
		rates = append(rates, 1e6*float64(s.pairs.N)/micros)
		from = from.Add(2 * duration)
	}
	return rates, nil
}
