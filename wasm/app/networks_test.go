package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/protocol"
)

func TestNetworksKeepTheNewestFinishedRound(t *testing.T) {
	c, err := experiment.ParseQuery("models=siamese2,siamese10&rounds=3&epochs=2&seed=10")
	if err != nil {
		t.Fatal(err)
	}
	ns := newNetworks()
	learn := func(kind model.Kind, round, epoch int) {
		runs := c.Runs()
		run := runs[slices.IndexFunc(runs, func(r experiment.Run) bool { return r.Model == kind && r.Round == round })]
		ns.learn(protocol.Train{Run: run}, epoch, protocol.Outcome{}, nil)
	}
	end := func(kind model.Kind, round, diverged int) {
		ns.end(experiment.Event{Model: kind, Round: round, Result: &train.Result{Diverged: diverged}}, "today")
	}
	steps := []struct {
		what string
		do   func()
		want string
	}{
		{"begin", func() { ns.begin(c, false) }, ""},
		{"siamese10 round 1 epoch 1", func() { learn("siamese10", 1, 1) }, "siamese10/11/1"},
		{"the first round shows before others", func() { learn("siamese10", 0, 1) }, "siamese10/10/1"},
		{"a later one in progress does not", func() { learn("siamese10", 1, 2) }, "siamese10/10/1"},
		{"but when it has ended", func() { end("siamese10", 1, 0) }, "siamese10/11/2"},
		{"and stays while others go on", func() { learn("siamese10", 0, 2) }, "siamese10/11/2"},
		{"the order is the page's", func() { learn("siamese2", 0, 1) }, "siamese2/10/1 siamese10/11/2"},
		{"the last to end shows", func() { end("siamese10", 0, 0) }, "siamese2/10/1 siamese10/10/2"},
		{"a diverged round does not", func() { learn("siamese10", 2, 1); end("siamese10", 2, 2) }, "siamese2/10/1 siamese10/10/2"},
		{"a file comes last", func() {
			ns.load("x", protocol.Network{Config: model.Paper(model.Baseline), Provenance: modelfile.Provenance{Seed: 9, Epochs: 7}}, "simd", nil)
		}, "siamese2/10/1 siamese10/10/2 file/9/7"},
		{"those of the experiment before stay", func() { ns.begin(c, false) }, "siamese2/10/1 siamese10/10/2 file/9/7"},
		{"until there are others", func() { learn("siamese10", 1, 1) }, "siamese2/10/1 siamese10/11/1 file/9/7"},
		{"a run of the experiment before ends nothing", func() { end("siamese2", 0, 0) }, "siamese2/10/1 siamese10/11/1 file/9/7"},
	}
	versions := map[int]string{}
	for _, s := range steps {
		s.do()
		var got []string
		for _, n := range ns.all() {
			what := fmt.Sprintf("%s/%d/%d", n.Name, n.Seed, n.Epoch)
			if known, ok := versions[n.version]; ok && known != what {
				t.Errorf("%s: version %d is %s and %s", s.what, n.version, known, what)
			}
			versions[n.version] = what
			got = append(got, what)
		}
		if strings.Join(got, " ") != s.want {
			t.Errorf("%s: %v, want %s", s.what, got, s.want)
		}
	}
	for _, n := range ns.all() {
		if want := n.Name == "siamese2"; n.Earlier != want {
			t.Errorf("%s is of the experiment before: %v", n.Name, n.Earlier)
		}
	}
}

// What is opened of the list belongs to no experiment that has begun since, and
// an experiment that goes on again keeps its networks.
func TestNetworksBelongToTheirExperiment(t *testing.T) {
	c, err := experiment.ParseQuery("models=siamese2&rounds=1&epochs=2")
	if err != nil {
		t.Fatal(err)
	}
	ns := newNetworks()
	kept := &network{Network: text.Network{Name: "siamese2", Kind: model.Siamese2, Seed: 99}, ended: true}
	before := ns.dropTrained()
	if n, ok := ns.restore(kept, before); !ok || n.Seed != 99 || n.version == 0 {
		t.Errorf("a network of the list: %+v, %v", n, ok)
	}
	before = ns.dropTrained()
	ns.begin(c, false)
	ns.learn(protocol.Train{Run: c.Runs()[0]}, 1, protocol.Outcome{}, nil)
	if _, ok := ns.restore(kept, before); ok || ns.all()[0].Seed == 99 {
		t.Errorf("after a beginning the list's network is taken: %+v", ns.all())
	}
	ns.begin(c, true)
	if n := ns.all()[0]; n.Earlier {
		t.Error("an experiment that goes on again has its network of the one before")
	}
	ns.begin(c, false)
	if n := ns.all()[0]; !n.Earlier {
		t.Error("another experiment has the network of the one before")
	}
}

// A file's test pairs are those of its run, as far as it says which.
func TestANetworkOfAFileKnowsItsPairs(t *testing.T) {
	for settings, want := range map[string]int{"?pairs=300&seed=3": 300, "?pairs=300&colour=red": 300, "": 1000, "?pairs=x": 1000} {
		ns := newNetworks()
		ns.load("x", protocol.Network{Config: model.Paper(model.Baseline), Provenance: modelfile.Provenance{Seed: 3, Settings: settings}}, "simd", nil)
		if n, ok := ns.named(loadedName); !ok || n.Pairs != want || n.Seed != 3 || n.Version != n.version {
			t.Errorf("%q: %+v, want %d pairs", settings, n.Network, want)
		}
	}
	if _, ok := newNetworks().named("x"); ok {
		t.Error("a network that is not there was found")
	}
}

// What a file says of its run makes that run again, from the address.
func TestAloneMakesTheRunAgain(t *testing.T) {
	c, err := experiment.ParseQuery("rounds=3&epochs=2&seed=10&lr=0.2&autostart=1")
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range c.Runs() {
		settings := alone(c, run)
		again, err := experiment.ParseQuery(settings)
		if err != nil {
			t.Fatal(err)
		}
		got := again.Runs()
		want := run
		want.Round = 0
		if len(got) != 1 || got[0] != want || again.Autostart {
			t.Errorf("%s makes %+v, want %+v", settings, got, want)
		}
	}
}

// An older network stands for a newer one only while their run goes on.
func TestOnlyARunInProgressContinues(t *testing.T) {
	c, err := experiment.ParseQuery("models=siamese2&rounds=2&epochs=9")
	if err != nil {
		t.Fatal(err)
	}
	newest := func(round, epoch int, ended bool) *network {
		ns := newNetworks()
		ns.learn(protocol.Train{Run: c.Runs()[round]}, epoch, protocol.Outcome{}, nil)
		n := ns.all()[0]
		n.ended = ended
		return &n
	}
	older := newest(0, 1, false)
	var none network
	for what, c := range map[string]struct {
		n, older *network
		want     bool
	}{
		"a later epoch":   {newest(0, 2, false), older, true},
		"another run's":   {newest(1, 2, false), older, false},
		"the last epoch":  {newest(0, 2, true), older, false},
		"nothing before":  {newest(0, 2, false), &none, false},
		"one from a file": {&none, older, false},
	} {
		if got := c.n.continues(c.older); got != c.want {
			t.Errorf("%s continues the older: %v", what, got)
		}
	}
}
