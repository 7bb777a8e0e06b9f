//go:build browser

package browsertest

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/modelfile"
)

// downloadsTo has the tab's downloads put into a folder.
func (v *visit) downloadsTo(dir string) {
	v.t.Helper()
	params := cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}
	if c := chromedp.FromContext(v.Ctx); c != nil {
		params.BrowserContextID = c.BrowserContextID
	}
	if _, err := chromedp.Call(v.Ctx, cdpbrowser.SetDownloadBehavior, params); err != nil {
		v.t.Fatal(err)
	}
}

// downloaded waits for a file and returns its content.
func (v *visit) downloaded(file string) []byte {
	v.t.Helper()
	for deadline := time.Now().Add(soon); ; time.Sleep(50 * time.Millisecond) {
		// Chromium gives the file its name when it is whole.
		if b, err := os.ReadFile(file); err == nil && len(b) > 0 {
			return b
		}
		if time.Now().After(deadline) {
			list, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*"))
			v.t.Fatalf("no %s after %v, only %v", file, soon, list)
		}
	}
}

// Written during training, a file is named after the network in it.
func TestAFileIsNamedAfterItsNetwork(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	dir := t.TempDir()
	v.downloadsTo(dir)
	v.start(endless())
	v.until(trainLimit, `document.querySelectorAll("#saved li").length === 1`)
	var files []string
	for n := 1; n <= 3; n++ {
		for _, file := range files { // another of its name would take its place
			epoch := regexp.MustCompile(`epoch\d+`).FindString(filepath.Base(file))
			v.until(trainLimit, fmt.Sprintf(`!document.querySelector("#saved .origin").innerText.includes("epoch %s of")`, epoch[len("epoch"):]))
		}
		v.press("Download safetensors of Siamese2")
		for deadline := time.Now().Add(soon); len(files) < n && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			files, _ = filepath.Glob(filepath.Join(dir, "*.safetensors"))
		}
		if len(files) != n {
			t.Fatalf("after %d presses there are %v", n, files)
		}
	}
	v.do(`pairlab.stop()`)
	for _, file := range files {
		_, p, err := modelfile.Decode(v.downloaded(file))
		if want := fmt.Sprintf("pairlab-siamese2-seed1-epoch%d.safetensors", p.Epochs); err != nil || filepath.Base(file) != want {
			t.Errorf("%s, want %s (%v)", filepath.Base(file), want, err)
		}
	}
	v.wait(soon, "done")
}

// load gives a file to the input so labelled.
func (v *visit) load(file string) {
	v.t.Helper()
	v.run(chromedp.SetUploadFiles(chromedp.ID("load"), []string{file}))
}

// settled is a network's probability once it stays: answers follow the pen,
// so the first one is of a drawing that is not complete.
func (v *visit) settled(network string) float64 {
	v.t.Helper()
	v.until(soon, answered)
	_, last := v.verdict(network)
	for same := 0; same < 4; {
		time.Sleep(250 * time.Millisecond)
		_, p := v.verdict(network)
		if p == last {
			same++
		} else {
			last, same = p, 0
		}
	}
	return last
}

func TestSafetensorsFileIsKeptAndLoadedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := trained(t, threeNets+"&seed=5")
	v.downloadsTo(dir)
	v.press("Download safetensors of Siamese10")
	name := filepath.Join(dir, "pairlab-siamese10-seed5-epoch3.safetensors")
	file := v.downloaded(name)
	_, p, err := modelfile.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	round := result(v).Models[2].Rounds[0]
	if p.Digest != round.Digest || p.Accuracy != round.TestAccuracy || p.Seed != 5 || p.Epochs != 3 || p.Date == "" {
		t.Errorf("the file says %+v, the result %+v", p, round)
	}
	// The settings make this one network again.
	again, err := experiment.ParseQuery(p.Settings)
	if err != nil || len(again.Runs()) != 1 || again.Runs()[0].Model != "siamese10" || again.Runs()[0].Seed != 5 {
		t.Errorf("the file's settings %q: %v", p.Settings, err)
	}
	v.draw("left", one()...)
	v.draw("right", seven()...)
	want := v.settled("siamese10")

	// A visitor without a training of their own loads it.
	w := open(t, "")
	if button := eval[bool](w, `document.getElementById("copy-link").disabled`); !button {
		t.Error("there is a link before there is a run")
	}
	w.load(name)
	w.until(soon, `document.querySelector("#saved b")?.innerText === "Siamese10, loaded"`)
	w.draw("left", one()...)
	w.draw("right", seven()...)
	if got := w.settled("file"); math.Abs(got-want) > 1e-6 {
		t.Errorf("the loaded network answers with %v, the one that was trained with %v", got, want)
	}

	// Saved again it is the same file.
	other := t.TempDir()
	w.downloadsTo(other)
	w.press("Download safetensors of Siamese10, loaded")
	second := w.downloaded(filepath.Join(other, filepath.Base(name)))
	if _, q, err := modelfile.Decode(second); err != nil || q.Digest != round.Digest || !bytes.Equal(file, second) {
		t.Errorf("saved again: %+v, %v; want the same digest and bytes", q, err)
	}

	// What is not a network is refused, and the one in hand stays.
	flipped := bytes.Clone(file)
	flipped[len(flipped)-1] ^= 0x40
	for kind, c := range map[string]struct {
		bad  []byte
		want string
	}{
		"flipped":   {flipped, "digest"},
		"cut":       {file[:len(file)/2], "bytes"},
		"empty":     {nil, ""},
		"text":      {[]byte("What is this?"), ""},
		"too large": {make([]byte, 16<<20+1), "MB"},
	} {
		bad := filepath.Join(dir, strings.ReplaceAll(kind, " ", "-")+".safetensors")
		if err := os.WriteFile(bad, c.bad, 0o644); err != nil {
			t.Fatal(err)
		}
		w.load(bad)
		w.until(soon, fmt.Sprintf(`document.getElementById("load-error").innerText.includes(%q)`, filepath.Base(bad)+"” was not loaded: "))
		shown := eval[string](w, `document.getElementById("load-error").innerText`)
		if !strings.Contains(shown, c.want) || !strings.Contains(shown, "as they were") {
			t.Errorf("%s: the page says %q, want %q in it", kind, shown, c.want)
		}
		w.draw("left", point{0.3, 0.3})
		w.press("Undo first digit")
		w.until(soon, fmt.Sprintf(`document.querySelector("#verdicts data").value === %q`, fmt.Sprintf("%.6f", want)))
	}
	w.load(name)
	w.until(soon, `document.getElementById("load-error").hidden && document.getElementById("copied").innerText.includes("is loaded")`)
}

// pick types the number of a test image.
func (v *visit) pick(side string, image int) {
	v.t.Helper()
	v.do(fmt.Sprintf(`(() => { const field = document.getElementById("pick-%s"); field.focus(); field.select(); })()`, side))
	v.run(chromedp.KeyEvent(fmt.Sprint(image)))
	v.until(soon, fmt.Sprintf(`document.querySelector("[data-pad=%s] [data-part=about]").innerText.startsWith("Test image %d, a ")`, side, image))
}

func TestKeepAndShareByKeyboardAlone(t *testing.T) {
	by(t, "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000&seed=8", func(t *testing.T, v *visit) {
		dir := t.TempDir()
		v.downloadsTo(dir)
		v.do(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`)
		v.trainByKey()
		v.tabTo(`#saved [data-model=siamese10] button:first-child`)
		v.keys(" ")
		file := filepath.Join(dir, "pairlab-siamese10-seed8-epoch1.safetensors")
		v.downloaded(file)
		v.tabTo(`#saved [data-model=siamese10] button:last-child`)
		v.keys(kb.Enter)
		v.downloaded(filepath.Join(dir, "pairlab-siamese10-seed8-epoch1.onnx"))
		v.tabTo("#load")
		v.load(file) // the system's own dialog, which Enter opens
		v.until(soon, `document.querySelector('#saved [data-network="file"]') !== null`)
		v.tabToName("Copy link that reproduces this run")
		v.keys(" ")
		v.until(soon, `document.getElementById("copied").innerText === "Copied."`)
		v.checkAccessibility("kept and shared")
	})
}

func TestLinkReproducesTheRun(t *testing.T) {
	t.Parallel()
	v := trained(t, "?models=siamese10&rounds=1&epochs=1&pairs=100&pool=10000&seed=8")
	v.do(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`)
	v.press("Copy link that reproduces this run")
	v.until(soon, `document.getElementById("copied").innerText === "Copied."`)
	link := eval[string](v, `copied`)
	if want := v.address[:strings.IndexByte(v.address, '?')]; !strings.HasPrefix(link, want+"?") || !strings.Contains(link, "autostart=1") || strings.Contains(link, "lr=") {
		t.Errorf("the link is %s, want the shortest one that starts by itself", link)
	}
	w := newTab(t)
	w.run(chromedp.Navigate(link))
	w.wait(trainLimit, "done")
	if got, want := result(w).Models[0].Rounds[0].Digest, result(v).Models[0].Rounds[0].Digest; got != want {
		t.Errorf("the link's run has digest %s, want %s", got, want)
	}
}

func TestLoadingByDropAndCopyingWithoutLeave(t *testing.T) {
	t.Parallel()
	v := trained(t, "?models=siamese2&rounds=1&epochs=1&pairs=100&pool=10000")
	v.do(`(() => {
		const files = new DataTransfer();
		files.items.add(new File(["no network"], "dropped.safetensors"));
		document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
	})()`)
	v.until(soon, `document.getElementById("load-error").innerText.includes("“dropped.safetensors” was not loaded")`)
	v.do(`navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))`)
	v.press("Copy link that reproduces this run")
	v.until(soon, `document.getElementById("copied").innerText.includes("did not allow")`)
}
