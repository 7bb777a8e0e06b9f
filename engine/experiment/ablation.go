package experiment

import (
	"fmt"
	"io"
	"strings"
)

// AblationSchema names the form of an ablation's document.
const AblationSchema = "pairlab.ablation/v1"

// What an ablation takes unless told otherwise: the weights of the auxiliary
// loss, and the test accuracy to which it takes the time, which all three
// published networks reach.
const (
	DefaultAuxWeights     = "0,0.5,1"
	DefaultTargetAccuracy = 0.8
)

// Ablation tries networks with and without each of the three techniques, in
// every combination: batch norm on and off, weight sharing on and off, and a
// list of weights of the auxiliary loss. A network is spared the techniques
// that it does not have (the Baseline: sharing and auxiliary loss) and
// combinations that leave it no loss. Rounds share their pairs and seeds, so
// that a technique is judged by pairs of runs that differ in it alone.
type Ablation struct {
	*Trials
	grid   Grid
	aux    string
	target float64
	env    Environment
}

// AblationResult is an ablation's document: pairlab.ablation/v1.
type AblationResult struct {
	Schema      string      `json:"schema"`
	Config      Config      `json:"config"` // all but the three techniques
	Aux         string      `json:"aux"`    // weights of the auxiliary loss, as ParseAxis reads values
	Target      float64     `json:"target"` // test accuracy to which time is taken
	Environment Environment `json:"environment"`
	Runs        int         `json:"runs"`
	Finished    int         `json:"finished"` // of Runs
	Fields      []string    `json:"fields"`   // what each point has values of
	Points      []Point     `json:"points"`
	Techniques  []Technique `json:"techniques"`
}

// NewAblation is an ablation with no run made yet. c's own batch norm, sharing
// and auxiliary weight are left aside; aux has the weights to try, as ParseAxis
// reads values: "0,0.5,1" or "0..1 step 0.25". target is the test accuracy, a
// fraction, to which time is taken. The error is an Errors.
func NewAblation(c Config, aux string, target float64, env Environment) (*Ablation, error) {
	return newAblation(c, aux, target, env, unpaused)
}

func newAblation(c Config, aux string, target float64, env Environment, pause func() error) (*Ablation, error) {
	c.BatchNorm, c.Sharing, c.AuxLoss = nil, nil, nil
	var errs Errors
	if !(target > 0 && target <= 1) {
		errs = append(errs, &FieldError{Name: "target", Value: formatNumber(target), Message: "want a fraction, above 0 to 1"})
	}
	if strings.ContainsAny(aux, ";\n") {
		errs = append(errs, &FieldError{Name: "aux", Value: aux, Message: "want numbers separated by commas"})
		return nil, errs
	}
	g, err := ParseGrid(c, "bn=1,0;sharing=1,0;aux="+aux)
	if err != nil {
		errs = append(errs, err.(Errors)...)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	_, aux, _ = strings.Cut(g.Axes[2].String(), "=")
	trials, err := newTrials(g, pause)
	if err != nil {
		return nil, err
	}
	return &Ablation{Trials: trials, grid: g, aux: aux, target: target, env: env}, nil
}

// ParseAblation reads an ablation's document, to go on with it or to show it.
// What the document says beside rounds and settings is worked out anew.
func ParseAblation(text []byte) (*Ablation, error) {
	var doc AblationResult
	if err := parseDocument(text, AblationSchema, &doc, &doc.Schema); err != nil {
		return nil, fmt.Errorf("experiment: ablation: %w", err)
	}
	a, err := NewAblation(doc.Config, doc.Aux, doc.Target, doc.Environment)
	if err != nil {
		return nil, fmt.Errorf("experiment: ablation: %w", err)
	}
	if err := a.restore(doc.Points); err != nil {
		return nil, fmt.Errorf("experiment: ablation: %w", err)
	}
	return a, nil
}

// Config is what all settings share.
func (a *Ablation) Config() Config { return a.grid.Config }

// Result is the ablation's document so far.
func (a *Ablation) Result() AblationResult {
	done, total := a.Count()
	return AblationResult{
		Schema: AblationSchema, Config: a.grid.Config, Aux: a.aux, Target: a.target, Environment: a.env,
		Runs: total, Finished: done, Fields: a.grid.Fields(), Points: a.Points(true), Techniques: a.Techniques(),
	}
}

// WriteCSV writes the settings as one table: see SearchResult.WriteCSV.
func (r AblationResult) WriteCSV(w io.Writer) error {
	return writePoints(w, r.Fields, r.Points)
}

// WriteTechniquesCSV writes the comparisons as one table, a line for each: the
// technique with the two values compared, networks (separated by spaces),
// rounds and pairs of runs; the difference in test accuracy, as a fraction,
// with its 95 % interval; then each side's parameters, pairs per second,
// seconds to the target accuracy, runs, and how many of these reached it,
// collapsed and diverged. Figures that there are not are empty. Lines end in
// "\n".
func (r AblationResult) WriteTechniquesCSV(w io.Writer) error {
	var b strings.Builder
	line := strings.Split("technique,value,against,models,rounds,pairs,difference,low,high,target", ",")
	for _, side := range []string{"", "Against"} {
		for _, name := range []string{"accuracy", "parameters", "pairsPerSecond", "seconds", "runs", "reached", "collapsed", "diverged"} {
			line = append(line, name+side)
		}
	}
	end := func() {
		b.WriteString(strings.Join(line, ",") + "\n")
		line = nil
	}
	number := func(values ...Number) {
		for _, v := range values {
			line = append(line, csvNumber(float64(v)))
		}
	}
	end()
	for _, t := range r.Techniques {
		for i := range t.Comparisons {
			c := &t.Comparisons[i]
			var models []string
			for _, kind := range c.Models {
				models = append(models, string(kind))
			}
			line = append(line, t.Name, c.High.Value, c.Low.Value, strings.Join(models, " "))
			number(Number(c.Accuracy.N), Number(c.Pairs), c.Accuracy.Mean, c.Accuracy.Low, c.Accuracy.High, Number(c.Target))
			for _, s := range []*Side{&c.High, &c.Low} {
				number(s.Accuracy, s.Parameters, s.PairsPerSecond, s.Seconds,
					Number(s.Runs), Number(s.Reached), Number(s.Collapsed), Number(s.Diverged))
			}
			end()
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("experiment: techniques as CSV: %w", err)
	}
	return nil
}
