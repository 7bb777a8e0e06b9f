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
// both values, and differ in other fields, the one with the highest mean.
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
		i, j := slices.Index(h.Y, p.Values[fieldY]), slices.Index(h.X, p.Values[fieldX])
		if p.Model != kind || i < 0 || j < 0 || !p.Mean.Valid() {
			continue
		}
		if cell := &h.Accuracy[i][j]; !cell.Valid() || p.Mean > *cell {
			*cell = p.Mean
		}
	}
	return h
}

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
