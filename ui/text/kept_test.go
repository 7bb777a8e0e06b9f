package text

import (
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

func TestOfferSaysWhatWasLeftAndWhen(t *testing.T) {
	const now = int64(1_800_000_000_000)
	ten := experiment.Config{Rounds: 10, Epochs: 25}
	run := KeptRun{Model: model.Siamese10, Round: 2, Epoch: 12}
	for want, k := range map[string]Kept{
		"Siamese10, round 3 of 10, epoch 12 was being trained; 8 of 30 runs were done. Kept 5 minutes ago.": {
			Config: ten, Done: 8, Total: 30, Running: []KeptRun{run}, Saved: now - 5*60_000 - 7_000},
		"Siamese10, round 3 of 10, epoch 12 was being trained, and 1 other run beside it; 0 of 30 runs were done. Kept a moment ago. " +
			"The page has been updated since, so what was being trained begins anew.": {
			Config: ten, Total: 30, Running: []KeptRun{run, {Model: model.Baseline}}, Saved: now + 1000, Outdated: true},
		"Siamese10, epoch 12 was being trained. Kept 1 hour ago.": {
			Config: experiment.Config{Rounds: 1}, Total: 1, Running: []KeptRun{run}, Saved: now - 3_600_000},
		"An experiment was left with 1 of 3 runs done. Kept 2 days ago.": {
			Config: ten, Done: 1, Total: 3, Saved: now - 47*3_600_000, Outdated: true},
		"A search was left with 12 of 320 runs done. Kept a moment ago.": {
			View: "search", Config: ten, Done: 12, Total: 320, Running: []KeptRun{run}, Saved: now},
		"A comparison of techniques was left with 0 of 220 runs done. Kept a moment ago.": {
			View: "techniques", Config: ten, Total: 220, Saved: now},
	} {
		if got := Offer(k, now); got != want {
			t.Errorf("%q,\nwant %q", got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "a moment ago", 49 * time.Second: "a moment ago", 50 * time.Second: "1 minute ago",
		54*time.Minute + 59*time.Second: "55 minutes ago", 56 * time.Minute: "1 hour ago", 22 * time.Hour: "22 hours ago",
		23*time.Hour + 1: "1 day ago", 240 * time.Hour: "10 days ago",
	} {
		if got := ago(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
