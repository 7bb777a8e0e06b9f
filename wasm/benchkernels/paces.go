package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

// pacesFrom is measurePaces with the argument that says when.
func pacesFrom(set kernel.Set[float32], begin string) ([]figures.Pace, error) {
	at, err := strconv.ParseInt(begin, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the time to begin at: %w", err)
	}
	return measurePaces(set, time.UnixMilli(at), second)
}

// measurePaces measures how the default preset's models are trained, one after
// the other, each for a duration, with one as long before it for the engine to
// make its best code. It trains all the time from now on, so that what does the
// same at the same time finds it at work.
func measurePaces(set kernel.Set[float32], from time.Time, duration time.Duration) ([]figures.Pace, error) {
	var paces []figures.Pace
	for _, kind := range model.Kinds {
		s := newStepper(set, kind)
		wait := time.Until(from)
		if wait < -duration/2 {
			return nil, fmt.Errorf("%s: %v late", kind, -wait)
		}
		s.repeat(wait)
		paces = append(paces, s.pace(kind, from, duration))
		from = from.Add(2 * duration)
	}
	return paces, nil
}

// pace makes steps for a duration, and tells their ends from a time on.
func (s *stepper) pace(kind model.Kind, from time.Time, duration time.Duration) figures.Pace {
	p := figures.Pace{Model: kind, Batch: s.pairs.N}
	begun := time.Now()
	for time.Since(begun) < duration {
		s.step()
		p.Ends = append(p.Ends, time.Since(from).Microseconds())
	}
	p.PairsPerSecond = float64(len(p.Ends)*s.pairs.N) / time.Since(begun).Seconds()
	return p
}
