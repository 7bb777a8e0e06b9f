package experiment

import (
	"iter"
	"strconv"

	"github.com/pairlab/pairlab/engine/train"
)

// Set is a set of trials to make: an Ablation or a Search.
type Set interface {
	// Config is what all settings share. It has no Views.
	Config() Config
	// Views are those that NewSet makes it of.
	Views() Views
	// Settings are all settings, and Skipped those that no network can have.
	Settings() []Setting
	Skipped() []Skipped
	// Left are the runs that are to be made here and are not finished when
	// their turn comes: a search may have tens of thousands.
	Left() iter.Seq[Trial]
	// CountShard is how many of the runs to be made here are finished.
	CountShard() (done, total int)
	// SecondsLeft is about how long Left takes: see Seconds.
	SecondsLeft(speeds Speeds, workers int) Number
	// Speeds are those measured, else those given.
	Speeds(given Speeds) Speeds
	// Apply takes in what a trainer says of a run of a setting.
	Apply(setting string, e Event)
	// Finished are the runs that are finished, and Restore takes in those of
	// an earlier visit.
	Finished(each func(setting *Setting, parameters int, r train.Result))
	Restore(setting string, parameters int, r train.Result) error
	// MadeIn tells where its runs are made.
	MadeIn(env Environment)
	// TakePart changes which part of a search is made here.
	TakePart(shard string)
	// Document is its document so far: an AblationResult or a SearchResult.
	Document() any
}

// NewSet is the set of trials that settings ask for, c.Views among them. As it
// may take a while, it pauses now and then, and gives up if that fails. Other
// errors are Errors.
func NewSet(c Config, pause func() error) (Set, error) {
	v := c.Views
	if v.View == SearchView {
		shard, err := ParseShard(v.Shard)
		if err != nil {
			return nil, err
		}
		g, err := ParseGrid(c, FieldByName("grid").textOf(c))
		if err != nil {
			return nil, err
		}
		return newSearch(g, shard, pause)
	}
	target, err := strconv.ParseFloat(FieldByName("target").textOf(c), 64)
	if err != nil {
		return nil, Errors{{Name: "target", Value: v.Target, Message: "want a number"}}
	}
	return newAblation(c, FieldByName("weights").textOf(c), target, Environment{}, pause)
}

// textOf is the text of a setting that always has one.
func (f Field) textOf(c Config) string {
	text, _ := f.Text(c)
	return text
}

// unpaused is the pause of those who need none.
func unpaused() error { return nil }

// SetName is the same for two sets that are of the same trials: one goes on
// where the other was left. The part of a search is not in it, nor is what
// only changes how fast the trials are made.
func SetName(s Set) string {
	c := s.Config()
	c.Workers, c.Transport, c.Views = 0, "auto", s.Views()
	c.Views.Shard = ""
	return c.Encode()
}

// Views implements Set.
func (a *Ablation) Views() Views {
	return Views{View: TechniquesView, Weights: a.aux, Target: formatNumber(a.target)}.short()
}

// TakePart implements Set: there is one part.
func (a *Ablation) TakePart(string) {}

// Document implements Set.
func (a *Ablation) Document() any { return a.Result() }

// TakePart implements Set. A text that ParseShard does not read is the whole.
func (s *Search) TakePart(shard string) {
	part, _ := ParseShard(shard)
	s.setShard(part)
}

// Document implements Set.
func (s *Search) Document() any { return s.Result() }

// MadeIn implements Set.
func (a *Ablation) MadeIn(env Environment) { a.env = env }

// Config is what all settings share.
func (s *Search) Config() Config { return s.grid.Config }

// Views implements Set.
func (s *Search) Views() Views {
	return Views{View: SearchView, Grid: s.grid.String(), Shard: s.shard.String()}.short()
}

// CountShard is Count: there is one part.
func (t *Trials) CountShard() (done, total int) { return t.Count() }

// SecondsLeft implements Set.
func (t *Trials) SecondsLeft(speeds Speeds, workers int) Number {
	return t.secondsLeft(every, speeds, workers)
}

// SecondsLeft implements Set.
func (s *Search) SecondsLeft(speeds Speeds, workers int) Number {
	return s.secondsLeft(func(i int) bool { return s.part[i] }, speeds, workers)
}
