package text

import (
	"fmt"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// Kept is an unfinished experiment that the browser's storage has. Its JSON
// form is what scripts see.
type Kept struct {
	View     string            `json:"view,omitempty"` // of a set of trials
	Config   experiment.Config `json:"config"`
	Saved    int64             `json:"saved"` // milliseconds since 1970
	Done     int               `json:"done"`  // runs that have ended
	Total    int               `json:"total"` // runs in all
	Running  []KeptRun         `json:"running"`
	Outdated bool              `json:"outdated"` // by another build of the page: what was running begins anew
}

// KeptRun is a run that has begun and not ended.
type KeptRun struct {
	Model   model.Kind `json:"model"`
	Setting string     `json:"setting,omitempty"` // of a set of trials
	Round   int        `json:"round"`             // from 0
	Epoch   int        `json:"epoch"`             // epochs made
}

// Offer is the page's offer to go on with a kept experiment, at a time in
// milliseconds since 1970.
func Offer(k Kept, now int64) string {
	what := "An experiment"
	switch k.View {
	case experiment.TechniquesView:
		what = "A comparison of techniques"
	case experiment.SearchView:
		what = "A search"
	}
	what += fmt.Sprintf(" was left with %d of %s done", k.Done, Times(k.Total, "run"))
	if len(k.Running) > 0 && k.View == "" {
		r := k.Running[0]
		what = fmt.Sprintf("%s, epoch %d was being trained", RunName(r.Model, r.Round, k.Config.Rounds), r.Epoch)
		if n := len(k.Running) - 1; n > 0 {
			what += ", and " + Times(n, "other run") + " beside it"
		}
		if k.Total > 1 {
			what += fmt.Sprintf("; %d of %d runs were done", k.Done, k.Total)
		}
	}
	text := what + ". Kept " + ago(time.Duration(max(0, now-k.Saved))*time.Millisecond) + "."
	if k.Outdated && len(k.Running) > 0 {
		text += " The page has been updated since, so what was being trained begins anew."
	}
	return text
}

// RunName says which run of an experiment it is.
func RunName(kind model.Kind, round, rounds int) string {
	name := experiment.Label(kind)
	if rounds > 1 {
		name += fmt.Sprintf(", round %d of %d", round+1, rounds)
	}
	return name
}

// TrialName says which run of a set of trials it is.
func TrialName(setting string, round, rounds int) string {
	if rounds > 1 {
		setting += fmt.Sprintf(", round %d of %d", round+1, rounds)
	}
	return setting
}

// ago is how long something is past, in words.
func ago(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d < 50*time.Second:
		return "a moment ago"
	case d < 55*time.Minute:
		return Times(int((d+30*time.Second)/time.Minute), "minute") + " ago"
	case d < 23*time.Hour:
		return Times(int((d+30*time.Minute)/time.Hour), "hour") + " ago"
	}
	return Times(int((d+day/2)/day), "day") + " ago"
}

// Recovered says that a run had to be taken up again, and from where.
func Recovered(cause, run string, epoch int) string {
	from := "begins anew"
	if epoch > 0 {
		from = fmt.Sprintf("goes on after epoch %d", epoch)
	}
	return fmt.Sprintf("%s %s: %s.", run, from, cause)
}
