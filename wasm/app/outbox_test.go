package main

import (
	"slices"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/train"
)

func TestOutboxKeepsItsIntervalAndLosesNoEpoch(t *testing.T) {
	clock := time.Unix(0, 0)
	var sent []time.Time
	var epochs, layered []int
	var bytes []byte
	var lastBatch int
	o := &outbox{
		interval: 50 * time.Millisecond,
		now:      func() time.Time { return clock },
		send: func(events []experiment.Event, l layers) error {
			sent = append(sent, clock)
			layered, bytes = append(layered, l.epochs...), append(bytes, l.bytes...)
			progress := 0
			for _, e := range events {
				switch e.Kind {
				case experiment.EpochEvent:
					epochs = append(epochs, e.EpochNumber)
				case experiment.ProgressEvent:
					progress++
					lastBatch = e.Progress.Batch
				}
			}
			if progress > 1 {
				t.Errorf("a message has %d progress events, want the newest only", progress)
			}
			return nil
		},
	}
	// 500 steps of 3 ms, an epoch at every tenth.
	for step := range 500 {
		clock = clock.Add(3 * time.Millisecond)
		o.add(experiment.Event{Kind: experiment.ProgressEvent, Progress: &train.Progress{Batch: step}})
		if step%10 == 9 {
			o.add(experiment.Event{Kind: experiment.EpochEvent, EpochNumber: step/10 + 1})
			o.layer(step/10+1, []byte{byte(step / 10), 1})
		}
	}
	o.flush()
	if len(epochs) != 50 || !slices.IsSorted(epochs) {
		t.Errorf("epochs %v, want 1 to 50 in order", epochs)
	}
	if !slices.Equal(layered, epochs) || len(bytes) != 2*len(layered) || bytes[98] != 49 {
		t.Errorf("layers came of epochs %v: %v", layered, bytes)
	}
	if lastBatch != 499 {
		t.Errorf("the last progress sent is that of batch %d, want 499", lastBatch)
	}
	for i := 1; i < len(sent)-1; i++ { // the last is the flush
		if gap := sent[i].Sub(sent[i-1]); gap < o.interval {
			t.Errorf("messages %d and %d are %v apart, want at least %v", i-1, i, gap, o.interval)
		}
	}
	if len(sent) < 25 || len(sent) > 32 {
		t.Errorf("%d messages in 1.5 s, want about 29", len(sent))
	}
}
