//go:build browser

package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
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
	var mu sync.Mutex
	var events []event
	done := make(chan struct{})
	var end sync.Once // the listener also hears of recordings after this
	err := chromedp.Listen(v.Ctx, func(e any) {
		switch e := e.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, text := range e.Value {
				var one event
				if json.Unmarshal([]byte(text), &one) == nil && (one.Name == mark || one.Name == "RunTask") {
					events = append(events, one)
				}
			}
		case *tracing.EventTracingComplete:
			end.Do(func() { close(done) })
		}
	})
	if err != nil {
		v.t.Fatal(err)
	}
	config := &tracing.TraceConfig{IncludedCategories: []string{"devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"}}
	if _, err := chromedp.Call(v.Ctx, tracing.Start, tracing.StartParams{TraceConfig: config}); err != nil {
		v.t.Fatal(err)
	}
	v.do(fmt.Sprintf(`performance.mark(%q)`, mark))
	steps()
	if _, err := chromedp.Call(v.Ctx, tracing.End, cdp.Empty{}); err != nil {
		v.t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(readyLimit):
		v.t.Fatal("the recording does not end")
	}
	mu.Lock()
	defer mu.Unlock()
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
