package text

import (
	"fmt"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// Shelved is an experiment that has ended and that the browser's storage
// keeps, as the page lists it.
type Shelved struct {
	ID       string `json:"-"` // begins with the time
	When     string `json:"-"` // Saved, in words
	Settings string `json:"-"` // see Settings
	Query    string `json:"-"` // that makes it again

	Schema string            `json:"schema"`
	Name   string            `json:"name"`  // that a person gave it; empty: none
	Saved  int64             `json:"saved"` // milliseconds since 1970
	Config experiment.Config `json:"config"`
	Models []ShelvedModel    `json:"models"`
	Digest string            `json:"digest"` // of all its runs
}

// ShelvedModel is what a network's rounds came to.
type ShelvedModel struct {
	Kind       model.Kind `json:"model"`
	Rounds     int        `json:"rounds"` // finished
	Parameters int        `json:"parameters"`
	experiment.Summary
	Interval experiment.Interval `json:"interval"`
}

// Title is what the experiment is called.
func (r Shelved) Title() string {
	if r.Name != "" {
		return r.Name
	}
	return "Experiment of " + r.When
}

// Scores are its accuracies, a line for each network.
func (r Shelved) Scores() string {
	var lines []string
	for _, m := range r.Models {
		lines = append(lines, experiment.Label(m.Kind)+": "+m.score())
	}
	return strings.Join(lines, "\n")
}

func (m ShelvedModel) score() string {
	if m.Rounds == 0 {
		return "no round finished"
	}
	mean, std := meanStd(m.Mean, m.Std)
	text := strings.TrimSpace(mean+" "+std) + ", " + Times(m.Rounds, "round")
	if m.Interval.Bounded() {
		text += ", 95" + nbsp + "% interval " + interval(m.Interval)
	}
	if m.Diverged > 0 {
		text += ", " + Count(m.Diverged) + " diverged"
	}
	return text
}

// About says what the experiment was.
func (r Shelved) About() string {
	text := r.Settings + ". Digest " + short(r.Digest) + "."
	if r.Name != "" {
		text = r.When + ". " + text
	}
	return text
}

// Settings says where settings are not their preset's.
func Settings(c experiment.Config) string {
	var changes []string
	for _, f := range experiment.Fields() {
		if !f.QueryOnly && f.Changed(c) {
			changes = append(changes, f.Label+" "+setting(f, c))
		}
	}
	text := setting(experiment.FieldByName("preset"), c) + " preset"
	if len(changes) == 0 {
		return text + " as it is"
	}
	return text + ", but " + strings.Join(changes, ", ")
}

// short is the part of a digest that people compare.
func short(digest string) string { return digest[:min(12, len(digest))] }

// setting is a setting's value as people read it.
func setting(f experiment.Field, c experiment.Config) string {
	value, set := f.Text(c)
	if !set {
		return byDefault(f, c)
	}
	return inWords(f, strings.Split(value, ","))
}

// Comparison is experiments side by side, as the HTML of a table: the settings
// that differ among them, then what each network came to.
func Comparison(runs []Shelved) string {
	var b strings.Builder
	row := func(title string, cell func(Shelved) string) {
		b.WriteString(`<tr><th scope="row">` + title + "</th>")
		for _, r := range runs {
			b.WriteString("<td>" + escape(cell(r)) + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString(`<table><caption>Experiments side by side</caption><thead><tr><td></td>`)
	for _, r := range runs {
		b.WriteString(`<th scope="col">` + escape(r.Title()) + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	row("Kept", func(r Shelved) string { return r.When })
	for _, f := range experiment.Fields() {
		differs := false
		for _, r := range runs {
			differs = differs || setting(f, r.Config) != setting(f, runs[0].Config)
		}
		if differs {
			row(f.Label, func(r Shelved) string { return setting(f, r.Config) })
		}
	}
	for _, kind := range model.Kinds {
		of := func(say func(ShelvedModel) string) func(Shelved) string {
			return func(r Shelved) string {
				for _, m := range r.Models {
					if m.Kind == kind && m.Rounds > 0 {
						return say(m)
					}
				}
				return none
			}
		}
		any := false
		for _, r := range runs {
			any = any || of(ShelvedModel.score)(r) != none
		}
		if any {
			name := experiment.Label(kind)
			row(name+" accuracy", of(ShelvedModel.score))
			row(name+" parameters", of(func(m ShelvedModel) string { return Count(m.Parameters) }))
			row(name+" time per round", of(func(m ShelvedModel) string {
				if !m.Seconds.Valid() {
					return none
				}
				return seconds(float64(m.Seconds))
			}))
		}
	}
	row("Digest", func(r Shelved) string { return short(r.Digest) })
	b.WriteString("</tbody></table>")
	return b.String()
}

// escape has text stand for itself in HTML.
func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "&", "&amp;"), "<", "&lt;")
}

// MadeRoom says that an experiment has left a full list.
func MadeRoom(title string, room int) string {
	return fmt.Sprintf("The list was full with %d experiments: the oldest without a name of yours, “%s”, made room.", room, title)
}

// NoRoom says that an experiment is not kept.
func NoRoom(room int) string {
	return fmt.Sprintf("The last experiment is not kept: the list is full with %d that you named. Delete one, and it takes its place.", room)
}
