//go:build browser

package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// shortTuned is the tuned preset in moments: uneven batches of a few pairs.
func shortTuned(kind model.Kind, more map[string]any) map[string]any {
	config := map[string]any{
		"preset": "tuned", "models": []string{string(kind)}, "rounds": 1, "epochs": 3, "pairs": 137, "pool": 10_000, "workers": 1,
	}
	for name, value := range more {
		config[name] = value
	}
	return config
}

// A tuned run is the same over one worker and over two, from the link that
// reproduces it, and from its own result's settings; and it is train.Tuned.
func TestTunedRunsAreReproducible(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	for _, kind := range model.Kinds {
		v.start(shortTuned(kind, nil))
		v.wait(trainLimit, "done")
		want, c := onlyDigest(v), result(v).Config
		tuned := train.Tuned(kind)
		tuned.Epochs = 3
		if got := c.Train(kind); c.Preset != experiment.TunedPreset || got != tuned {
			t.Errorf("%s: the result's settings train %+v, want %+v", kind, got, tuned)
		}
		link := eval[string](v, `document.getElementById("share-link").href`)
		for name, again := range map[string]func(){
			"on two workers": func() { v.start(shortTuned(kind, map[string]any{"workers": 2})) },
			"by messages":    func() { v.start(shortTuned(kind, map[string]any{"workers": 2, "transport": "ports"})) },
			"from its result": func() {
				v.do(`pairlab.start(pairlab.result().config)`)
			},
		} {
			again()
			v.wait(trainLimit, "done")
			if got := onlyDigest(v); got != want {
				t.Errorf("%s %s: digest %.8s, want %.8s", kind, name, got, want)
			}
		}
		w := newTab(t)
		w.run(chromedp.Navigate(link)) // it starts at once
		w.wait(trainLimit, "done")
		if got := onlyDigest(w); got != want {
			t.Errorf("%s from the link %s: digest %.8s, want %.8s", kind, link, got, want)
		}
	}
}

// The page is left in the middle of tuned runs, whose pairs, distortions and
// learning rates depend on the epoch.
func TestATunedExperimentIsResumed(t *testing.T) {
	t.Parallel()
	config := shortTuned(model.Siamese2, map[string]any{"models": []string{"siamese2", "siamese10"}, "epochs": 100, "workers": 2})
	want := undisturbed(t, config)
	v := newTab(t)
	address := serve(t, nil)
	v.goTo(address)
	v.do(`window.epochs = 0; pairlab.on("epoch", () => epochs++)`)
	v.start(config)
	v.until(trainLimit, `epochs > 9`)
	v.waitKept(2)
	v.goTo(address)
	v.do(`window.first = 0; pairlab.on("progress", (e) => { first ||= e.progress.epoch; })`)
	v.resumeKept()
	v.wait(trainLimit, "done")
	if first := eval[int](v, `first`); first < 2 {
		t.Errorf("the runs went on with epoch %d: want them not to begin anew", first)
	}
	if got := digests(v); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("digests\n%v, want\n%v", got, want)
	}
}
