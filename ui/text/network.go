package text

import (
	"fmt"
	"strconv"

	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// Network is a trained network that the page can ask and keep.
type Network struct {
	Name     string // what the program calls it
	Kind     model.Kind
	Seed     uint64
	Epoch    int     // epochs that it is trained for
	Epochs   int     // of its run; 0 if that is not known
	Accuracy float64 // on the test pairs
	File     string  // the file that it was loaded from; empty if it was trained here
	Earlier  bool    // of the experiment before the one in hand
	Pairs    int     // test pairs in its round
	Version  int     // another for each content of a name
}

// FileName is what a file of the network is called, without its ending.
func (n Network) FileName() string {
	return fmt.Sprintf("pairlab-%s-seed%d-epoch%d", n.Kind, n.Seed, n.Epoch)
}

// Title is the network's name, and what tells it from others of its kind.
func (n Network) Title() string {
	if n.File != "" {
		return experiment.Label(n.Kind) + ", loaded"
	}
	return experiment.Label(n.Kind)
}

// Origin says where a network comes from and how good it is.
func (n Network) Origin() string {
	made := Times(n.Epoch, "epoch")
	if n.Epochs > n.Epoch {
		made = fmt.Sprintf("epoch %d of %d", n.Epoch, n.Epochs)
	}
	text := fmt.Sprintf("Seed %d, %s, %s on its test pairs", n.Seed, made, Percent(n.Accuracy, 1))
	switch {
	case n.File != "":
		text += ", from " + n.File
	case n.Earlier:
		text += ", from the experiment before"
	}
	return text
}

// Question is what an answer answers: 3 ≤ 7, with the digits that the network
// reads.
func Question(a ask.Answer) string {
	left, right, ok := a.Digits()
	if !ok {
		return "First ≤ second"
	}
	return strconv.Itoa(left) + " ≤ " + strconv.Itoa(right)
}

// YesNo is an answer in a word.
func YesNo(a ask.Answer) string {
	if a.Yes {
		return "yes"
	}
	return "no"
}

// Right says whether an answer about two test images is right; empty if the
// digits are not known.
func Right(a ask.Answer, left, right int) string {
	switch {
	case left < 0 || right < 0:
		return ""
	case a.Yes == (left <= right):
		return "right"
	}
	return "wrong"
}

// Reading says in words what a network takes a digit for: its likeliest
// classes.
func Reading(side string, p []float64) string {
	first, second := 0, -1
	for i := 1; i < len(p); i++ {
		switch {
		case p[i] > p[first]:
			first, second = i, first
		case second < 0 || p[i] > p[second]:
			second = i
		}
	}
	text := fmt.Sprintf("%s digit: %d with %s", side, first, Percent(p[first], 0))
	if second >= 0 && p[second] >= 0.01 {
		text += fmt.Sprintf(", %d with %s", second, Percent(p[second], 0))
	}
	return text
}

// Heard is what a screen reader is told of all answers.
func Heard(networks []Network, answers []ask.Answer) string {
	text := ""
	for i, a := range answers {
		if i > 0 {
			text += " "
		}
		text += fmt.Sprintf("%s: %s: %s, %s.", networks[i].Title(), Question(a), YesNo(a), Percent(a.Probability, 0))
	}
	return text
}

// Reads says whether the network reads digits.
func (n Network) Reads() bool { return model.Config{Kind: n.Kind}.Siamese() }
