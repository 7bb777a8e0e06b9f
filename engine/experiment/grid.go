package experiment

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// MaxPoints is the most combinations of values that a grid may have.
const MaxPoints = 20_000

// Grid is every combination of its axes' values, each for every network of
// Config. All else, the rounds of each point and their seeds included, is as
// Config has it.
type Grid struct {
	Config Config
	Axes   []Axis
}

// Setting is one network at one point of a grid. As a grid may have thousands,
// a setting keeps what tells it from the others; the rest is worked out.
type Setting struct {
	Name  string // "siamese2 lr=0.1 ch1=16": the same wherever the grid is read
	Model model.Kind
	Pairs int // that each of its runs trains on
	Pool  int // training images that they are drawn from

	grid   *Grid
	point  int // which of the grid's
	epochs int
	work   float64 // for a pair, by that of its preset's network
}

// Skipped is a setting that no network can have, and why.
type Skipped struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// ParseGrid reads a grid's axes, which are separated by ";" or line ends and
// have the form that ParseAxis reads. The error is an Errors.
func ParseGrid(c Config, text string) (Grid, error) {
	c.Autostart, c.Views = false, Views{}
	g := Grid{Config: c}
	var errs Errors
	for _, f := range Fields() {
		if text, set := f.Text(c); set {
			if err := f.check(text); err != nil {
				errs = append(errs, err)
			}
		}
	}
	axes, wrong := parseAxes(text)
	g.Axes, errs = axes, append(errs, wrong...)
	add := func(message string) { errs = append(errs, &FieldError{Name: "grid", Value: text, Message: message}) }
	switch {
	case len(errs) > 0:
	case len(g.Axes) == 0:
		add("want at least one axis, such as lr=0.01,0.1")
	case g.points() > MaxPoints:
		add("has more than " + strconv.Itoa(MaxPoints) + " points")
	default:
		var reason error
		for _, err := range g.each {
			if reason = err; reason == nil {
				break // one will do
			}
		}
		if reason != nil {
			add("no point can be trained, as " + strings.TrimPrefix(reason.Error(), "experiment: "))
		}
	}
	if len(errs) > 0 {
		return Grid{}, errs
	}
	return g, nil
}

// parseAxes reads the axes of a grid by themselves.
func parseAxes(text string) (axes []Axis, errs Errors) {
	for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if strings.TrimSpace(piece) == "" {
			continue
		}
		axis, err := ParseAxis(piece)
		if err != nil {
			errs = append(errs, err.(Errors)...)
			continue
		}
		for _, name := range axis.Fields {
			if slices.Contains((Grid{Axes: axes}).Fields(), name) {
				errs = append(errs, &FieldError{Name: name, Value: strings.TrimSpace(piece), Message: "given more than once"})
			}
		}
		axes = append(axes, axis)
	}
	return axes, errs
}

// String is the axes as ParseGrid reads them: "lr=0.01,0.1;ch1=16,32".
func (g Grid) String() string {
	axes := make([]string, len(g.Axes))
	for i, a := range g.Axes {
		axes[i] = a.String()
	}
	return strings.Join(axes, ";")
}

// points is how many combinations of values there are, up to one too many.
func (g Grid) points() int {
	n := 1
	for _, a := range g.Axes {
		n = min(n*len(a.Values), MaxPoints+1)
	}
	return n
}

// Fields are the names of the settings that have axes, in their order.
func (g Grid) Fields() []string {
	var list []string
	for _, a := range g.Axes {
		list = append(list, a.Fields...)
	}
	return list
}

// Settings are what there is to train, the last axis changing fastest and the
// networks side by side. Points that differ only in what a network does not
// have are one for it; those that it cannot be trained at, such as with no
// loss, are told apart.
func (g Grid) Settings() ([]Setting, []Skipped) {
	settings, skipped, _ := g.settings(func() error { return nil })
	return settings, skipped
}

// settingsAtOnce is how many settings are made between two pauses: a few
// milliseconds' work in a browser.
const settingsAtOnce = 100

// settings are Settings with pauses, of which an error ends it.
func (g Grid) settings(pause func() error) ([]Setting, []Skipped, error) {
	// Grown bit by bit it would be copied again and again.
	settings := make([]Setting, 0, g.points()*len(g.Config.Models))
	var skipped []Skipped
	for s, err := range g.each {
		if (len(settings)+len(skipped))%settingsAtOnce == settingsAtOnce-1 {
			if err := pause(); err != nil {
				return nil, nil, err
			}
		}
		if err != nil {
			skipped = append(skipped, Skipped{s.Name, strings.TrimPrefix(err.Error(), "experiment: ")})
			continue
		}
		settings = append(settings, s)
	}
	return settings, skipped, nil
}

// each goes over the settings, with why one cannot be trained.
func (g Grid) each(yield func(Setting, error) bool) {
	fields := g.fields()
	own := ownProducts{}
	// Made once: what is made for each of thousands of settings has to be
	// collected, which holds a page.
	values, name := make([]string, len(fields)), []byte(nil)
	config, trained := new(Config), new(train.Config)
	asTrained := func(model.Kind) train.Config { return *trained }
	seen := map[string]bool{}
	for point := range g.points() {
		for _, kind := range g.Config.Models {
			lacks := g.choose(values, kind, fields, point)
			name = appendName(name[:0], kind, fields, values)
			if lacks {
				if seen[string(name)] {
					continue
				}
				seen[string(name)] = true
			}
			g.configure(config, kind, fields, values)
			config.train(kind, trained)
			s := Setting{
				Name: string(name), Model: kind, Pairs: config.Pairs, Pool: config.Pool,
				grid: &g, point: point, epochs: trained.Epochs, work: own.ratio(config.Preset, kind, trained.Model),
			}
			if !yield(s, config.checkTogether(asTrained)) {
				return
			}
		}
	}
}

func (g *Grid) fields() []Field {
	var list []Field
	for _, name := range g.Fields() {
		list = append(list, FieldByName(name))
	}
	return list
}

// choose puts a point's values of the fields into values: empty ones for what
// the network lacks, if it lacks any.
func (g *Grid) choose(values []string, kind model.Kind, fields []Field, point int) (lacks bool) {
	end := len(values)
	for i := len(g.Axes) - 1; i >= 0; i-- {
		of := g.Axes[i].Values
		end -= len(of[0])
		copy(values[end:], of[point%len(of)])
		point /= len(of)
	}
	for i := range fields {
		if !fields[i].Applies(kind) {
			values[i], lacks = "", true
		}
	}
	return lacks
}

// configure makes c the settings of a network alone that has the values.
func (g *Grid) configure(c *Config, kind model.Kind, fields []Field, values []string) {
	*c = g.Config
	c.Models = []model.Kind{kind}
	for i := range fields {
		if values[i] != "" {
			fields[i].set(c, values[i])
		}
	}
}

// appendName appends the name of the setting that has the values.
func appendName(b []byte, kind model.Kind, fields []Field, values []string) []byte {
	b = append(b, kind...)
	for i := range fields {
		if values[i] != "" {
			b = append(append(b, ' '), fields[i].Name...)
			b = append(append(b, '='), values[i]...)
		}
	}
	return b
}

// Values are those of the grid's Fields; empty where the network has no such
// thing.
func (s *Setting) Values() []string { return s.values(s.grid.fields()) }

func (s *Setting) values(fields []Field) []string {
	values := make([]string, len(fields))
	s.grid.choose(values, s.Model, fields, s.point)
	return values
}

// Config is that of this network alone, at this point of the grid.
func (s *Setting) Config() Config {
	var c Config
	fields := s.grid.fields()
	s.grid.configure(&c, s.Model, fields, s.values(fields))
	return c
}

// Seed is that of a round, from 0.
func (s *Setting) Seed(round int) uint64 { return s.grid.Config.Seed + uint64(round) }

// Run is the setting's run of a round, as its Config's Runs has it.
func (s *Setting) Run(round int) Run {
	return Run{Model: s.Model, Round: round, Seed: s.Seed(round), Config: s.Config().Train(s.Model)}
}
