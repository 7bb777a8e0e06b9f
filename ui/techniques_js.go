package ui

import (
	"slices"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// techniques is the view of an ablation: for each technique a sentence and its
// comparisons, each as a picture of the effect with its interval and the
// figures of both sides.
type techniques struct {
	*trialsView
	sentences map[string]*element
	places    map[string]*element
	rows      map[string]*comparisonRow
	keys      string // of the rows that there are
}

// comparisonRow is one comparison on the page.
type comparisonRow struct {
	root  *element
	parts []*element // as comparisonParts
	plot  *element
}

// comparisonParts are the texts of a comparison, by the names that the
// template has.
var comparisonParts = [...]string{
	"networks", "effect", "interval", "timed",
	"with", "accuracy-with", "parameters-with", "seconds-with", "speed-with",
	"without", "accuracy-without", "parameters-without", "seconds-without", "speed-without",
}

func newTechniques(d *dom, p *Page) *techniques {
	t := &techniques{
		trialsView: newTrials(d, p, experiment.TechniquesView, "weights", "target"),
		sentences:  map[string]*element{}, places: map[string]*element{}, rows: map[string]*comparisonRow{},
	}
	for _, name := range []string{"bn", "sharing", "aux"} {
		t.sentences[name] = d.find("[data-technique=" + name + "] [data-part=sentence]")
		t.places[name] = d.find("[data-technique=" + name + "] [data-part=comparisons]")
	}
	t.draw = t.drawTechniques
	t.load()
	csv := func(write func(r experiment.AblationResult, b *strings.Builder) error) string {
		a, ok := t.shown.Set.(*experiment.Ablation)
		if !ok {
			return ""
		}
		var b strings.Builder
		d.note(write(a.Result(), &b))
		return b.String()
	}
	t.files["csv"] = func(*state.Trials) (string, string, string) {
		return "pairlab-techniques.csv", "text/csv", csv(func(r experiment.AblationResult, b *strings.Builder) error { return r.WriteTechniquesCSV(b) })
	}
	runs := d.create(d.find("#techniques .downloads"), "button", "type", "button").text("Download CSV of all settings")
	t.saves = append(t.saves, runs)
	runs.on("click", func(safejs.Value) {
		if t.shown != nil {
			d.save("pairlab-techniques-settings.csv", "text/csv", csv(func(r experiment.AblationResult, b *strings.Builder) error { return r.WriteCSV(b) }))
		}
	})
	return t
}

func (t *techniques) drawTechniques(s *state.Trials) (more bool) {
	a, ok := s.Set.(*experiment.Ablation)
	if !ok {
		return false
	}
	list := a.Techniques()
	var all []text.Effect
	places, keys := []string{}, ""
	for _, technique := range list {
		t.sentences[technique.Name].text(technique.Sentence)
		for i := range technique.Comparisons {
			c := text.EffectOf(&technique.Comparisons[i])
			c.Key = technique.Name + " " + c.Key
			all, places = append(all, c), append(places, technique.Name)
			keys += c.Key + "\n"
		}
	}
	if keys != t.keys {
		t.keys = keys
		clear(t.rows)
		for _, place := range t.places {
			place.call("replaceChildren")
		}
		if s.Phase.Busy() {
			return true // making the rows takes a while: not while training begins
		}
	}
	low, high := text.EffectSpan(all)
	for i, c := range all {
		row := t.rows[c.Key]
		if row == nil {
			row = t.newRow(t.places[places[i]], c)
			t.rows[c.Key] = row
		}
		for k, words := range []string{
			c.Networks, c.Effect, c.Interval, c.Timed,
			c.With.Name, c.With.Accuracy, c.With.Parameters, c.With.Seconds, c.With.Speed,
			c.Without.Name, c.Without.Accuracy, c.Without.Parameters, c.Without.Seconds, c.Without.Speed,
		} {
			row.parts[k].text(words)
		}
		row.plot.attribute("style", text.EffectStyle(c, low, high))
	}
	return false
}

// newRow puts a comparison last in its place.
func (t *techniques) newRow(place *element, c text.Effect) *comparisonRow {
	t.dom.clone("#comparison", place)
	last, err := place.value.Get("lastElementChild")
	t.dom.note(err)
	row := &comparisonRow{root: t.dom.wrap(last)}
	if c.Model != "" {
		row.root.attribute("data-model", c.Model)
	}
	for _, name := range append(slices.Clone(comparisonParts[:]), "plot") {
		v, err := last.Call("querySelector", "[data-part="+name+"]")
		t.dom.note(err)
		if name == "plot" {
			row.plot = t.dom.wrap(v)
		} else {
			row.parts = append(row.parts, t.dom.wrap(v))
		}
	}
	return row
}
