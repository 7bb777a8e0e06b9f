//go:build browser

package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/tracing"
)

// task is something that the page's thread did without a pause, in
// milliseconds.
type task struct {
	At   float64 // since the recording began
	Took float64 // of the processor's time, which other programs do not change
	Wall float64
}

func (t task) String() string {
	return fmt.Sprintf("at %.0f ms: %.0f ms (%.0f ms by the clock)", t.At, t.Took, t.Wall)
}

// tasksDuring are the page's tasks while steps are gone through, the longest
// first.
func (v *visit) tasksDuring(steps func()) []task {
	v.t.Helper()
	type event struct {
		Name, Cat     string
		Pid, Tid      int
		Ts, Dur, Tdur float64 // microseconds
	}
	const mark = "tasksDuring"
	var events []event
	v.traced(tracing.TraceConfig{
		IncludedCategories: []string{"devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"},
	}, func(text []byte) {
		var one event
		if json.Unmarshal(text, &one) == nil && (one.Name == mark || one.Name == "RunTask") {
			events = append(events, one)
		}
	}, func() {
		v.do(fmt.Sprintf(`performance.mark(%q)`, mark))
		steps()
	})
	page := slices.IndexFunc(events, func(e event) bool { return e.Name == mark })
	if page < 0 {
		v.t.Fatal("the recording lacks its mark")
	}
	var tasks []task
	for _, e := range events {
		if p := events[page]; e.Name == "RunTask" && e.Pid == p.Pid && e.Tid == p.Tid && e.Ts > p.Ts {
			tasks = append(tasks, task{(e.Ts - p.Ts) / 1000, e.Tdur / 1000, e.Dur / 1000})
		}
	}
	if len(tasks) == 0 {
		v.t.Fatal("the recording has no tasks")
	}
	slices.SortFunc(tasks, func(a, b task) int { return int(b.Took*1000) - int(a.Took*1000) })
	return tasks
}

// longestTask is how long a task of the page's may take, in milliseconds.
const longestTask = 50

// noLongTask checks that no task of the page's takes long while steps are gone
// through.
func (v *visit) noLongTask(what string, steps func()) {
	v.t.Helper()
	tasks := v.tasksDuring(steps)
	v.t.Logf("%s: the page's longest tasks: %v", what, tasks[:min(3, len(tasks))])
	if tasks[0].Took > longestTask {
		v.t.Errorf("%s: a task on the page is longer than %d ms", what, longestTask)
	}
}
