//go:build browser && firefox

package browsertest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/drive/firefox"
)

// TestDigestIsTheSameInFirefox makes the runs of TestDigestIsTheSameOnAnyTeam
// in Firefox, and compares them with one worker's in Chromium.
func TestDigestIsTheSameInFirefox(t *testing.T) {
	tab, stop, err := firefox.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	if err := tab.Open(serve(t, nil)); err != nil {
		t.Fatal(err)
	}
	for began, state := time.Now(), ""; state != "ready"; time.Sleep(100 * time.Millisecond) {
		if err := tab.Eval(`document.documentElement.dataset.state`, &state); err != nil {
			t.Fatal(err)
		}
		if state == "failed" || time.Since(began) > readyLimit {
			t.Fatalf("the page is %s after %v", state, time.Since(began))
		}
	}
	inFirefox := func(settings map[string]any) (digest string) {
		t.Helper()
		text, err := json.Marshal(quick(settings))
		if err != nil {
			t.Fatal(err)
		}
		err = tab.Eval(fmt.Sprintf(`new Promise((resolve, reject) => {
			const ends = [
				pairlab.on("done", (r) => { for (const end of ends) end(); resolve(r.models[0].rounds[0].digest); }),
				pairlab.on("error", ({ message }) => { for (const end of ends) end(); reject(new Error(message)); }),
			];
			pairlab.start(%s);
		})`, text), &digest)
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	var isolated bool
	if err := tab.Eval(`crossOriginIsolated`, &isolated); err != nil || !isolated {
		t.Fatalf("the page is isolated: %v, %v", isolated, err)
	}
	v := open(t, "")
	runs := 0
	for _, kind := range model.Kinds {
		for _, batch := range []int{100, 37} {
			settings := map[string]any{"models": []string{string(kind)}, "epochs": 2, "pairs": 137, "batch": batch, "workers": 1}
			want := digestOf(v, settings)
			for _, transport := range []string{"shared", "ports"} {
				for _, workers := range []int{1, 2, 3, 4, 8} {
					settings["workers"], settings["transport"] = workers, transport
					if got := inFirefox(settings); got != want {
						t.Errorf("%s, batch %d, %d workers, %s: digest %.8s in Firefox, %.8s in Chromium", kind, batch, workers, transport, got, want)
					}
					runs++
				}
			}
		}
	}
	t.Logf("%d runs compared", runs)
}
