package experiment

import (
	"encoding/hex"
	"fmt"
	"iter"
	"slices"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

// Trials are the settings of a grid with the rounds of each that are finished.
// An Ablation and a Search are Trials with what is made of them.
type Trials struct {
	settings []Setting
	skipped  []Skipped
	outcomes []outcome // of the settings
	index    map[string]int
	rounds   int
}

type outcome struct {
	parameters int
	rounds     []*train.Result // by round; nil: to be made, as all are if there are none
	done       int             // rounds that are not nil
}

// result is a round's, nil if it is to be made.
func (o *outcome) result(round int) *train.Result {
	if o.rounds == nil {
		return nil
	}
	return o.rounds[round]
}

// put takes in a round's result.
func (t *Trials) put(setting, round int, r *train.Result) {
	o := &t.outcomes[setting]
	if o.rounds == nil {
		o.rounds = make([]*train.Result, t.rounds)
	}
	if o.rounds[round] == nil {
		o.done++
	}
	o.rounds[round] = r
}

// Trial is one run to make: a round of a setting.
type Trial struct {
	Setting *Setting // not to be changed
	Round   int      // from 0
}

// Run is the run to make.
func (t Trial) Run() Run { return t.Setting.Run(t.Round) }

func newTrials(g Grid, pause func() error) (*Trials, error) {
	settings, skipped, err := g.settings(pause)
	if err != nil {
		return nil, err
	}
	n := len(settings)
	t := &Trials{settings: settings, skipped: skipped, outcomes: make([]outcome, n), index: make(map[string]int, n), rounds: g.Config.Rounds}
	for i := range settings {
		if i%settingsAtOnce == settingsAtOnce-1 {
			if err := pause(); err != nil {
				return nil, err
			}
		}
		t.index[settings[i].Name] = i
	}
	return t, nil
}

// Settings are all settings, in the grid's order. They must not be changed.
func (t *Trials) Settings() []Setting { return t.settings }

// Skipped are the grid's settings that no network can have.
func (t *Trials) Skipped() []Skipped { return t.skipped }

// Apply takes in what a trainer says of a run of the setting so named: the
// start tells the number of parameters, the end the result. All other events,
// and those of settings or rounds that there are not, are left out.
func (t *Trials) Apply(setting string, e Event) {
	i, known := t.index[setting]
	if !known || e.Round < 0 || e.Round >= t.rounds {
		return
	}
	switch {
	case e.Kind == StartEvent:
		t.outcomes[i].parameters = e.Parameters
	case e.Kind == DoneEvent && e.Result != nil:
		if e.Parameters > 0 {
			t.outcomes[i].parameters = e.Parameters
		}
		r := finiteResult(*e.Result)
		t.put(i, e.Round, &r)
	}
}

// Count is how many of the runs are finished.
func (t *Trials) Count() (done, total int) {
	for i := range t.outcomes {
		done += t.outcomes[i].done
	}
	return done, len(t.settings) * t.rounds
}

// Left are the runs that are not finished when their turn comes, rounds
// outermost: so every setting has been tried before any is tried again.
func (t *Trials) Left() iter.Seq[Trial] {
	return t.left(every)
}

func every(int) bool { return true }

// left is Left of the settings that in chooses.
func (t *Trials) left(in func(setting int) bool) iter.Seq[Trial] {
	return func(yield func(Trial) bool) {
		for round := range t.rounds {
			for i := range t.settings {
				if in(i) && t.outcomes[i].result(round) == nil && !yield(Trial{Setting: &t.settings[i], Round: round}) {
					return
				}
			}
		}
	}
}

// Point is a setting's finished rounds and what they come to.
type Point struct {
	Setting    string     `json:"setting"` // its name
	Model      model.Kind `json:"model"`
	Values     []string   `json:"values"`     // of the fields searched over; empty where the network has no such thing
	Parameters int        `json:"parameters"` // 0 if not known
	Summary
	Interval Interval `json:"interval"` // of the mean test accuracy
	Rounds   []Score  `json:"rounds"`
}

// Score is a train.Result whose epochs may be left out.
type Score struct {
	Seed           uint64        `json:"seed"`
	TestAccuracy   float64       `json:"testAccuracy"`
	TrainAccuracy  float64       `json:"trainAccuracy"`
	Seconds        float64       `json:"seconds"`
	PairsPerSecond float64       `json:"pairsPerSecond"`
	Digest         string        `json:"digest"`
	Diverged       int           `json:"diverged,omitempty"`
	Epochs         []train.Epoch `json:"epochs,omitempty"`
}

// Points are all settings with what is finished of them, in the grid's order;
// without epochs if they are not wanted.
func (t *Trials) Points(epochs bool) []Point {
	var points []Point
	for i := range t.settings {
		points = append(points, t.point(i, epochs))
	}
	return points
}

func (t *Trials) point(i int, epochs bool) Point {
	s, o := &t.settings[i], &t.outcomes[i]
	p := Point{Setting: s.Name, Model: s.Model, Values: s.Values(), Parameters: o.parameters, Rounds: []Score{}}
	var rounds []train.Result
	for _, r := range o.rounds {
		if r == nil {
			continue
		}
		rounds = append(rounds, *r)
		score := Score(*r)
		if !epochs {
			score.Epochs = nil
		}
		p.Rounds = append(p.Rounds, score)
	}
	p.Summary, p.Interval = Summarize(rounds), AccuracyInterval(rounds)
	return p
}

// restore takes in the rounds of points that were written before.
func (t *Trials) restore(points []Point) error {
	for k := range points {
		p := &points[k]
		i, known := t.index[p.Setting]
		if !known {
			return fmt.Errorf("%q is not a setting of the grid", p.Setting)
		}
		if p.Parameters < 0 {
			return fmt.Errorf("%s has %d parameters", p.Setting, p.Parameters)
		}
		t.outcomes[i].parameters = p.Parameters
		for j := range p.Rounds {
			if err := t.Restore(p.Setting, p.Parameters, train.Result(p.Rounds[j])); err != nil {
				return err
			}
		}
	}
	return nil
}

// Restore takes in a run that was finished before.
func (t *Trials) Restore(setting string, parameters int, r train.Result) error {
	i, known := t.index[setting]
	if !known {
		return fmt.Errorf("%q is not a setting of the grid", setting)
	}
	o, first, s := &t.outcomes[i], t.settings[i].Seed(0), Score(r)
	switch {
	case parameters < 0:
		return fmt.Errorf("%s has %d parameters", setting, parameters)
	case s.Seed < first || s.Seed-first >= uint64(t.rounds):
		return fmt.Errorf("%s: seed %d is of no round: want %d to %d", setting, s.Seed, first, first+uint64(t.rounds)-1)
	case o.result(int(s.Seed-first)) != nil:
		return fmt.Errorf("%s: seed %d is there twice", setting, s.Seed)
	case !s.plausible():
		return fmt.Errorf("%s: seed %d has figures that no run has", setting, s.Seed)
	}
	o.parameters = parameters
	t.put(i, int(s.Seed-first), &r)
	return nil
}

// Finished goes over the runs that are finished: what Restore takes.
func (t *Trials) Finished(each func(setting *Setting, parameters int, r train.Result)) {
	for i := range t.settings {
		for _, r := range t.outcomes[i].rounds {
			if r != nil {
				each(&t.settings[i], t.outcomes[i].parameters, *r)
			}
		}
	}
}

func (s *Score) plausible() bool {
	fraction := func(v float64) bool { return v >= 0 && v <= 1 }
	_, err := hex.DecodeString(s.Digest)
	return fraction(s.TestAccuracy) && fraction(s.TrainAccuracy) && err == nil && s.Diverged >= 0 &&
		s.Seconds >= 0 && s.PairsPerSecond >= 0 && finite(s.Seconds, s.PairsPerSecond) &&
		!slices.ContainsFunc(s.Epochs, func(e train.Epoch) bool { return !fraction(e.TestAccuracy) || !fraction(e.TrainAccuracy) })
}
