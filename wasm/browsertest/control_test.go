//go:build browser

package browsertest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
)

// controlLimit is the time in which a press of Pause, Resume or Stop must act.
const controlLimit = 100 * time.Millisecond

// computed is the processor time that the browser's pages and their workers
// have used.
func computed(v *visit) time.Duration {
	v.t.Helper()
	info, err := chromedp.CallBrowser(v.Ctx, systeminfo.GetProcessInfo, struct{}{})
	if err != nil {
		v.t.Fatal(err)
	}
	var seconds float64
	for _, p := range info.ProcessInfo {
		if p.Type == "renderer" {
			seconds += p.CPUTime
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// settles calls what acts on the page and returns after how long the
// processor time that is used in a window of 100 ms is as wanted.
func settles(v *visit, action string, wanted func(used time.Duration) bool) time.Duration {
	v.t.Helper()
	type sample struct{ at, used time.Duration }
	const window = 100 * time.Millisecond
	v.do(action)
	begun := time.Now()
	var samples []sample
	for time.Since(begun) < 2*time.Second {
		at := time.Since(begun)
		now := sample{at, computed(v)}
		samples = append(samples, now)
		// The first of the window's samples is when it had settled.
		i := slices.IndexFunc(samples, func(s sample) bool { return now.at-s.at < window })
		if i > 0 && wanted(now.used-samples[i-1].used) {
			return samples[i-1].at
		}
		time.Sleep(10 * time.Millisecond)
	}
	v.t.Errorf("%s: no effect in 2 s", action)
	return 2 * time.Second
}

// The page says at once that it is paused; what counts is that the workers
// rest.
func TestPauseResumeAndStopActAtOnce(t *testing.T) {
	// Of processor time in 100 ms; others may want the processors too.
	busy := func(used time.Duration) bool { return used > 30*time.Millisecond }
	idle := func(used time.Duration) bool { return used < 15*time.Millisecond }
	v := open(t, "")
	v.do(`window.progress = null; pairlab.on("progress", (e) => { progress = e.progress; })`)
	for _, c := range []struct {
		name   string
		config map[string]any
		when   string // to press
	}{
		{"training", map[string]any{"models": []string{"siamese2"}, "pairs": 1000}, `progress?.epoch > 1`},
		{"in an evaluation of the slowest kind", map[string]any{"models": []string{"baseline"}, "pairs": 400, "kernels": "portable"},
			`progress?.batch === progress?.batches`},
	} {
		for _, transport := range []string{"shared", "ports"} {
			for _, workers := range []int{2, 4} {
				t.Run(fmt.Sprintf("%s, %d workers, %s", c.name, workers, transport), func(t *testing.T) {
					v.t = t
					config := endless()
					maps.Copy(config, map[string]any{"workers": workers, "transport": transport, "batch": 100})
					maps.Copy(config, c.config)
					var pauses, resumes, stops []time.Duration
					within := func(times []time.Duration) (n int) {
						for _, t := range times {
							if t <= controlLimit {
								n++
							}
						}
						return n
					}
					// The median of three is known once two are within the limit.
					for len(pauses) < 3 && min(within(pauses), within(resumes), within(stops)) < 2 {
						v.do(`progress = null`)
						v.start(config)
						v.until(trainLimit, `progress !== null && `+c.when)
						pauses = append(pauses, settles(v, `pairlab.pause()`, idle))
						resumes = append(resumes, settles(v, `pairlab.resume()`, busy))
						took := eval[float64](v, `new Promise((resolve) => {
							const begun = performance.now();
							const end = pairlab.on("state", (e) => { if (e.state === "done") { end(); resolve(performance.now() - begun); } });
							pairlab.stop();
						})`)
						stops = append(stops, time.Duration(took*float64(time.Millisecond)))
					}
					t.Logf("pause %v, resume %v, stop %v", pauses, resumes, stops)
					for name, times := range map[string][]time.Duration{"pause": pauses, "resume": resumes, "stop": stops} {
						if within(times) < 2 {
							t.Errorf("%s acts after %v, want %v at most in the median", name, times, controlLimit)
						}
					}
				})
			}
		}
	}
}
