package main

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// TestKernelsWithoutCommentsMeanTheSame compares what is read of the texts.
func TestKernelsWithoutCommentsMeanTheSame(t *testing.T) {
	name, err := withoutComments("../..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string }
	if err := json.Unmarshal(b, &overlay); err != nil {
		t.Fatal(err)
	}
	if len(overlay.Replace) < 9 {
		t.Errorf("%d texts, want all", len(overlay.Replace))
	}
	for from, to := range overlay.Replace {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		short, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if len(short) > len(text)*9/10 {
			t.Errorf("%s: %d bytes of %d are left, want fewer than 90 %%", from, len(short), len(text))
		}
		if !reflect.DeepEqual(asm.Parse(string(short)), asm.Parse(string(text))) {
			t.Errorf("%s means something else without comments", from)
		}
	}
}
