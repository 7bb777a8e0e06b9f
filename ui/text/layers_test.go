package text

import (
	"encoding/xml"
	"io"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

var (
	weightsShown = regexp.MustCompile(`<span class="weights"><b>([\d,]+)</b>`)
	tags         = regexp.MustCompile(`<[^>]*>`)
)

// drawn is the drawing of a network, as settings in the address have it.
func drawn(t *testing.T, kind model.Kind, query string) (model.Config, string) {
	t.Helper()
	c, err := experiment.ParseQuery("models=" + string(kind) + "&" + query)
	if err != nil {
		t.Fatal(err)
	}
	network := c.Train(kind).Model
	return network, Drawing(network)
}

func TestDrawnParametersAddUpToTheNetworks(t *testing.T) {
	for _, query := range []string{
		"", "preset=tuned", "bn=0", "sharing=0", "bn=0&sharing=0", "ch1=8&ch2=3&fc=200", "preset=tuned&sharing=0&ch1=16", "aux=0&pairloss=1", "soft=1",
	} {
		for _, kind := range model.Kinds {
			c, html := drawn(t, kind, query)
			m, err := model.New[float32](c, rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for _, found := range weightsShown.FindAllStringSubmatch(html, -1) {
				n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
				if err != nil {
					t.Fatal(err)
				}
				sum += n
			}
			if want := m.Params.Count(); sum != want || !strings.Contains(html, ">"+Count(want)+" parameters in all<") || c.Parameters() != want {
				t.Errorf("%s, %s: the drawing's parameters add up to %d, want %d", kind, query, sum, want)
			}
		}
	}
}

func TestWordsFollowTheTechniques(t *testing.T) {
	for _, c := range []struct {
		kind        model.Kind
		query, want string
	}{
		{model.Siamese2, "sharing=0", "Reads each digit with weights of its own, then compares what it read; learns to name the digits on the side."},
		{model.Siamese2, "aux=0", "Reads each digit with the same weights, then compares what it read."},
		{model.Siamese10, "sharing=0", "Reads each digit with weights of its own and only learns to name it; the comparison is then arithmetic."},
	} {
		network, _ := drawn(t, c.kind, c.query)
		if got := About(network); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.kind, c.query, got, c.want)
		}
	}
}

func TestDrawingsShowTheTechniques(t *testing.T) {
	for _, c := range []struct {
		kind  model.Kind
		query string
		words string         // some of those shown
		count map[string]int // of parts of the HTML
	}{
		{model.Baseline, "", "Both digits 14×14×2 Convolution 4×4 11×11×64 2,112 parameters Max pooling 4×4, ReLU 8×8×64 Batch norm 8×8×64 128 parameters " +
			"Convolution 4×4, ReLU 5×5×64 65,600 parameters Batch norm 5×5×64 128 parameters Flatten 1,600 Fully connected, ReLU 128 204,928 parameters " +
			"Fully connected, ReLU 128 16,512 parameters Fully connected pair’s loss × 1 2 258 parameters Answer: the larger of the two outputs 289,666 parameters in all",
			map[string]int{`"branch`: 0, `data-kind="norm"`: 2}},
		{model.Siamese2, "", "Fully connected, ReLU digit’s loss × 1 10 650 parameters Join 20 Fully connected, ReLU pair’s loss × 1 2 42 parameters",
			map[string]int{`"branch shared"`: 1, `"branch"`: 0, `data-kind="norm"`: 3, `data-kind="conv"`: 2}},
		{model.Siamese2, "sharing=0", "Second digit’s weights Convolution 3×3 12×12×64 640 parameters",
			map[string]int{`"branch shared"`: 0, `"branch"`: 2, `data-kind="norm"`: 6, `data-kind="conv"`: 4}},
		{model.Siamese2, "bn=0&aux=0.25", "digit’s loss × 0.25", map[string]int{`data-kind="norm"`: 0}},
		{model.Siamese2, "aux=0", "", map[string]int{"digit’s loss": 0, "pair’s loss": 1}},
		{model.Siamese2, "preset=tuned", "digit’s loss × 1 10 650 parameters Softmax 10 Join 20 Fully connected pair’s loss × 1 2 42", nil},
		{model.Siamese10, "", "Fully connected, ReLU not trained 2 42 parameters Answer: first digit read ≤ second digit read", map[string]int{"layer idle": 1}},
	} {
		_, html := drawn(t, c.kind, c.query)
		words := strings.Join(strings.Fields(tags.ReplaceAllString(strings.ReplaceAll(html, "><", "> <"), "")), " ")
		if !strings.Contains(words, c.words) {
			t.Errorf("%s, %s: no %q in %q", c.kind, c.query, c.words, words)
		}
		for part, want := range c.count {
			if got := strings.Count(html, part); got != want {
				t.Errorf("%s, %s: %s is there %d times, want %d", c.kind, c.query, part, got, want)
			}
		}
	}
}

// Every element is closed where it should be.
func TestDrawingsAreWellFormed(t *testing.T) {
	for _, query := range []string{"", "sharing=0", "preset=tuned&bn=0"} {
		for _, kind := range model.Kinds {
			_, html := drawn(t, kind, query)
			for d := xml.NewDecoder(strings.NewReader("<div>" + html + "</div>")); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s, %s: %v in %s", kind, query, err, html)
				}
			}
		}
	}
}
