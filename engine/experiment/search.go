package experiment

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/pairlab/pairlab/engine/train"
)

// SearchSchema names the form of a search's document.
const SearchSchema = "pairlab.search/v1"

// Search is a grid search, or one shard of it, under way. Its document keeps it
// over a reload; the documents of several machines merge into one.
type Search struct {
	*Trials
	grid         Grid
	shard        Shard
	part         []bool // which settings are the shard's
	environments []Environment
	points       []*Point // of the settings, as they are now; nil: to be made anew
}

// SearchResult is a search's document: pairlab.search/v1. It has the points of
// which a round is finished, in the grid's order.
type SearchResult struct {
	Schema       string        `json:"schema"`
	Grid         string        `json:"grid"`            // as ParseGrid reads it
	Shard        string        `json:"shard,omitempty"` // as ParseShard reads it
	Config       Config        `json:"config"`          // what the axes do not set
	Environments []Environment `json:"environments"`    // where its runs were made
	Runs         int           `json:"runs"`            // of the whole grid
	Finished     int           `json:"finished"`        // of these
	Fields       []string      `json:"fields"`          // what each point has values of
	Points       []Point       `json:"points"`
}

// NewSearch is a search with no run made yet.
func NewSearch(g Grid, shard Shard, env Environment) *Search {
	s, _ := newSearch(g, shard, unpaused)
	s.MadeIn(env)
	return s
}

// newSearch is a search that is made nowhere yet. The only error is pause's.
func newSearch(g Grid, shard Shard, pause func() error) (*Search, error) {
	trials, err := newTrials(g, pause)
	if err != nil {
		return nil, err
	}
	s := &Search{Trials: trials, grid: g, points: make([]*Point, len(trials.settings))}
	s.setShard(shard)
	return s, nil
}

func (s *Search) setShard(shard Shard) {
	s.shard, s.part = shard, shard.part(len(s.settings))
}

// Grid is what is searched.
func (s *Search) Grid() Grid { return s.grid }

// Shard is the part of the grid that Left is about.
func (s *Search) Shard() Shard { return s.shard }

// Left is Trials.Left of the shard's runs.
func (s *Search) Left() iter.Seq[Trial] {
	return s.left(func(i int) bool { return s.part[i] })
}

// MadeIn adds to the places where runs of the search are made, unless it is one
// of them already.
func (s *Search) MadeIn(env Environment) {
	if !slices.Contains(s.environments, env) {
		s.environments = append(s.environments, env)
	}
}

// Apply is Trials.Apply; a search does not keep the epochs of its many runs.
func (s *Search) Apply(setting string, e Event) {
	if e.Result != nil {
		r := *e.Result
		r.Epochs = nil
		e.Result = &r
	}
	s.Trials.Apply(setting, e)
	if i, known := s.index[setting]; known {
		s.points[i] = nil
	}
}

// Restore is Trials.Restore.
func (s *Search) Restore(setting string, parameters int, r train.Result) error {
	if i, known := s.index[setting]; known {
		s.points[i] = nil
	}
	return s.Trials.Restore(setting, parameters, r)
}

// CountShard is how many of the shard's runs are finished; Count is of the
// whole grid.
func (s *Search) CountShard() (done, total int) {
	for i, in := range s.part {
		if !in {
			continue
		}
		total += s.rounds
		done += s.outcomes[i].done
	}
	return done, total
}

// Result is the search's document so far.
func (s *Search) Result() SearchResult {
	done, total := s.Count()
	points := []Point{}
	for i := range s.settings {
		if s.outcomes[i].done == 0 {
			continue
		}
		if s.points[i] == nil {
			s.points[i] = new(s.point(i, false))
		}
		points = append(points, *s.points[i])
	}
	return SearchResult{
		Schema: SearchSchema, Grid: s.grid.String(), Shard: s.shard.String(), Config: s.grid.Config,
		Environments: append([]Environment{}, s.environments...), Runs: total, Finished: done,
		Fields: s.grid.Fields(), Points: points,
	}
}

// ParseSearch reads a search's document, to go on with it, to show it or to
// merge it. What the document says of its points beside their rounds is worked
// out anew.
func ParseSearch(text []byte) (*Search, error) {
	var doc SearchResult
	if err := parseDocument(text, SearchSchema, &doc, &doc.Schema); err != nil {
		return nil, fmt.Errorf("experiment: search: %w", err)
	}
	g, err := ParseGrid(doc.Config, doc.Grid)
	if err != nil {
		return nil, fmt.Errorf("experiment: search: %w", err)
	}
	shard, err := ParseShard(doc.Shard)
	if err != nil {
		return nil, fmt.Errorf("experiment: search: %w", err)
	}
	s := NewSearch(g, shard, Environment{})
	s.environments = doc.Environments
	if err := s.restore(doc.Points); err != nil {
		return nil, fmt.Errorf("experiment: search: %w", err)
	}
	return s, nil
}

// parseDocument reads JSON that must say that it is of the schema.
func parseDocument(text []byte, schema string, document any, its *string) error {
	if err := json.Unmarshal(text, document); err != nil {
		return fmt.Errorf("not a document of %s: %w", schema, err)
	}
	if *its != schema {
		return fmt.Errorf("schema %q: want %q", *its, schema)
	}
	return nil
}

// Merge takes in the finished runs of another part of the same search. It
// refuses one of a different grid or with other settings (workers aside), and
// one in which a run ended in another way than here: then nothing is taken in.
func (s *Search) Merge(other *Search) error {
	if a, b := s.grid.String(), other.grid.String(); a != b {
		return fmt.Errorf("experiment: searches of different grids: %s and %s", a, b)
	}
	a, b := s.grid.Config.shortest(), other.grid.Config.shortest()
	for _, f := range Fields() {
		if f.Name == "workers" {
			continue
		}
		textA, setA := f.Text(a)
		textB, setB := f.Text(b)
		if textA != textB || setA != setB {
			return fmt.Errorf("experiment: searches with different settings: %s and %s", f.said(textA, setA), f.said(textB, setB))
		}
	}
	for i, o := range other.outcomes {
		for round, r := range o.rounds {
			if mine := s.outcomes[i].result(round); r != nil && mine != nil &&
				(r.Digest != mine.Digest || r.TestAccuracy != mine.TestAccuracy || r.Diverged != mine.Diverged) {
				return fmt.Errorf("experiment: searches that do not agree: %s, seed %d, has digest %q and %q: different programs made them",
					s.settings[i].Name, mine.Seed, mine.Digest, r.Digest)
			}
		}
	}
	clear(s.points)
	for i, o := range other.outcomes {
		mine := &s.outcomes[i]
		mine.parameters = max(mine.parameters, o.parameters)
		for round, r := range o.rounds {
			if r != nil && mine.result(round) == nil {
				s.put(i, round, r)
			}
		}
	}
	for _, env := range other.environments {
		s.MadeIn(env)
	}
	if s.shard != other.shard {
		s.setShard(Whole())
	}
	return nil
}

// said is how an error names a setting's value.
func (f Field) said(text string, set bool) string {
	if !set {
		return f.Name + " left to the preset"
	}
	return f.Name + "=" + text
}
