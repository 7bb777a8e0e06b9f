package state

import "github.com/pairlab/pairlab/engine/train"

// lookEvery is the training time, in seconds, over which a run's speed is
// measured.
const lookEvery = 0.5

// pace is how fast a run trains now.
type pace struct {
	begun          bool
	pairs, seconds float64 // trained on, and training, at the last look
	rate           float64 // pairs per second; 0 while it is not known
}

// take follows a run that goes through pairs pairs in an epoch. Until the
// first look, the run's mean so far is taken.
func (p *pace) take(now train.Progress, pairs int) {
	if now.Batches < 1 || now.Epoch < 1 {
		return
	}
	done := float64(pairs) * (float64(now.Epoch-1) + float64(now.Batch)/float64(now.Batches))
	if !p.begun {
		p.begun, p.rate = true, now.PairsPerSecond
		if now.Epoch > 1 { // taken up again: what was before is not this pace
			p.pairs, p.seconds = done, now.Seconds
		}
	}
	if passed := now.Seconds - p.seconds; passed >= lookEvery {
		p.rate = (done - p.pairs) / passed
		p.pairs, p.seconds = done, now.Seconds
	}
}

// Speed is how fast all workers together train now: pairs, and floating-point
// operations (model.Config.TrainingFLOPs), per second. It is false while
// nothing trains, or while nothing is known.
func (s *State) Speed() (pairs, flops float64, ok bool) {
	if s.Phase != Running {
		return 0, 0, false
	}
	for _, m := range s.Models {
		for _, r := range m.runs {
			rate := r.pace.rate
			if rate == 0 {
				rate = m.rate // of the run before
			}
			pairs += rate
			flops += rate * m.flops
		}
	}
	return pairs, flops, pairs > 0
}
