package experiment

import (
	"slices"

	"github.com/pairlab/pairlab/engine/model"
)

// GridPreset is a named grid.
type GridPreset struct {
	Name, Label, Help string

	Models []model.Kind // nil: whichever the settings name
	Axes   string       // as ParseGrid reads them
}

// Grid is the preset's grid with all else as c has it.
func (p GridPreset) Grid(c Config) (Grid, error) {
	if p.Models != nil {
		c.Models = slices.Clone(p.Models)
	}
	return ParseGrid(c, p.Axes)
}

// The axes of the published search.
const (
	publishedRates  = "lr=0.001,0.01,0.1,0.25,1"
	publishedWidths = "ch1=8,16,32,64;ch2=8,16,32,64;fc=64,128,256,512"
	publishedLosses = "pairloss:aux=1:1,1:0.316,1:0.0316,1:0.01,1:0.001,1:0.0001,1:0,0:1"
)

// GridPresets are the published search, whole and in parts that take minutes.
// It went over learning rate, the widths of both convolutions and of the hidden
// layers, and for the siamese networks over the weights of the two losses, ten
// rounds of 25 epochs each: the paper preset's settings are its winners. These
// grids assume that
//
//   - the Baseline's two hidden layers are equally wide, as the published
//     network's are (the search let them differ), and its images always
//     standardised (it also tried them as they are);
//   - Siamese2 and Siamese10 are trained apart (the search read both answers
//     from one training);
//   - the auxiliary weights 10^-½ and 10^-1½ may be written 0.316 and 0.0316.
func GridPresets() []GridPreset {
	siamese := []model.Kind{model.Siamese2, model.Siamese10}
	return []GridPreset{
		{Name: "rates", Label: "Learning rate", Axes: publishedRates,
			Help: "The published learning rates, all else as it is set."},
		{Name: "widths", Label: "Widths", Axes: publishedWidths,
			Help: "The published widths of convolutions and hidden layers, all else as it is set."},
		{Name: "losses", Label: "Loss weights", Models: siamese, Axes: publishedLosses,
			Help: "The published weights of comparison and auxiliary loss, all else as it is set."},
		{Name: "baseline", Label: "Published, Baseline", Models: []model.Kind{model.Baseline}, Axes: publishedWidths + ";" + publishedRates,
			Help: "Every published combination of widths and learning rate."},
		{Name: "siamese", Label: "Published, siamese networks", Models: siamese, Axes: publishedWidths + ";" + publishedRates + ";" + publishedLosses,
			Help: "Every published combination of widths, learning rate and loss weights; it takes a day."},
	}
}
