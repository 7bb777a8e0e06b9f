package main

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/train"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// trainedState makes a short run and returns its last state, sealed, with its
// digest.
func trainedState(t *testing.T, run experiment.Run) (sealed []byte, digest string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	p := model.Pairs{N: 20, X: make([]float32, 20*2*data.Pixels), Target: make([]int32, 20), Digits: make([]int32, 40)}
	for i := range p.X {
		p.X[i] = float32(rng.NormFloat64())
	}
	for i := range p.N {
		p.Digits[2*i], p.Digits[2*i+1], p.Target[i] = 3, 7, 1
	}
	r, _, err := train.Run(run.Config, run.Seed, p, p, train.Options{Kernels: portable.New[float32](), Hooks: train.Hooks{
		State: func(_ *model.Model[float32], save func() (*train.State, error)) error {
			s, err := save()
			if err != nil {
				return err
			}
			b, err := s.Encode()
			sealed = keep.Seal(uint64(s.Epoch()), b)
			return err
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return sealed, r.Digest
}

func shortRun(t *testing.T) experiment.Run {
	t.Helper()
	c, err := experiment.ParseQuery("models=siamese10&rounds=1&epochs=2&pairs=20&batch=10&ch1=4&ch2=3&fc=5")
	if err != nil {
		t.Fatal(err)
	}
	return c.Runs()[0]
}

// stroke is a drawing: a vertical line, RGBA.
func stroke(side int) []byte {
	b := make([]byte, 4*side*side)
	for y := side / 4; y < side/2; y++ {
		for x := side / 4; x < side/4+side/14; x++ {
			b[4*(y*side+x)+3] = 255
		}
	}
	return b
}

func TestOracleOpensAsksAndExports(t *testing.T) {
	run := shortRun(t)
	state, digest := trainedState(t, run)
	k := portable.New[float32]()
	o := oracle{}
	about := protocol.Trained{Run: run, Settings: "?epochs=2", Epoch: 2, Outcome: protocol.Outcome{Accuracy: 1, Mean: 33, Std: 79}}
	info, err := o.open(protocol.Open{Name: "a", Trained: &about}, state, k)
	if err != nil {
		t.Fatal(err)
	}
	if info.Provenance.Digest != digest || info.Config != run.Config.Model {
		t.Errorf("opened %+v, want digest %s", info, digest)
	}
	q := protocol.Ask{Names: []string{"a"}, Left: &protocol.Digit{Side: 56}, Right: &protocol.Digit{Side: 28}}
	first, seen, err := o.ask(q, stroke(56), stroke(28), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Answers) != 1 || len(first.Answers[0].Left) != 10 || len(seen) != 2*data.Pixels || !first.Left.Shown || first.Left.Label != -1 {
		t.Errorf("answer %+v with %d pixels", first, len(seen))
	}
	// A line that is twice as large is the same digit to the networks.
	if !bytes.Equal(seen[:data.Pixels], seen[data.Pixels:]) {
		t.Error("the same drawing in two sizes is not seen alike")
	}

	file, err := o.export(protocol.Export{Name: "a", Format: protocol.Safetensors})
	if err != nil {
		t.Fatal(err)
	}
	if _, p, err := modelfile.Decode(file); err != nil || p.Digest != digest || p.Settings != "?epochs=2" {
		t.Errorf("the exported file has %+v, %v", p, err)
	}
	if graph, err := o.export(protocol.Export{Name: "a", Format: protocol.ONNX}); err != nil || len(graph) == 0 {
		t.Errorf("ONNX: %d bytes, %v", len(graph), err)
	}

	// The file answers as the network that it was made of.
	if _, err := o.open(protocol.Open{Name: "b"}, file, k); err != nil {
		t.Fatal(err)
	}
	q.Names = []string{"b"}
	again, _, err := o.ask(q, stroke(56), stroke(28), nil)
	if err != nil || again.Answers[0].Probability != first.Answers[0].Probability {
		t.Errorf("reloaded: %+v, %v, want %+v", again, err, first)
	}
}

func TestOracleKeepsWhatItHasAfterABadFile(t *testing.T) {
	run := shortRun(t)
	state, digest := trainedState(t, run)
	k := portable.New[float32]()
	o := oracle{}
	about := &protocol.Trained{Run: run, Epoch: 2, Outcome: protocol.Outcome{Mean: 33, Std: 79}}
	if _, err := o.open(protocol.Open{Name: "file", Trained: about}, state, k); err != nil {
		t.Fatal(err)
	}
	file, err := o.export(protocol.Export{Name: "file", Format: protocol.Safetensors})
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(file)
	flipped[len(flipped)-2] ^= 1
	for name, bad := range map[string][]byte{"empty": {}, "cut": file[:len(file)-1], "flipped": flipped, "text": []byte("no network at all")} {
		if _, err := o.open(protocol.Open{Name: "file"}, bad, k); err == nil {
			t.Errorf("%s: opened", name)
		}
		if got := o["file"].Model.Digest(); got != digest {
			t.Errorf("%s: the network in hand was changed", name)
		}
	}
	if _, err := o.open(protocol.Open{Name: "file", Trained: about}, state[:len(state)-3], k); err == nil {
		t.Error("a cut state was opened")
	}
	// Another epoch's state takes the place of the network, tape and all.
	run.Seed++
	state, digest = trainedState(t, run)
	about.Run = run
	if _, err := o.open(protocol.Open{Name: "file", Trained: about}, state, k); err != nil || o["file"].Model.Digest() != digest {
		t.Errorf("a newer state: %v, digest %s, want %s", err, o["file"].Model.Digest(), digest)
	}
}

func TestOracleRefusesBadQuestions(t *testing.T) {
	o := oracle{}
	drawing := &protocol.Digit{Side: 28}
	for _, c := range []struct {
		q    protocol.Ask
		want string
	}{
		{protocol.Ask{Names: []string{"x"}, Left: drawing, Right: drawing}, `"x"`},
		{protocol.Ask{Left: &protocol.Digit{Side: 29}}, "784"},
		{protocol.Ask{Left: &protocol.Digit{Image: 3}}, "images"},
	} {
		if _, _, err := o.ask(c.q, stroke(28), stroke(28), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.q, err, c.want)
		}
	}
	if _, err := o.export(protocol.Export{Format: "pickle"}); err == nil {
		t.Error("exported as pickle")
	}
	// One digit, or none that can be seen: no answer, but no error either.
	asked, seen, err := o.ask(protocol.Ask{Names: []string{"x"}, Left: drawing, Right: &protocol.Digit{Side: 28}}, stroke(28), make([]byte, 4*28*28), nil)
	if err != nil || asked.Answers != nil || !asked.Left.Shown || asked.Right.Shown || len(seen) != 2*data.Pixels {
		t.Errorf("one digit: %+v, %v", asked, err)
	}
}
