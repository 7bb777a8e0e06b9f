package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/text"
)

func TestWhatIsShelvedIsReadAgain(t *testing.T) {
	c, err := experiment.ParseQuery("models=siamese10&rounds=2&lr=0.5")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := shelve("1-a", 5, experiment.Result{Config: c, Models: []experiment.ModelResult{{Name: "siamese10"}}}); ok {
		t.Error("an experiment of which no round has ended is kept")
	}
	rounds := []train.Result{{Seed: 1, TestAccuracy: 0.5, Digest: "aa"}, {Seed: 2, TestAccuracy: 0.7, Digest: "bb"}}
	s, ok := shelve("1-a", 5, experiment.Result{Config: c, Models: []experiment.ModelResult{{Name: "siamese10", Parameters: 7, Summary: experiment.Summarize(rounds), Rounds: rounds}}})
	if !ok {
		t.Fatal("it is not kept")
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readShelved("1-a", b)
	if err != nil {
		t.Fatal(err)
	}
	if again.Config.Encode() != c.Encode() || again.ID != "1-a" || again.Saved != 5 || len(again.Models) != 1 || again.Models[0].Interval != s.Models[0].Interval || again.Digest != s.Digest {
		t.Errorf("%+v, want %+v", again, s)
	}
	// A setting that there was not when it was kept is the preset's.
	older := strings.Replace(string(b), `"pool":60000,`, "", 1)
	if again, err = readShelved("1-a", []byte(older)); err != nil || older == string(b) || again.Config.Pool != 60_000 {
		t.Errorf("without a setting: pool %d, %v", again.Config.Pool, err)
	}
	for _, bad := range []string{"", "{}", strings.Replace(string(b), "shelf/v1", "shelf/v9", 1), strings.Replace(string(b), `"rounds":2`, `"rounds":0`, 1)} {
		if _, err := readShelved("1-a", []byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestTheDigestOfAnExperimentIsThatOfItsRuns(t *testing.T) {
	result := func(digests ...string) experiment.Result {
		m := experiment.ModelResult{}
		for _, d := range digests {
			m.Rounds = append(m.Rounds, train.Result{Digest: d})
		}
		return experiment.Result{Models: []experiment.ModelResult{m}}
	}
	if got := digestOf(result("ab")); got != "ab" {
		t.Errorf("of one run: %s", got)
	}
	if a, b := digestOf(result("ab", "cd")), digestOf(result("cd", "ab")); a == b || len(a) != 64 {
		t.Errorf("of two runs: %s, the other way round %s", a, b)
	}
}

func TestTheOldestWithoutANameMakesRoom(t *testing.T) {
	var list []text.Shelved // the newest first
	for i := range shelfRoom - 1 {
		list = append(list, text.Shelved{ID: fmt.Sprint(99 - i)})
	}
	if leaves, room := roomFor(list); leaves != nil || !room {
		t.Errorf("with one place left: %v, %v", leaves, room)
	}
	list = append(list, text.Shelved{ID: "oldest", Name: "mine"})
	if leaves, room := roomFor(list); !room || leaves == nil || leaves.ID != list[shelfRoom-2].ID {
		t.Errorf("%v leaves, want the oldest without a name", leaves)
	}
	for i := range list {
		list[i].Name = "mine"
	}
	if leaves, room := roomFor(list); leaves != nil || room {
		t.Errorf("all are named: %v, %v", leaves, room)
	}
}
