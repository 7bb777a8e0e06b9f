package experiment

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/model"
)

// Best is the point with the highest mean test accuracy of a network so far;
// nil without one. Points that are more than a round behind the furthest are
// left out, as few rounds make high means; so are those of which a round
// diverged.
func (r SearchResult) Best(kind model.Kind) *Point {
	furthest := 0
	for i := range r.Points {
		if r.Points[i].Model == kind {
			furthest = max(furthest, len(r.Points[i].Rounds))
		}
	}
	var best *Point
	for i := range r.Points {
		p := &r.Points[i]
		if p.Model == kind && p.Diverged == 0 && p.Mean.Valid() && len(p.Rounds) >= furthest-1 && (best == nil || p.Mean > best.Mean) {
			best = p
		}
	}
	return best
}

// Sort orders the points by a column of WriteCSV, lowest or highest first.
// Points that are equal in it stay as they were; those without a value in it
// come last. It reports an unknown column.
func (r SearchResult) Sort(column string, descending bool) error {
	field := slices.Index(r.Fields, column)
	if field < 0 && !slices.Contains(pointColumns(), column) {
		return fmt.Errorf("experiment: search: no column %q: want one of %s, %s", column, strings.Join(r.Fields, ", "), strings.Join(pointColumns(), ", "))
	}
	// Every point is put after those that it does not come before.
	var order []int
	keys := make([]key, len(r.Points))
	for i := range r.Points {
		keys[i] = newKey(r.Points[i].column(column, field))
		from, to := 0, len(order)
		for from < to {
			if middle := (from + to) / 2; keys[i].before(keys[order[middle]], descending) {
				to = middle
			} else {
				from = middle + 1
			}
		}
		order = append(order, 0)
		copy(order[from+1:], order[from:])
		order[from] = i
	}
	points := make([]Point, len(order))
	for i, from := range order {
		points[i] = r.Points[from]
	}
	copy(r.Points, points)
	return nil
}

// key is a column's text, compared as a number where it is one.
type key struct {
	text   string
	number float64
}

func newKey(text string) key {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		v = math.NaN()
	}
	return key{text, v}
}

func (a key) before(b key, descending bool) bool {
	if a.text == "" || b.text == "" {
		return a.text != "" && b.text == ""
	}
	if descending {
		a, b = b, a
	}
	if finite(a.number, b.number) {
		return a.number < b.number
	}
	return a.text < b.text
}

// pointColumns are the columns of WriteCSV that are not fields; these come
// after the first.
func pointColumns() []string {
	return []string{
		"setting", "model", "parameters", "rounds", "collapsed", "diverged",
		"mean", "low", "high", "std", "median", "seconds", "pairsPerSecond",
	}
}

// column is a column's text of a point; of a field if field is its number.
func (p *Point) column(name string, field int) string {
	figure := func(v Number) string { return csvNumber(float64(v)) }
	switch {
	case field >= 0:
		return p.Values[field]
	case name == "setting":
		return p.Setting
	case name == "model":
		return string(p.Model)
	case name == "parameters":
		return strconv.Itoa(p.Parameters)
	case name == "rounds":
		return strconv.Itoa(len(p.Rounds))
	case name == "collapsed":
		return strconv.Itoa(p.Collapsed)
	case name == "diverged":
		return strconv.Itoa(p.Diverged)
	case name == "mean":
		return figure(p.Mean)
	case name == "low":
		return figure(p.Interval.Low)
	case name == "high":
		return figure(p.Interval.High)
	case name == "std":
		return figure(p.Std)
	case name == "median":
		return figure(p.Median)
	case name == "seconds":
		return figure(p.Seconds)
	}
	return figure(p.PairsPerSecond)
}

// WriteCSV writes the points as one table, a line for each in their order: its
// setting's name, the values of the fields searched over, network, parameters,
// finished rounds (of these collapsed, diverged), then mean test accuracy with
// its 95 % interval, standard deviation and median, as fractions, and training
// seconds and speed, as means over rounds. Figures that there are not are
// empty. Lines end in "\n".
func (r SearchResult) WriteCSV(w io.Writer) error {
	return writePoints(w, r.Fields, r.Points)
}

func writePoints(w io.Writer, fields []string, points []Point) error {
	columns := append(pointColumns()[:1:1], fields...)
	columns = append(columns, pointColumns()[1:]...)
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + "\n")
	for k := range points {
		line := make([]string, len(columns))
		for i, name := range columns {
			field := i - 1
			if field >= len(fields) {
				field = -1
			}
			line[i] = points[k].column(name, field)
		}
		b.WriteString(strings.Join(line, ",") + "\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("experiment: points as CSV: %w", err)
	}
	return nil
}
