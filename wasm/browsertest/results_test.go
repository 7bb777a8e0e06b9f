//go:build browser

package browsertest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	_ "image/png"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/pairlab/pairlab/engine/experiment"
)

// severalRounds has rounds for intervals and bands.
const severalRounds = "?models=siamese2,siamese10&rounds=3&epochs=3&pairs=200&pool=10000"

// unfold opens or closes a details element by its visible summary, by keyboard.
func (v *visit) unfold(summary string) {
	v.t.Helper()
	v.do(fmt.Sprintf(`[...document.querySelectorAll("summary")].find((s) => s.textContent.replace(/\s+/g, " ").trim() === %q).focus()`, summary))
	v.run(chromedp.KeyEvent(" "))
}

// cells are the cells of a chart's table, by row; the first row is the head.
func (v *visit) cells(figure string) [][]string {
	v.t.Helper()
	return eval[[][]string](v, fmt.Sprintf(`[...document.querySelectorAll("[data-figure=%s] tr")].map((row) => [...row.cells].map((cell) => cell.innerText))`, figure))
}

// hover moves the mouse to a place in the window.
func (v *visit) hover(x, y float64) {
	v.t.Helper()
	for _, off := range []float64{0, 1} {
		params := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x + off, Y: y}
		if _, err := chromedp.Call(v.Ctx, input.DispatchMouseEvent, params); err != nil {
			v.t.Fatal(err)
		}
	}
}

func TestTheTableHasIntervalsAndTheChartsHaveTables(t *testing.T) {
	t.Parallel()
	v := trained(t, severalRounds)
	r := result(v)
	for _, m := range r.Models {
		i := experiment.AccuracyInterval(m.Rounds)
		want := fmt.Sprintf("%.2f–%.2f\u00a0%%", 100*i.Low, 100*i.High)
		if got := eval[string](v, fmt.Sprintf(`document.querySelector("[data-cell=interval-%s]").innerText`, m.Name)); got != want {
			t.Errorf("%s: interval %q, want %q", m.Name, got, want)
		}
	}
	if made := eval[int](v, `document.querySelectorAll("[data-figure] table").length`); made != 0 {
		t.Errorf("%d tables were made before anyone opened them", made)
	}
	v.unfold("Data table of accuracy")
	v.until(soon, `document.querySelector("[data-figure=accuracy] table") !== null`)
	check := func(pairs string, of func(round, epoch int) float64) {
		t.Helper()
		rows := v.cells("accuracy")
		if len(rows) != 4 || strings.Join(rows[0], "|") != "Epoch|Siamese2|Siamese10" {
			t.Fatalf("the table is %q", rows)
		}
		for epoch := range 3 {
			var x []float64
			sum, squares := 0.0, 0.0
			for round := range r.Models[1].Rounds {
				x = append(x, 100*of(round, epoch))
				sum += x[round]
			}
			for _, v := range x {
				squares += (v - sum/3) * (v - sum/3)
			}
			want := fmt.Sprintf("%.2f ±\u00a0%.2f", sum/3, math.Sqrt(squares/2))
			if got := rows[1+epoch][2]; got != want {
				t.Errorf("epoch %d, %s pairs: %q, want %q", epoch+1, pairs, got, want)
			}
		}
	}
	check("test", func(round, epoch int) float64 { return r.Models[1].Rounds[round].Epochs[epoch].TestAccuracy })
	v.do(`document.querySelector("#which input[value=train]").focus()`)
	v.run(chromedp.KeyEvent(" "))
	v.until(soon, `document.querySelector("[data-figure=accuracy] caption").innerText.includes("training pairs")`)
	check("training", func(round, epoch int) float64 { return r.Models[1].Rounds[round].Epochs[epoch].TrainAccuracy })

	// The key says how far rounds differ, at the end and under the pointer.
	const key = `document.querySelector("#key [data-model=siamese10] .figure").innerText`
	last := eval[string](v, key)
	if !strings.Contains(last, "±") {
		t.Errorf("the key says %q, want a spread", last)
	}
	v.do(`document.getElementById("chart-loss").scrollIntoView({ block: "center" })`)
	box := eval[struct{ X, Y, Width, Height float64 }](v, `document.querySelector("#chart-loss .u-over").getBoundingClientRect().toJSON()`)
	v.hover(box.X+2, box.Y+box.Height/2)
	v.until(soon, `document.querySelector("#key .epoch").innerText === "epoch 1"`)
	if first := eval[string](v, key); first == last {
		t.Errorf("the key says %q at epoch 1 and at the end", first)
	}
}

func TestATableFollowsTraining(t *testing.T) {
	t.Parallel()
	v := open(t, "")
	v.unfold("Data table of loss")
	v.until(soon, `document.querySelector("[data-figure=loss] [role=region]").innerText === "Nothing is trained yet."`)
	v.start(map[string]any{"models": []string{"siamese10"}, "rounds": 2, "epochs": 30, "pairs": 200, "pool": 10_000})
	v.until(trainLimit, `document.querySelectorAll("[data-figure=loss] tbody tr").length > 2`)
	v.wait(trainLimit, "done")
	if rows := v.cells("loss"); len(rows) != 31 || !strings.Contains(rows[30][1], "±") {
		t.Errorf("the table has %d rows at the end, want a head and 30 epochs: %q", len(rows), rows)
	}
}

func TestChartsAndResultsAreSavedAsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := open(t, severalRounds)
	if off := eval[bool](v, `[...document.querySelectorAll("[data-save], #save-json, #save-csv")].every((b) => b.disabled)`); !off {
		t.Error("something can be saved before there is anything")
	}
	v.run(pressTrain())
	v.wait(trainLimit, "done")
	v.downloadsTo(dir)
	v.do(`document.querySelector("#key [data-model=siamese2]").focus()`)
	v.run(chromedp.KeyEvent(" "))
	v.press("Save SVG of accuracy")
	checkSVG(t, v.downloaded(filepath.Join(dir, "pairlab-accuracy-test.svg")))
	v.do(`document.querySelector("#which input[value=train]").click()`)
	v.press("Save PNG of loss")
	checkPNG(t, v.downloaded(filepath.Join(dir, "pairlab-loss-train.png")))

	v.press("Download JSON")
	var saved experiment.Result
	if err := json.Unmarshal(v.downloaded(filepath.Join(dir, "pairlab-result.json")), &saved); err != nil {
		t.Fatal(err)
	}
	r := result(v)
	if saved.Schema != experiment.Schema || len(saved.Models) != 2 || saved.Models[1].Mean != r.Models[1].Mean || saved.Models[1].Rounds[2].Digest != r.Models[1].Rounds[2].Digest {
		t.Errorf("the JSON says %+v", saved)
	}
	v.press("Download CSV")
	rows, err := csv.NewReader(bytes.NewReader(v.downloaded(filepath.Join(dir, "pairlab-result.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+2*3*3 {
		t.Fatalf("the CSV has %d rows, want a head and an epoch of 2 networks, 3 rounds, 3 epochs each", len(rows))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	last, round := rows[len(rows)-1], r.Models[1].Rounds[2]
	if got, _ := strconv.ParseFloat(last[column["testAccuracy"]], 64); got != round.TestAccuracy || last[column["digest"]] != round.Digest {
		t.Errorf("the CSV ends with %q, want accuracy %v and digest %s", last, round.TestAccuracy, round.Digest)
	}
}

func TestResultsByKeyboardAlone(t *testing.T) {
	by(t, severalRounds, func(t *testing.T, v *visit) {
		dir := t.TempDir()
		v.downloadsTo(dir)
		v.trainByKey()
		v.tabTo("#which input")
		v.keys(kb.ArrowRight)
		v.until(soon, `document.querySelector("#which input[value=train]").checked && document.getElementById("chart-loss").ariaLabel.includes("raining")`)
		v.keys(kb.ArrowLeft)
		v.tabTo("#key [data-model=siamese2]")
		v.keys(" ")
		v.until(soon, `document.querySelector("#key [data-model=siamese2]").ariaPressed === "false"`)
		v.tabTo("[data-figure=accuracy] summary")
		v.keys(kb.Enter)
		v.until(soon, `document.querySelectorAll("[data-figure=accuracy] tbody tr").length === 3`)
		v.tabTo("[data-figure=accuracy] [data-save=svg]")
		v.keys(" ")
		checkSVG(t, v.downloaded(filepath.Join(dir, "pairlab-accuracy-test.svg")))
		v.tabTo("#save-json")
		v.keys(" ")
		v.downloaded(filepath.Join(dir, "pairlab-result.json"))
		v.checkAccessibility("results")
	})
}

// checkSVG reads the drawing of Siamese10 alone.
func checkSVG(t *testing.T, file []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(file))
	texts, bands, lines := "", 0, 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			texts += string(token) + "|"
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "fill-opacity" {
					bands++
				}
				if a.Name.Local == "stroke-width" && a.Value == "2.25" {
					lines++
				}
			}
		}
	}
	if bands != 1 || lines != 1 || strings.Contains(texts, "|Siamese2|") {
		t.Errorf("%d bands and %d lines, want those of Siamese10 alone", bands, lines)
	}
	for _, want := range []string{"Accuracy on the test pairs", "3 rounds of 3 epochs, seed 1", "|Epoch|", "|Accuracy, %|", "|Siamese10|", "|100|"} {
		if !strings.Contains(texts, want) {
			t.Errorf("the drawing does not say %q: %q", want, texts)
		}
	}
}

// checkPNG looks for white ground and for the line's colour.
func checkPNG(t *testing.T, file []byte) {
	t.Helper()
	picture, format, err := image.Decode(bytes.NewReader(file))
	if err != nil || format != "png" {
		t.Fatalf("format %q: %v", format, err)
	}
	if size := picture.Bounds().Size(); size != image.Pt(1440, 920) {
		t.Errorf("size %v", size)
	}
	if corner := color.RGBAModel.Convert(picture.At(3, 3)); corner != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("the ground is %v, want white", corner)
	}
	purple := 0
	for y := range 920 {
		for x := range 1440 {
			if color.RGBAModel.Convert(picture.At(x, y)) == (color.RGBA{0x5b, 0x2a, 0x86, 255}) {
				purple++
			}
		}
	}
	if purple < 500 {
		t.Errorf("%d pixels have Siamese10's colour, want a line of it", purple)
	}
}
