package figure

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

func accuracies() Chart {
	return Chart{
		Title: "Accuracy <b> & more", About: "3 rounds.", Note: "Lines", X: "Epoch", Y: "Accuracy, %",
		Range: Range{Soft: [2]float64{50, 100}, Hard: [2]float64{0, 100}},
		Lines: []Line{
			{Name: "One", Color: "#b8500c", Main: []float64{60, math.NaN(), 80, 90}, Low: []float64{55, math.NaN(), 70, 80}, High: []float64{65, math.NaN(), 90, 104}},
			{Name: "Two", Color: "#1f6fb5", Main: []float64{40, math.Inf(1), 95}, Beside: []float64{70}},
		},
	}
}

// TestAChartIsXMLWithAllThatAReaderNeeds reads the drawing as a strict parser
// does.
func TestAChartIsXMLWithAllThatAReaderNeeds(t *testing.T) {
	decoder := xml.NewDecoder(strings.NewReader(accuracies().SVG()))
	var texts []string
	var paths []map[string]string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			texts = append(texts, string(token))
		case xml.StartElement:
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Name.Local] = a.Value
			}
			if token.Name.Local == "path" {
				paths = append(paths, attributes)
			}
		}
	}
	for _, want := range []string{"Accuracy <b> & more", "3 rounds.", "Lines", "Epoch", "Accuracy, %", "One", "Two", "40", "100", "1", "4"} {
		if !slices.Contains(texts, want) {
			t.Errorf("the drawing does not say %q, but %q", want, texts)
		}
	}
	var bands, lines []string
	for _, p := range paths {
		switch {
		case p["fill-opacity"] != "":
			bands = append(bands, p["d"])
		case p["stroke-width"] == "2.25":
			lines = append(lines, p["d"])
		}
	}
	// From 40 to 100 % over y 408 to 116, from epoch 1 to 4 over x 64 to 696.
	wantLines := []string{"M64.0 310.7h0M485.3 213.3h0L696.0 164.7", "M64.0 408.0h0M485.3 140.3h0"}
	if !slices.Equal(lines, wantLines) {
		t.Errorf("lines %q, want %q", lines, wantLines)
	}
	// The band leaves the gap out, and its part above 100 % is clipped.
	wantBand := "M64.0 286.3L64.0 335.0ZM485.3 164.7L696.0 96.5L696.0 213.3L485.3 262.0Z"
	if !slices.Equal(bands, []string{wantBand}) {
		t.Errorf("bands %q, want %q", bands, wantBand)
	}
}

func TestAChartWithoutValuesOrWithOneIsWhole(t *testing.T) {
	one := accuracies()
	one.Lines = []Line{{Name: "One", Color: "#000", Main: []float64{75}}}
	if svg := one.SVG(); !strings.Contains(svg, "M380.0 262.0h0") {
		t.Errorf("one value is not in the middle: %s", svg)
	}
	for _, c := range []Chart{{}, {Range: Range{Hard: [2]float64{0, math.Inf(1)}}, Lines: []Line{{Main: []float64{math.NaN()}}}}} {
		if svg := c.SVG(); strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || !strings.HasSuffix(svg, "</svg>\n") {
			t.Errorf("without values: %s", svg)
		}
	}
}

func TestTicksAreRoundAndNotTooMany(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		most      int
		whole     bool
		want      []float64
	}{
		{0, 100, 6, false, []float64{0, 20, 40, 60, 80, 100}},
		{50, 100, 6, false, []float64{50, 60, 70, 80, 90, 100}},
		{0, 0.5, 6, false, []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5}},
		{1, 25, 10, true, []float64{5, 10, 15, 20, 25}},
		{1, 3, 10, true, []float64{1, 2, 3}},
		{1, 1, 10, true, []float64{1}},
	} {
		got := ticks(test.low, test.high, test.most, test.whole)
		same := len(got) == len(test.want)
		for i := range min(len(got), len(test.want)) {
			same = same && math.Abs(got[i]-test.want[i]) < 1e-9
		}
		if !same {
			t.Errorf("%v to %v: %v, want %v", test.low, test.high, got, test.want)
		}
	}
}
