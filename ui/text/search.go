package text

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// Best says which point of a search is a network's best so far; empty without
// one.
func Best(r *experiment.SearchResult, kind model.Kind) string {
	p := r.Best(kind)
	if p == nil {
		return ""
	}
	var with []string
	for i, name := range r.Fields {
		if p.Values[i] != "" {
			with = append(with, strings.ToLower(FieldLabel(name))+" "+p.Values[i])
		}
	}
	mean, std := meanStd(p.Mean, p.Std)
	text := strings.TrimSpace(mean+" "+std) + " over " + Times(len(p.Rounds), "round")
	if len(with) > 0 {
		text += " with " + strings.Join(with, ", ")
	}
	return text
}

// FieldLabel is a setting's name in the form; of several that go together, all
// of theirs.
func FieldLabel(names string) string {
	var labels []string
	for i, name := range strings.Split(names, ":") {
		label := experiment.FieldByName(name).Label
		if i > 0 {
			label = strings.ToLower(label)
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, " and ")
}

// SearchColumn is a column of a search's table, by the name that it is sorted
// by.
type SearchColumn struct{ Name, Label string }

// SearchColumns are the table's columns.
func SearchColumns(fields []string) []SearchColumn {
	list := []SearchColumn{{"model", "Network"}, {"mean", "Test accuracy"}}
	for _, name := range fields {
		list = append(list, SearchColumn{name, FieldLabel(name)})
	}
	return append(list,
		SearchColumn{"low", "95 % interval"}, SearchColumn{"rounds", "Rounds"},
		SearchColumn{"median", "Median"}, SearchColumn{"collapsed", "Collapsed"}, SearchColumn{"diverged", "Diverged"},
		SearchColumn{"parameters", "Parameters"}, SearchColumn{"seconds", "Time per round"}, SearchColumn{"pairsPerSecond", "Pairs/s"},
	)
}

// SearchCell is a point's text in a column.
func SearchCell(p *experiment.Point, fields []string, column string) string {
	figure := func(v experiment.Number, format func(float64) string) string {
		if !v.Valid() {
			return none
		}
		return format(float64(v))
	}
	percent := func(v float64) string { return Percent(v, 2) }
	if i := slices.Index(fields, column); i >= 0 {
		if p.Values[i] == "" {
			return none
		}
		return p.Values[i]
	}
	switch column {
	case "model":
		return experiment.Label(p.Model)
	case "mean":
		return figure(p.Mean, percent)
	case "low":
		return interval(p.Interval)
	case "rounds":
		return Count(len(p.Rounds))
	case "median":
		return figure(p.Median, percent)
	case "collapsed":
		return Count(p.Collapsed)
	case "diverged":
		return Count(p.Diverged)
	case "parameters":
		return Count(p.Parameters)
	case "seconds":
		return figure(p.Seconds, seconds)
	}
	return figure(p.PairsPerSecond, func(v float64) string { return Count(int(math.Round(v))) })
}

// Heat is a heat map: a table whose cells are shaded.
type Heat struct {
	Across, Down string // what the columns and the rows are
	Columns      []string
	Rows         []HeatRow
}

// HeatRow is a row of a heat map.
type HeatRow struct {
	Label string
	Model string // the network's value, whose colour the row has
	Cells []HeatCell
}

// HeatCell is a cell: its text, how strongly it is shaded from 0 to 1, and
// whether it is the highest of all.
type HeatCell struct {
	Text  string
	Shade float64
	Best  bool
}

// maxHeatCells is the most cells that a heat map may have: more nobody reads.
const maxHeatCells = 600

// HeatOf is a network's heat map over two fields of a search, or over the only
// one there is, with a row for each network. It is false if it would be too
// large.
func HeatOf(r *experiment.SearchResult, kind model.Kind, across, down string) (Heat, bool) {
	h := Heat{Across: FieldLabel(across), Down: FieldLabel(down)}
	var values [][]experiment.Number
	if down == "" || down == across {
		h.Down = "Network"
		for _, kind := range r.Config.Models {
			line := r.Heat(kind, across, across)
			h.Columns = line.X
			row := make([]experiment.Number, len(line.X))
			for i := range line.X {
				row[i] = line.Accuracy[i][i]
			}
			values = append(values, row)
			h.Rows = append(h.Rows, HeatRow{Label: experiment.Label(kind), Model: string(kind)})
		}
	} else {
		plane := r.Heat(kind, across, down)
		h.Columns, values = plane.X, plane.Accuracy
		for _, y := range plane.Y {
			h.Rows = append(h.Rows, HeatRow{Label: y, Model: string(kind)})
		}
	}
	if len(h.Columns)*len(h.Rows) > maxHeatCells {
		return h, false
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range values {
		for _, v := range row {
			if v.Valid() {
				low, high = min(low, float64(v)), max(high, float64(v))
			}
		}
	}
	for i, row := range values {
		for _, v := range row {
			cell := HeatCell{Text: none}
			if v.Valid() {
				cell = HeatCell{Text: strconv.FormatFloat(100*float64(v), 'f', 1, 64), Shade: 1, Best: float64(v) == high}
				if high > low {
					cell.Shade = (float64(v) - low) / (high - low)
				}
			}
			h.Rows[i].Cells = append(h.Rows[i].Cells, cell)
		}
	}
	return h, true
}

// Merged says what came of a file of results.
func Merged(file string, before, after, total int) string {
	return "“" + file + "” added " + Times(after-before, "run") + ": " + Count(after) + " of " + Count(total) + " are here."
}

// NotMerged says why a file of results was refused.
func NotMerged(file string, cause error) string {
	why := strings.TrimPrefix(strings.TrimPrefix(cause.Error(), "experiment: "), "search: ")
	return "“" + file + "” was not added: " + strings.TrimPrefix(why, "experiment: ") + ". What is here is as it was."
}
