package experiment

import (
	"math"
	"slices"

	"github.com/pairlab/pairlab/engine/model"
)

// Heat is a search seen over two of its fields: a heat map's cells.
type Heat struct {
	X, Y     []string   // the fields' values, in the grid's order
	Accuracy [][]Number // by place in Y, then in X: the best mean test accuracy; NaN (null) where there is none
}

// Heat is a network's best points over fields x and y: of those that share
// both values, and differ in other fields, the one with the highest mean. A
// point of a network without one of the fields is at all its values.
func (r SearchResult) Heat(kind model.Kind, x, y string) Heat {
	var h Heat
	fieldX, fieldY := slices.Index(r.Fields, x), slices.Index(r.Fields, y)
	if fieldX < 0 || fieldY < 0 {
		return h
	}
	g, err := ParseGrid(r.Config, r.Grid)
	if err != nil {
		return h
	}
	h.X, h.Y = g.values(x), g.values(y)
	h.Accuracy = make([][]Number, len(h.Y))
	for i := range h.Accuracy {
		h.Accuracy[i] = make([]Number, len(h.X))
		for j := range h.Accuracy[i] {
			h.Accuracy[i][j] = Number(math.NaN())
		}
	}
	for k := range r.Points {
		p := &r.Points[k]
		if p.Model != kind || !p.Mean.Valid() {
			continue
		}
		for i, y := range h.Y {
			for j, x := range h.X {
				if !at(p.Values[fieldY], y) || !at(p.Values[fieldX], x) {
					continue
				}
				if cell := &h.Accuracy[i][j]; !cell.Valid() || p.Mean > *cell {
					*cell = p.Mean
				}
			}
		}
	}
	return h
}

// at says whether a point's value is the given one; empty is any.
func at(value, given string) bool { return value == "" || value == given }

// values are the different values of a field, in its axis' order.
func (g Grid) values(field string) []string {
	var list []string
	for _, a := range g.Axes {
		i := slices.Index(a.Fields, field)
		if i < 0 {
			continue
		}
		for _, v := range a.Values {
			if !slices.Contains(list, v[i]) {
				list = append(list, v[i])
			}
		}
	}
	return list
}
