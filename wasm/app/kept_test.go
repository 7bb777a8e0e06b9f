package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/text"
)

func someRecord(t *testing.T) record {
	t.Helper()
	config, err := experiment.ParseQuery("models=baseline,siamese10&rounds=2&epochs=3&lr=0.5&bn=0")
	if err != nil {
		t.Fatal(err)
	}
	return record{
		Build: "b1", Saved: 1_800_000_000_000, Config: config,
		Done: []finished{{Model: model.Siamese10, Round: 0, Parameters: 42, Result: train.Result{
			Seed: 1, TestAccuracy: 0.9, Digest: "d", Epochs: []train.Epoch{{TrainLoss: 0.1}, {}, {}},
		}}},
	}
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	r := someRecord(t)
	b, err := r.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeRecord(b)
	if err != nil {
		t.Fatal(err)
	}
	if r.Schema = keptSchema; !reflect.DeepEqual(got, r) {
		t.Errorf("read\n%+v, want\n%+v", got, r)
	}
	var left []string
	for task := range got.tasks(nil) {
		left = append(left, stateName("7", task.key()))
		if name := left[len(left)-1]; keyOfState(name) != task.key() {
			t.Errorf("%s is taken for the state of %+v", name, keyOfState(name))
		}
	}
	if text := strings.Join(left, " "); text != "state/7/baseline/0 state/7/baseline/1 state/7/siamese10/1" {
		t.Errorf("runs left: %s", text)
	}
	if id := ownerOf(left[0]); id != "7" {
		t.Errorf("owner %q, want 7", id)
	}
	want := text.Kept{
		Config: r.Config, Saved: r.Saved, Done: 1, Total: 4, Outdated: true,
		Running: []text.KeptRun{{Model: model.Baseline, Round: 0, Epoch: 2}},
	}
	if k := got.summary(nil, map[runKey]int{{"baseline", 0}: 2}, "b2"); !reflect.DeepEqual(k, want) {
		t.Errorf("summary %+v, want %+v", k, want)
	}
}

func TestRecordsThatCannotBeGoneOnWithAreRefused(t *testing.T) {
	for want, change := range map[string]func(*record){
		"epochs": func(r *record) { r.Config.Epochs = 0 },
		"twice":  func(r *record) { r.Done = append(r.Done, r.Done[0]) },
		"not of": func(r *record) { r.Done[0].Round = 2 },
		"models": func(r *record) { r.Config.Models = nil },
	} {
		r := someRecord(t)
		change(&r)
		b, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeRecord(b)
		if err == nil {
			_, err = got.restore(unpaused)
		}
		if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %v with %q", err, errDamaged, want)
		}
	}
	for text, want := range map[string]error{"": errDamaged, "{}": errForeign, "null": errForeign, `{"schema":"pairlab.kept/v0"}`: errForeign} {
		if _, err := decodeRecord([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", text, err, want)
		}
	}
}

func unpaused() error { return nil }

// A set of trials is kept as what it is made of and the runs that have ended.
func TestASetOfTrialsIsReadAsItWasKept(t *testing.T) {
	config, err := experiment.ParseQuery("view=search&models=siamese2&rounds=40&grid=lr=0.1,1&shard=1/2")
	if err != nil {
		t.Fatal(err)
	}
	set, err := experiment.NewSet(config, unpaused)
	if err != nil {
		t.Fatal(err)
	}
	r := record{Config: set.Config(), Views: new(set.Views())}
	first := &set.Settings()[0]
	for round := range 3 {
		r.Done = append(r.Done, finished{Setting: first.Name, Model: first.Model, Round: round, Parameters: 9, Result: train.Result{
			Seed: 1 + uint64(round), TestAccuracy: 0.9, Digest: "0a",
		}})
	}
	b, err := r.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeRecord(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := got.restore(unpaused)
	if err != nil {
		t.Fatal(err)
	}
	tasks := slices.Collect(got.tasks(again))
	if len(tasks) != 37 || tasks[0].key() != (runKey{first.Name, 3}) || tasks[0].pairs != 1000 || tasks[0].pool != 60_000 {
		t.Errorf("%d tasks, the first %+v, want 37 from round 3 on", len(tasks), tasks[0])
	}
	if name := stateName("7", tasks[0].key()); keyOfState(name) != tasks[0].key() || ownerOf(name) != "7" {
		t.Errorf("%s is taken for the state of %+v", name, keyOfState(name))
	}
	k := got.summary(again, map[runKey]int{{first.Name, 4}: 2}, "")
	if k.View != "search" || k.Done != 3 || k.Total != 40 || len(k.Running) != 1 || k.Running[0].Setting != first.Name || k.Running[0].Epoch != 2 {
		t.Errorf("summary %+v", k)
	}
	for want, change := range map[string]func(*record){
		"twice":            func(r *record) { r.Done = append(r.Done, r.Done[0]) },
		"not a setting":    func(r *record) { r.Done[0].Setting = "siamese2 lr=7" },
		"of no round":      func(r *record) { r.Done[0].Result.Seed = 77 },
		"lr=-1":            func(r *record) { r.Views = &experiment.Views{View: "search", Grid: "lr=-1"} },
		"that no run has":  func(r *record) { r.Done[0].Result.TestAccuracy = 7 },
		"at least one axi": func(r *record) { r.Views = &experiment.Views{View: "search", Grid: ";"} },
	} {
		bad := got
		bad.Done = append([]finished{}, got.Done...)
		change(&bad)
		if _, err := bad.restore(unpaused); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %v with %q", err, errDamaged, want)
		}
	}
}

func TestManyRunsAreKeptInParts(t *testing.T) {
	var r record
	for round := range 2*partRuns + 7 {
		r.Done = append(r.Done, finished{Round: round})
	}
	var all []finished
	for ; (r.Parts+1)*partRuns <= len(r.Done); r.Parts++ {
		all = append(all, r.part(r.Parts)...)
	}
	all = append(all, r.rest().Done...)
	if r.Parts != 2 || len(r.rest().Done) != 7 || !reflect.DeepEqual(all, r.Done) {
		t.Errorf("%d parts and %d runs, of %d in all", r.Parts, len(r.rest().Done), len(all))
	}
}
