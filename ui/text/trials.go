package text

import (
	"fmt"
	"strings"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
)

// TrialsName is what a view's set of trials is called.
func TrialsName(view string) string {
	if view == experiment.SearchView {
		return "Search"
	}
	return "Techniques"
}

// TrialsLabel is the button that begins with a set, or goes on with it.
func TrialsLabel(view string, begun bool) string {
	switch {
	case view == experiment.SearchView && begun:
		return "Go on searching"
	case view == experiment.SearchView:
		return "Start search"
	case begun:
		return "Go on comparing"
	}
	return "Compare techniques"
}

// Plan says what a set of trials that is not under way comes to. measured says
// that its estimate is by speeds of this computer.
func Plan(t *state.Trials, workers int, measured bool) string {
	c := t.Set.Config()
	done, total := t.Set.CountShard()
	switch {
	case total == 0:
		return "Part " + t.Set.Views().Shard + " is empty: there are only " + Times(len(t.Set.Settings()), "setting") + "."
	case done == total:
		return "All " + Times(total, "run") + " are done."
	}
	settings := Times(len(t.Set.Settings()), "setting")
	if shard := t.Set.Views().Shard; shard != "" {
		settings = Count(total/max(1, c.Rounds)) + " of " + settings + " (part " + shard + ")"
	}
	text := Times(total, "run") + ": " + settings + ", " + Times(c.Rounds, "round") + " each."
	if done > 0 {
		text = Count(total-done) + " of " + Times(total, "run") + " are left."
	}
	if left, ok := t.Left(0); ok {
		text += " About " + roughly(left) + " on " + Times(workers, "worker")
		if !measured {
			text += ", at a typical computer’s speed"
		}
		text += "."
	}
	if n := len(t.Set.Skipped()); n > 0 {
		first := t.Set.Skipped()[0]
		text += fmt.Sprintf(" %s left out, as no network can be trained so, for example %s (%s).", leftOut(n), first.Name, first.Reason)
	}
	return text
}

func leftOut(n int) string {
	if n == 1 {
		return "1 combination is"
	}
	return Count(n) + " combinations are"
}

// TrialsStatus is the line beside the buttons of a set of trials.
func TrialsStatus(t *state.Trials, now time.Duration) string {
	done, total := t.Set.CountShard()
	runs := Count(done) + " of " + Times(total, "run")
	switch t.Phase {
	case state.Running:
		if d := t.Data; d != nil {
			return fetching(d.Loaded, d.Total)
		}
		if left, ok := t.Left(now); ok {
			return runs + " done, " + roughly(left) + " left"
		}
		return runs + " done"
	case state.Paused:
		return "Paused, " + runs + " done"
	case state.Done:
		if done < total {
			return "Stopped after " + runs + ". What was measured is kept."
		}
		return "Finished: " + Times(total, "run")
	case state.Failed:
		return "Stopped by an error after " + runs
	}
	return runs + " done"
}

// NextTrials is Next of a set of trials.
func (a *Announcer) NextTrials(t *state.Trials, now time.Duration) (string, bool) {
	text := TrialsName(t.Set.Views().View)
	switch t.Phase {
	case state.Running:
		text += fmt.Sprintf(": %d %% of the runs done.", 10*int(10*t.Fraction()))
	case state.Failed:
		text += ": stopped by an error."
		if t.Failure != nil {
			text += " " + t.Failure.Message
		}
	default:
		text += ": " + strings.TrimSuffix(TrialsStatus(t, now), ".") + "."
	}
	return a.next(t.Phase, text, now)
}

// PlanError says why settings do not make a set of trials.
func PlanError(err error) string {
	errs, ok := err.(experiment.Errors)
	if !ok {
		return err.Error() + "."
	}
	var lines []string
	for _, e := range errs {
		name := experiment.FieldByName(e.Name).Label
		if name == "" {
			name = e.Name
		}
		lines = append(lines, name+": "+e.Message+".")
	}
	return strings.Join(lines, " ")
}
