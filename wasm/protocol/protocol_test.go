package protocol

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/modelfile"
	"github.com/pairlab/pairlab/engine/train"
)

func TestRequestsComeThroughWhole(t *testing.T) {
	config, err := experiment.ParseQuery("models=siamese2&rounds=1&seed=9007199254740991&lr=0.3")
	if err != nil {
		t.Fatal(err)
	}
	shard := data.Shard{File: "mnist-test-00000-00.pack", Bytes: 7, SHA256: strings.Repeat("a", 64), Split: data.Test, Images: 10}
	for _, want := range []Request{
		{ID: 1, Op: OpLoad, Load: &Load{Manifest: data.Manifest{Schema: "s", Shards: []data.Shard{shard}}, Shard: shard}},
		{ID: 2, Op: OpTrain, Train: &Train{Run: config.Runs()[0], Pairs: 1000, Pool: 60000, Kernels: "portable", Interval: 50}},
		{ID: 2, Op: OpTrain, Train: &Train{Run: config.Runs()[0], Epoch: 3, Team: &Team{Rank: 1, Size: 2, Shared: true, Values: 39588, Most: 4096, Spins: 100}}},
		{ID: 5, Op: OpOpen, Open: &Open{Name: "file", Kernels: "simd"}},
		{ID: 5, Op: OpOpen, Open: &Open{Name: "siamese2", Trained: &Trained{Run: config.Runs()[0], Settings: "?seed=3", Epoch: 2, Date: "today", Outcome: Outcome{Accuracy: 0.5, Mean: 33, Std: 79}}}},
		{ID: 6, Op: OpAsk, Ask: &Ask{Names: []string{"file"}, Left: &Digit{Side: 224}, Right: &Digit{Image: 7}}},
		{ID: 7, Op: OpExport, Export: &Export{Name: "file", Format: ONNX}},
		{ID: 3, Op: OpPause}, {ID: 4, Op: OpResume}, {ID: 4, Op: OpYield}, {ID: 4294967295, Op: OpStop},
	} {
		text, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeRequest(text)
		want.Version = Version
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("sent %+v\n got %+v, %v", want, got, err)
		}
	}
}

func TestAnswersComeThroughWhole(t *testing.T) {
	for _, want := range []Answer{
		{Reply: Hello},
		{ID: 7, Reply: Events, Events: []experiment.Event{
			{Kind: experiment.StartEvent, Model: model.Baseline, Round: 3, Parameters: 289666},
			{Kind: experiment.ProgressEvent, Model: model.Baseline, Round: 3, Progress: &train.Progress{Epoch: 1, Loss: 0.25}},
		}},
		{ID: 7, Reply: State, Epoch: 3},
		{ID: 7, Reply: State, Epoch: 3, Outcome: &Outcome{Accuracy: 0.5, Mean: 33, Std: 79}},
		{ID: 7, Reply: Events, Layers: []int{4, 5}},
		{ID: 7, Reply: Done, Network: &Network{Config: model.Paper(model.Siamese2), Provenance: modelfile.Provenance{Seed: 9}}},
		{ID: 7, Reply: Done, Asked: &Asked{Left: Seen{Shown: true, Label: -1}, Right: Seen{Shown: true, Label: 4}, Answers: []ask.Answer{
			{Yes: true, Probability: 0.75}, {Probability: 0.5, Left: []float64{1, 0}, Right: []float64{0, 1}}}}},
		{ID: 7, Reply: Done},
		{ID: 8, Reply: Failed, Error: &Error{Message: "out of memory", Fatal: true}},
	} {
		text, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeAnswer(text)
		want.Version = Version
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("sent %+v\n got %+v, %v", want, got, err)
		}
	}
}

func TestWhatIsNotAMessageIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		``:                                    "protocol:",
		`{"v":0,"id":1,"op":"stop"}`:          "reload",
		`{"v":4,"id":1,"op":"jump"}`:          `"jump"`,
		`{"v":4,"id":1,"op":"train"}`:         "says nothing",
		`{"v":4,"id":1,"op":"load"}`:          "says nothing",
		`{"v":4,"id":1,"op":"open"}`:          "says nothing",
		`{"v":4,"id":1,"op":"ask"}`:           "says nothing",
		`{"v":4,"id":1,"op":"export"}`:        "says nothing",
		`{"v":4,"id":-1,"op":"stop"}`:         "protocol:",
		`{"v":4,"id":1,"op":"stop"} and more`: "protocol:",
	} {
		if _, err := DecodeRequest(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("request %s: error %v, want one with %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`{"v":1,"id":1,"reply":"done"}`:   "reload",
		`{"v":4,"id":1,"reply":"failed"}`: "no reason",
		`{"v":4,"id":1,"reply":"maybe"}`:  `"maybe"`,
	} {
		if _, err := DecodeAnswer(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("answer %s: error %v, want one with %q", text, err, want)
		}
	}
}
