package ui

import (
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// search is the view of a grid search: its grid, the best points so far, a heat
// map and a table of all points, and the files of other machines' parts.
type search struct {
	*trialsView
	axes   *axes
	best   map[model.Kind]*element
	heat   *heatMap
	points *pointTable
	mapped bool // the map is drawn, and the table is not yet

	files, filesError, filesDone *element
}

func newSearch(d *dom, p *Page) *search {
	s := &search{
		trialsView: newTrials(d, p, experiment.SearchView, "shard"),
		best:       map[model.Kind]*element{},
		files:      d.find("#search-files"), filesError: d.find("#search-files-error"), filesDone: d.find("#search-files-done"),
	}
	s.axes = newAxes(d, p)
	s.heat, s.points = newHeatMap(d), newPointTable(d)
	for _, kind := range model.Kinds {
		s.best[kind] = d.find("#search [data-best=" + string(kind) + "]")
	}
	s.draw = s.drawSearch
	s.trialsView.files["csv"] = func(t *state.Trials) (string, string, string) {
		var b strings.Builder
		if r, ok := t.Set.Document().(experiment.SearchResult); ok {
			d.note(r.WriteCSV(&b))
		}
		return fileName(t, ".csv"), "text/csv", b.String()
	}
	s.wrong = func() *element {
		if at := s.axes.complaint(); at != nil {
			return at
		}
		return s.complaint()
	}
	s.fill = func(c experiment.Config) {
		s.axes.fill(c)
		s.fillInputs(c)
	}
	s.lock = func(off bool) {
		s.axes.lock(off)
		s.lockInputs(off)
		s.files.flag("disabled", off || p.phase() == state.Loading)
	}
	s.files.on("change", func(safejs.Value) { s.readFiles() })
	s.load()
	return s
}

// drawSearch draws the map and the table; during a search, one after the other,
// as each takes a while.
func (s *search) drawSearch(t *state.Trials) (more bool) {
	r, ok := t.Set.Document().(experiment.SearchResult)
	if !ok {
		return false
	}
	busy, mapped := t.Phase.Busy(), s.mapped
	s.mapped = busy && !mapped
	if !busy || !mapped {
		for kind, e := range s.best {
			words := text.Best(&r, kind)
			e.flag("hidden", words == "")
			if words != "" {
				e.text(experiment.Label(kind) + ": " + words)
			}
		}
		s.heat.show(&r)
	}
	if !busy || mapped {
		s.mapped = s.points.show(&r, busy)
	}
	return s.mapped
}

// readFiles adds the files that were chosen, one after another.
func (s *search) readFiles() {
	d := s.dom
	s.filesError.text("").flag("hidden", true)
	s.filesDone.text("")
	files, err := s.files.value.Get("files")
	d.note(err)
	n, err := files.Length()
	d.note(err)
	var next func(i int)
	next = func(i int) {
		if i == n {
			s.files.input("") // so that the same files can be chosen again
			return
		}
		file, err := files.Index(i)
		d.note(err)
		name := d.wrap(file).property("name")
		promise, err := file.Call("text")
		d.note(err)
		d.then(promise, func(content safejs.Value) {
			words, err := content.String()
			if err == nil {
				err = s.add(name, words)
			}
			if err != nil {
				s.refuse(text.NotMerged(name, err))
			}
			next(i + 1)
		}, func() {
			s.refuse("“" + name + "” could not be read. What is here is as it was.")
			next(i + 1)
		})
	}
	next(0)
}

// refuse adds to what is said of the files that were not added.
func (s *search) refuse(words string) {
	if before := s.filesError.property("textContent"); before != "" {
		words = before + "\n" + words
	}
	s.filesError.text(words).flag("hidden", false)
}

// add takes in a file's results: into the search that is shown, or in its
// place if there is none.
func (s *search) add(name, content string) error {
	before := 0
	if s.shown != nil {
		before, _ = s.shown.Set.(*experiment.Search).Count()
	}
	if err := s.page.Merge(content); err != nil {
		return err
	}
	after, total := s.shown.Set.(*experiment.Search).Count()
	said := s.filesDone.property("textContent")
	if said != "" {
		said += "\n"
	}
	s.filesDone.text(said + text.Merged(name, before, after, total))
	return nil
}

// Merge takes in the document of a search, or of a part of it. The error says
// why it was refused; then nothing has changed.
func (p *Page) Merge(document string) error {
	other, err := experiment.ParseSearch([]byte(document))
	if err != nil {
		return err
	}
	v := p.viewOf(experiment.SearchView)
	if p.phase().Busy() {
		return errMergeBusy
	}
	if v.shown == nil {
		v.shown = state.NewTrials(other, p.Speeds(), p.handlers.Trials.Workers(other.Config().Workers))
	} else if err := v.shown.Set.(*experiment.Search).Merge(other); err != nil {
		return err
	}
	v.shown.News++
	p.showViews(v, v.shown.Set)
	p.replan()
	return nil
}
