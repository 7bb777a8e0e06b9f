package main

import (
	"errors"
	"reflect"
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
	for _, run := range got.remaining() {
		left = append(left, stateName("7", run.Model, run.Round))
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
	if k := got.summary(map[runKey]int{{model.Baseline, 0}: 2}, "b2"); !reflect.DeepEqual(k, want) {
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
		if _, err := decodeRecord(b); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %v with %q", err, errDamaged, want)
		}
	}
	for text, want := range map[string]error{"": errDamaged, "{}": errForeign, "null": errForeign, `{"schema":"pairlab.kept/v0"}`: errForeign} {
		if _, err := decodeRecord([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", text, err, want)
		}
	}
}
