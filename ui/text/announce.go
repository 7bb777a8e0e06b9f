package text

import (
	"fmt"
	"strings"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
)

// announceEvery is the least time between two announcements of progress, so
// that a screen reader can finish a sentence.
const announceEvery = 8 * time.Second

// Announcer chooses what a screen reader is told: each change of phase at once,
// progress in steps of a tenth.
type Announcer struct {
	phase state.Phase
	text  string
	last  time.Duration
}

// Next is a sentence that is due; false if none is.
func (a *Announcer) Next(s *state.State, now time.Duration) (string, bool) {
	return a.next(s.Phase, announcement(s), now)
}

func (a *Announcer) next(phase state.Phase, text string, now time.Duration) (string, bool) {
	if text == a.text || phase == a.phase && now-a.last < announceEvery {
		return "", false
	}
	a.phase, a.text, a.last = phase, text, now
	return text, true
}

func announcement(s *state.State) string {
	tenths := int(10 * s.Fraction())
	switch s.Phase {
	case state.Ready:
		return "Ready to train."
	case state.Running:
		if tenths == 0 {
			return "Training has begun."
		}
		return fmt.Sprintf("Training, %d %% done.", 10*tenths)
	case state.Paused:
		return "Paused."
	case state.Done:
		text := "Training finished."
		if s.Stopped {
			text = "Training stopped."
		}
		for _, m := range s.Models {
			if m.Summary.Mean.Valid() {
				text += " " + experiment.Label(m.Kind) + " " + Percent(float64(m.Summary.Mean), 1) + "."
			}
		}
		return text
	case state.Failed:
		if s.Failure != nil {
			return strings.TrimSpace("Training failed. " + s.Failure.Message)
		}
		return "Training failed."
	}
	return ""
}
