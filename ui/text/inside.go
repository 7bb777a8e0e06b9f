package text

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/inspect"
)

// InsideNone says what to do before there is a network to look into.
const InsideNone = "Train a network, or load one below: then its test pairs are here, those that it gets wrong first."

// Score says how many test pairs a network gets right, and how many digits if
// it reads them.
func Score(n Network, pairs, digits inspect.Cell) string {
	text := fmt.Sprintf("%s answers %s of %s right: %s.", n.Title(), Count(pairs.Right), Times(pairs.Pairs, "test pair"), Percent(pairs.Share(), 2))
	if digits.Pairs > 0 {
		text += fmt.Sprintf(" It reads %s of %s right: %s.", Count(digits.Right), Times(digits.Pairs, "digit"), Percent(digits.Share(), 2))
	}
	return text
}

// Listed says which pairs a list has.
func Listed(f inspect.Filter, shown, listed, wrong int) string {
	var parts []string
	for _, p := range []struct {
		what  string
		digit int
	}{{"first digit ", f.First}, {"second digit ", f.Second}, {"either digit ", f.Either}} {
		if p.digit != inspect.Any {
			parts = append(parts, p.what+strconv.Itoa(p.digit))
		}
	}
	text := fmt.Sprintf("%d of %s", shown, Times(listed, "pair"))
	if len(parts) > 0 {
		text += " with " + strings.Join(parts, ", ")
	}
	if listed == 0 {
		return text + "."
	}
	return text + fmt.Sprintf("; %s wrong, shown first.", Count(wrong))
}

// Truth is a pair with its right answer: 7 > 2.
func Truth(left, right uint8) string {
	if left <= right {
		return fmt.Sprintf("%d ≤ %d", left, right)
	}
	return fmt.Sprintf("%d > %d", left, right)
}

// Said is answer i to a pair of two digits, and what there is to remark.
func Said(a *inspect.Answers, i int, left, right uint8) (says, remark string) {
	says = "no"
	if a.Yes[i] {
		says = "yes"
	}
	says += ", " + Percent(float64(a.Probability[i]), 0)
	if !a.Correct(i, left, right) {
		remark = "wrong"
	}
	if a.Reads() && (a.Left[i] != int8(left) || a.Right[i] != int8(right)) {
		if remark != "" {
			remark += ", "
		}
		remark += fmt.Sprintf("reads %d, %d", a.Left[i], a.Right[i])
	}
	return says, remark
}

// AfterEpoch says which epoch of a network's run is shown.
func AfterEpoch(epoch, epochs int) string {
	if epochs == 0 {
		return fmt.Sprintf("epoch %d", epoch)
	}
	return fmt.Sprintf("epoch %d of %d", epoch, epochs)
}

// KeptEpochs says of which epochs the first layer is kept.
func KeptEpochs(n Network, epochs []int) string {
	if len(epochs) == 0 {
		return "What was saved of a run has its network as it was in the end: there are no earlier epochs."
	}
	missing := n.Epoch - len(epochs)
	text := fmt.Sprintf("While the page is open it keeps the first layer of this run, after %s so far", Times(len(epochs), "epoch"))
	if missing > 0 {
		text += fmt.Sprintf("; of %s it is not kept: those before this visit, and of long runs all but every few", Times(missing, "epoch"))
	}
	return text + ". Deeper layers are not kept."
}

// Sides name the groups of filters or maps.
func Sides(groups int) []string {
	if groups == 1 {
		return []string{"both digits"}
	}
	return []string{"the first digit", "the second digit"}
}

// FiltersAlt says in words what a picture of filters has.
func FiltersAlt(a inspect.Atlas, side, when string) string {
	return fmt.Sprintf("%s of %d×%d weights for %s, after %s: from %s to %s", Times(a.Tiles, "filter"), a.Side, a.Side, side, when, value(a.Least), value(a.Most))
}

// MapsAlt says in words what a picture of maps has.
func MapsAlt(a inspect.Atlas, side, when, pair string) string {
	return fmt.Sprintf("%s of %d×%d values of %s of %s, after %s: from %s to %s", Times(a.Tiles, "map"), a.Side, a.Side, side, pair, when, value(a.Least), value(a.Most))
}

func value(v float32) string {
	return strings.Replace(strconv.FormatFloat(float64(v), 'f', 2, 32), "-", "−", 1)
}

// PairName is a test pair in words.
func PairName(left, right uint8, images []int32) string {
	return fmt.Sprintf("the pair %s, test images %d and %d", Truth(left, right), images[0], images[1])
}

// Asked says how far the test pairs are through.
func Asked(name string, done, of int) string {
	return fmt.Sprintf("%s has answered %s of %s.", name, Count(done), Times(of, "test pair"))
}

// InsideTitle is a network's name as a column's head has it.
func InsideTitle(n Network) string {
	if n.File != "" {
		return experiment.Label(n.Kind) + " (file)"
	}
	return experiment.Label(n.Kind)
}
