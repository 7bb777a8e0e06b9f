//go:build browser

package browsertest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// quick is an experiment that is over in moments.
func quick(more map[string]any) map[string]any {
	config := map[string]any{"models": []string{"siamese10"}, "rounds": 1, "epochs": 1, "pairs": 100, "pool": 10000}
	for name, value := range more {
		config[name] = value
	}
	return config
}

// endless is one that goes on until it is stopped.
func endless() map[string]any {
	return map[string]any{"models": []string{"siamese2"}, "rounds": 1, "epochs": 1000, "pairs": 1000, "batch": 50, "pool": 10000}
}

func result(v *visit) experiment.Result {
	v.t.Helper()
	return eval[experiment.Result](v, `pairlab.result()`)
}

func TestPageGetsReadyWithoutTheDigits(t *testing.T) {
	f := &faults{}
	v := newTab(t)
	v.goTo(serve(t, f.wrap))
	readyAfter := eval[float64](v, `performance.now()`)
	t.Logf("ready within %.0f ms", readyAfter)
	if readyAfter > 10_000 {
		t.Errorf("ready after %.0f ms", readyAfter)
	}
	if packs := f.requests(".pack"); len(packs) > 0 {
		t.Errorf("fetched before anything was started: %v", packs)
	}
	if !eval[bool](v, `pairlab.result() === null && typeof pairlab.version === "string" && pairlab.version !== "development"`) {
		t.Error("window.pairlab is not as it should be before the first experiment")
	}
	if !eval[bool](v, `crossOriginIsolated`) {
		t.Error("the page is not cross-origin isolated")
	}
}

func TestButtonTrainsAllThree(t *testing.T) {
	f := &faults{}
	v := newTab(t)
	v.goTo(serve(t, f.wrap) + "?epochs=2&rounds=1")
	v.do(`
		window.told = { progress: 0, epoch: 0, round: 0, done: 0, states: [] };
		for (const name of ["progress", "round", "done"]) pairlab.on(name, () => told[name]++);
		// A run that goes on with more workers tells its epochs again.
		const epochs = new Set();
		pairlab.on("epoch", (e) => told.epoch = epochs.add([e.model, e.round, e.epochNumber].join()).size);
		pairlab.on("state", (e) => told.states.push(e.state));
		window.began = performance.now();`)
	v.noLongTask("training", func() {
		v.press("Train all three")
		v.wait(soon, "running")
		v.wait(trainLimit, "done")
	})
	told := eval[struct {
		Progress, Epoch, Round, Done int
		States                       []string
		Seconds                      float64
	}](v, `({ ...told, seconds: (performance.now() - began) / 1000 })`)
	if told.Epoch != 6 || told.Round != 3 || told.Done != 1 || !slices.Equal(told.States, []string{"running", "done"}) {
		t.Errorf("events: %+v, want 6 epochs, 3 rounds, 1 end", told)
	}
	if rate := float64(told.Progress) / told.Seconds; told.Progress == 0 || rate > 20 {
		t.Errorf("%.1f progress events a second, want some and at most 20", rate)
	}
	if packs := f.requests(".pack"); len(packs) != 7 || len(slices.Compact(packs)) != 7 {
		t.Errorf("packs fetched: %v, want seven, each once", packs)
	}
	accuracy := regexp.MustCompile(`^\d\d\.\d\d`)
	for _, kind := range model.Kinds {
		cell := eval[string](v, fmt.Sprintf(`document.querySelector("[data-cell=mean-%s]").innerText`, kind))
		if !accuracy.MatchString(cell) {
			t.Errorf("%s: the table says %q, want an accuracy", kind, cell)
		}
	}
	checkResult(t, result(v))

	// The next experiment does not fetch anything again.
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	if packs := f.requests(".pack"); len(packs) != 7 {
		t.Errorf("%d packs fetched after a second experiment, want the first seven only", len(packs))
	}
}

// TestNewsIsSharedOutToThoseWhoTell adds up the rates at which workers may tell
// the page news: of a run that they share one does, else each.
func TestNewsIsSharedOutToThoseWhoTell(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.do(recordTrains)
	for _, c := range []struct{ runs, size int }{{1, 2}, {2, 1}} {
		v.do(`trains.splice(0)`)
		v.start(quick(map[string]any{"rounds": c.runs, "workers": 2}))
		v.wait(trainLimit, "done")
		trains := eval[[]askedToTrain](v, `trains`)
		if len(trains) < 2 || trains[0].Size != c.size {
			t.Fatalf("%d runs on two workers: asked for %+v", c.runs, trains)
		}
		for _, asked := range trains {
			if speakers := 2 / asked.Size; asked.Interval != 500*speakers {
				t.Errorf("%d runs on two workers: %d told at once, each every %d ms, want one message each 500 ms",
					c.runs, speakers, asked.Interval)
			}
		}
	}
}

func checkResult(t *testing.T, r experiment.Result) {
	t.Helper()
	if r.Schema != experiment.Schema || len(r.Models) != 3 || !strings.Contains(r.Environment.UserAgent, "Chrome") ||
		r.Environment.Kernels == "" || r.Environment.Workers < 1 || !r.Environment.Isolated {
		t.Errorf("result %+v", r)
	}
	digest := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, m := range r.Models {
		if m.Parameters != experiment.PublishedFor(m.Name).Parameters || len(m.Rounds) != 1 {
			t.Errorf("%s: %d parameters, %d rounds", m.Name, m.Parameters, len(m.Rounds))
			continue
		}
		round := m.Rounds[0]
		if round.Seed != 1 || len(round.Epochs) != 2 || !digest.MatchString(round.Digest) || round.PairsPerSecond <= 0 ||
			round.Seconds <= 0 || float64(m.Mean) != round.TestAccuracy || round.TestAccuracy != round.Epochs[1].TestAccuracy {
			t.Errorf("%s: round %+v", m.Name, round)
		}
		// Two epochs are enough to do better than a coin, which a real
		// training does and made-up figures might not.
		if round.Epochs[1].TrainLoss >= round.Epochs[0].TrainLoss || round.TrainAccuracy < 0.3 {
			t.Errorf("%s: epochs %+v do not learn", m.Name, round.Epochs)
		}
		t.Logf("%s: %.0f pairs/s, test accuracy %.3f", m.Name, round.PairsPerSecond, round.TestAccuracy)
	}
}

func TestPauseResumeStop(t *testing.T) {
	t.Parallel()
	v := open(t, "?models=siamese2&rounds=1&epochs=1000&pool=10000")
	v.do(`window.progress = 0; pairlab.on("progress", () => progress++)`)
	v.press("Train Siamese2")
	v.until(trainLimit, `progress > 3`)

	v.press("Pause")
	v.wait(soon, "paused")
	// What was under way when the button was pressed may still arrive.
	time.Sleep(1500 * time.Millisecond)
	before := eval[int](v, `progress`)
	time.Sleep(700 * time.Millisecond)
	if after := eval[int](v, `progress`); after != before {
		t.Errorf("%d steps were reported during a pause", after-before)
	}

	v.press("Resume")
	v.wait(soon, "running")
	v.until(soon, fmt.Sprintf(`progress > %d`, before+3))

	v.press("Stop")
	v.wait(soon, "done")
	if r := result(v); len(r.Models) != 1 || len(r.Models[0].Rounds) != 0 {
		t.Errorf("a stopped run counts as a round: %+v", r.Models)
	}

	// Stopped while paused, and started again.
	v.start(endless())
	v.do(`pairlab.pause()`)
	v.wait(soon, "paused")
	v.do(`pairlab.stop()`)
	v.wait(soon, "done")
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	if r := result(v); len(r.Models[0].Rounds) != 1 {
		t.Errorf("the experiment after a stop has %d rounds, want 1", len(r.Models[0].Rounds))
	}
}

func TestSameSeedSameDigestsOnAnyNumberOfWorkers(t *testing.T) {
	v := open(t, "")
	digests := func(more map[string]any) string {
		config := quick(map[string]any{"models": []string{"siamese2", "siamese10"}, "rounds": 2})
		for name, value := range more {
			config[name] = value
		}
		v.start(config)
		v.wait(trainLimit, "done")
		var all []string
		for _, m := range result(v).Models {
			for _, round := range m.Rounds {
				all = append(all, round.Digest)
			}
		}
		if len(all) != 4 {
			t.Fatalf("%d digests, want 4", len(all))
		}
		if slices.Sort(all); len(slices.Compact(all)) != 4 {
			t.Errorf("runs that differ have the same digest: %v", all)
		}
		return strings.Join(all, " ")
	}
	first := digests(nil)
	if again := digests(nil); again != first {
		t.Errorf("the same seed again: %s, want %s", again, first)
	}
	if side := digests(map[string]any{"workers": 2}); side != first {
		t.Errorf("the same seed on two workers: %s, want %s", side, first)
	}
	if other := digests(map[string]any{"seed": 77}); other == first {
		t.Error("another seed gives the same digests")
	}
}

func TestALearningRateFarTooLargeDiverges(t *testing.T) {
	t.Parallel()
	v := open(t, "?models=baseline,siamese10&rounds=1&epochs=3&pairs=200&pool=10000&lr=1e6")
	v.do(`pairlab.start({ models: ["baseline", "siamese10"], rounds: 1, epochs: 3, pairs: 200, pool: 10000, lr: 1e6 })`)
	v.wait(trainLimit, "done")
	r := result(v)
	if len(r.Models[0].Rounds) != 1 || r.Models[0].Rounds[0].Diverged < 1 || r.Models[0].Diverged != 1 {
		t.Errorf("baseline: %+v, want a diverged round", r.Models[0])
	}
	if len(r.Models[1].Rounds) != 1 {
		t.Errorf("siamese10 was not trained after the other diverged: %+v", r.Models[1])
	}
	if text := eval[string](v, `document.querySelector("[data-cell=diverged-baseline]").innerText`); !strings.HasPrefix(text, "1") {
		t.Errorf("the table says %q runs diverged, want 1", text)
	}
	if text := eval[string](v, `document.querySelector(".card[data-model=baseline]").innerText`); !strings.Contains(strings.ToLower(text), "diverged") {
		t.Errorf("the card does not say that the run diverged:\n%s", text)
	}
}

func TestWorksUnderASubPath(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	const path = "/some/where"
	v.goTo(strings.TrimSuffix(serve(t, func(site http.Handler) http.Handler { return http.StripPrefix(path, site) }), "/") + path + "/?seed=3")
	v.start(quick(nil))
	v.wait(trainLimit, "done")
	if broken := eval[int](v, `[...document.images].filter((i) => !i.naturalWidth).length`); broken > 0 {
		t.Errorf("%d pictures are missing", broken)
	}
}

func TestAutostart(t *testing.T) {
	t.Parallel()
	v := newTab(t)
	address := serve(t, nil) + "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000&autostart=1"
	v.run(chromedp.Navigate(address))
	v.wait(trainLimit, "done")
	if n := len(result(v).Models[0].Rounds); n != 1 {
		t.Errorf("%d rounds, want 1", n)
	}
}
