package experiment

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// sentence is what a technique's numbers show: of all networks, and of the
// largest weight.
func sentence(t Technique) string {
	switch { // every network has batch norm
	case len(t.Comparisons) > 0:
		return t.Comparisons[0].Sentence()
	case t.Name == "aux":
		return "None of these networks can be trained with two of these weights of the auxiliary loss."
	}
	return "None of these networks has weight sharing to switch on and off."
}

// Sentence says in plain English what the comparison's numbers show: the effect
// on test accuracy with its 95 % interval, or that this includes 0, and what
// the technique costs.
func (c *Comparison) Sentence() string {
	subject, with, without := c.words()
	networks := c.networks()
	diverged := fmt.Sprintf("%d of %d runs %s and %d of %d %s diverged",
		c.High.Diverged, c.High.Runs, with, c.Low.Diverged, c.Low.Runs, without)
	switch {
	case c.High.Runs == 0:
		return fmt.Sprintf("The effect of %s is not known yet: no round of %s is finished.", subject, networks)
	case c.Accuracy.N == 0:
		return fmt.Sprintf("The effect of %s on %s cannot be told: %s.", subject, networks, diverged)
	}
	s := "In one round"
	if n := c.Accuracy.N; n > 1 {
		s = fmt.Sprintf("Over %d rounds", n)
	}
	s += " of " + networks + ", " + c.effect(subject)
	if cost := c.cost(); cost != "" {
		s += "; " + with + ", " + cost
	}
	if c.High.Diverged+c.Low.Diverged > 0 {
		s += "; " + diverged + " and are left out"
	}
	return s + "."
}

// words are the technique, having it and not having it.
func (c *Comparison) words() (subject, with, without string) {
	switch c.Technique {
	case "bn":
		return "batch normalisation", "with it", "without it"
	case "sharing":
		return "weight sharing", "with it", "without it"
	}
	return "an auxiliary loss of weight " + c.High.Value + " instead of " + c.Low.Value,
		"with weight " + c.High.Value, "with weight " + c.Low.Value
}

func (c *Comparison) networks() string {
	s := ""
	for i, kind := range c.Models {
		switch {
		case i > 0 && i == len(c.Models)-1:
			s += " and "
		case i > 0:
			s += ", "
		}
		s += Label(kind)
	}
	return s
}

func (c *Comparison) effect(subject string) string {
	d := c.Accuracy
	low, high := d.Low, d.High
	if d.Includes(0) {
		return fmt.Sprintf("the effect of %s on test accuracy is not clear: %s percentage points, with a 95 %% interval of %s to %s that includes 0",
			subject, signed(d.Mean), signed(low), signed(high))
	}
	if d.Mean == 0 {
		return subject + " left test accuracy as it was (one round has no interval)"
	}
	verb, by := "raised", d.Mean
	if by < 0 {
		verb, by, low, high = "lowered", -by, -high, -low
	}
	interval := "one round has no interval"
	if d.Bounded() {
		interval = "95 % interval " + points(low) + " to " + points(high)
	}
	return fmt.Sprintf("%s %s test accuracy by %s percentage points, from %s %% to %s %% (%s)",
		subject, verb, points(by), points(c.Low.Accuracy), points(c.High.Accuracy), interval)
}

// cost says what a network with the technique has and does, and what instead.
func (c *Comparison) cost() string {
	var parts []string
	average := ""
	if len(c.Models) > 1 {
		average = "on average "
	}
	if h, l := c.High.Parameters, c.Low.Parameters; h.Valid() {
		if h == l {
			parts = append(parts, "a network has as many parameters ("+average+thousands(h)+")")
		} else {
			parts = append(parts, "a network has "+average+thousands(h)+" parameters instead of "+thousands(l))
		}
	}
	if h, l := c.High.PairsPerSecond, c.Low.PairsPerSecond; h.Valid() {
		parts = append(parts, "trains on "+thousands(h)+" pairs a second instead of "+thousands(l))
	}
	target := "reaches " + formatNumber(math.Round(1000*c.Target)/10) + " % accuracy in "
	runs := fmt.Sprintf("%d of %d runs instead of %d of %d", c.High.Reached, c.High.Runs, c.Low.Reached, c.Low.Runs)
	switch h, l := c.High, c.Low; {
	case !h.Seconds.Valid() && h.Reached+l.Reached > 0:
		parts = append(parts, target+runs)
	case h.Seconds.Valid() && (h.Reached < h.Runs || l.Reached < l.Runs):
		parts = append(parts, target+seconds(h.Seconds)+" instead of "+seconds(l.Seconds)+" (and in "+runs+")")
	case h.Seconds.Valid():
		parts = append(parts, target+seconds(h.Seconds)+" instead of "+seconds(l.Seconds))
	}
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// points is a fraction as a percentage.
func points(v Number) string { return strconv.FormatFloat(100*float64(v), 'f', 2, 64) }

// signed is points with its sign.
func signed(v Number) string {
	text := points(v)
	switch rest, negative := strings.CutPrefix(text, "-"); {
	case strings.Trim(rest, "0.") == "":
		return rest
	case negative:
		return "−" + rest
	}
	return "+" + text
}

// thousands is v as a whole number with its thousands set apart: 289,666.
func thousands(v Number) string {
	s := strconv.FormatFloat(float64(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func seconds(v Number) string { return strconv.FormatFloat(float64(v), 'f', 2, 64) + " s" }
