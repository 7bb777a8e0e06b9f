package experiment

import (
	"errors"
	"strings"
)

// Views are what the page's address says beside the settings of an experiment:
// what its sets of trials are of. Each is the text of its field; an empty one
// is the field's default, as in a Config that nobody has set.
type Views struct {
	View    string `json:"view,omitempty"`    // what autostart starts: TrainingView, TechniquesView or SearchView
	Weights string `json:"weights,omitempty"` // of the auxiliary loss, that an Ablation tries
	Target  string `json:"target,omitempty"`  // test accuracy to which an Ablation takes the time
	Grid    string `json:"grid,omitempty"`    // that a Search goes over
	Shard   string `json:"shard,omitempty"`   // the part of it that this machine makes
}

// The values of the field view.
const (
	TrainingView   = "training"
	TechniquesView = "techniques"
	SearchView     = "search"
)

// viewFields are the names of the fields that only one view has.
func viewFields(view string) []string {
	switch view {
	case TechniquesView:
		return []string{"weights", "target"}
	case SearchView:
		return []string{"grid", "shard"}
	}
	return nil
}

// ofView makes f a field of Views, whose text is unset where it is empty.
func ofView(at func(*Views) *string, unset string, f Field) Field {
	f.QueryOnly = true
	return shared(func() codec[string] {
		return codec[string]{func(s string) string {
			if s == "" {
				return unset
			}
			return s
		}, func(s string) string {
			if s == unset {
				return ""
			}
			return s
		}}
	}, func(c *Config) *string { return at(&c.Views) }, f)
}

func viewField() Field {
	return ofView(func(v *Views) *string { return &v.View }, TrainingView, Field{
		Name: "view", Label: "What starts at once", Kind: ChoiceField,
		Choices: []Choice{{TrainingView, "Training"}, {TechniquesView, "Techniques"}, {SearchView, "Search"}},
		Help:    "What the page starts when it is ready.",
	})
}

func weightsField() Field {
	return ofView(func(v *Views) *string { return &v.Weights }, DefaultAuxWeights, Field{
		Name: "weights", Label: "Auxiliary loss weights", Kind: TextField,
		Help: "The weights of the auxiliary loss to compare, separated by commas; 0 switches it off.",
	})
}

func targetField() Field {
	return ofView(func(v *Views) *string { return &v.Target }, formatNumber(DefaultTargetAccuracy), Field{
		Name: "target", Label: "Accuracy to reach", Kind: NumberField, MinOpen: true, Max: 1,
		Help: "The test accuracy to which training is timed.",
	})
}

func gridField() Field {
	return ofView(func(v *Views) *string { return &v.Grid }, publishedRates, Field{
		Name: "grid", Label: "Grid", Kind: TextField,
		Help: "The settings to search over, with their values.",
	})
}

func shardField() Field {
	return ofView(func(v *Views) *string { return &v.Shard }, "1/1", Field{
		Name: "shard", Label: "Part of the search", Kind: TextField,
		Help: "2/3 makes the second of three parts; other machines make the others.",
	})
}

// checkText says what is wrong with the text of a TextField.
func checkText(name, text string) error {
	var err error
	switch name {
	case "weights":
		if strings.ContainsAny(text, ";\n") {
			return errors.New("want numbers separated by commas")
		}
		_, err = ParseAxis("aux=" + text)
	case "shard":
		_, err = ParseShard(text)
	case "grid":
		axes, errs := parseAxes(text)
		if len(errs) > 0 {
			return errs
		}
		if len(axes) == 0 && text != "" {
			return errors.New("want at least one axis")
		}
	}
	// The setting's own name is shown with it.
	if errs, ok := err.(Errors); ok {
		return errors.New(errs[0].Message)
	}
	return err
}

// short writes checked texts in full and without spaces, as addresses have
// them: 0,0.5,1 for "0..1 step 0.5".
func (v Views) short() Views {
	if axis, err := ParseAxis("aux=" + v.Weights); v.Weights != "" && err == nil {
		_, v.Weights, _ = strings.Cut(axis.String(), "=")
	}
	if axes, errs := parseAxes(v.Grid); len(errs) == 0 {
		v.Grid = Grid{Axes: axes}.String()
	}
	if s, err := ParseShard(v.Shard); err == nil {
		v.Shard = s.String()
	}
	if v.Target != "" {
		v.Target = number().format(number().parse(v.Target))
	}
	// What is left to its default is empty.
	c := Config{Views: v}
	for _, name := range []string{"weights", "target", "grid"} {
		f := FieldByName(name)
		f.set(&c, f.textOf(c))
	}
	return c.Views
}
