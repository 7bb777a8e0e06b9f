package main

import (
	"slices"
	"testing"
)

func TestHistoryIsBoundedAndHasTheEnds(t *testing.T) {
	var h history
	for epoch := 3; epoch <= 1000; epoch++ {
		h.add(epoch, epoch)
		epochs := h.epochs()
		if len(epochs) > historyLimit || epochs[0] != 3 || epochs[len(epochs)-1] != epoch || !slices.IsSorted(epochs) {
			t.Fatalf("after epoch %d: %v", epoch, epochs)
		}
		if epoch < 3+historyLimit && len(epochs) != epoch-2 {
			t.Fatalf("after epoch %d of the first %d: only %v", epoch, historyLimit, epochs)
		}
		if epoch > 200 && len(epochs) < historyLimit/2-2 {
			t.Fatalf("after epoch %d: %d epochs", epoch, len(epochs))
		}
		for _, e := range epochs {
			if h.at(e) != e {
				t.Fatalf("epoch %d has the layer of %v", e, h.at(e))
			}
		}
	}
	if h.at(4) != nil || h.step != 16 {
		t.Errorf("epoch 4 has %v; every %dth is kept, want every 16th", h.at(4), h.step)
	}
	before := h
	count := len(h.list)
	h.add(500, "anew")
	if got := h.epochs(); got[len(got)-1] != 500 || !slices.IsSorted(got) || h.at(500) != "anew" || h.at(496) != 496 {
		t.Errorf("a run that begins anew has %v", got)
	}
	if len(before.list) != count || before.at(1000) != 1000 {
		t.Error("a copy changed with it")
	}
}
