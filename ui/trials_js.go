package ui

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// Trials is what the page asks of the program about sets of trials.
type Trials struct {
	// Plan makes the set that settings ask for and gives it to planned, later.
	// Where it is called again before that, the first is given up.
	Plan func(c experiment.Config, planned func(experiment.Set, error))
	// Start begins with a set, or goes on with it.
	Start func(set experiment.Set)
	// Workers is how many workers the setting stands for.
	Workers func(setting int) int
}

// resultsEvery is the least time between two drawings of a set's results,
// while it is under way.
const resultsEvery = time.Second

// trialsView is the part of the page where one set of trials is planned, made
// and shown: what techniques and search have in common.
type trialsView struct {
	dom   *dom
	page  *Page
	view  string
	root  *element
	parts map[string]*element

	inputs []*input
	wrong  func() *element           // the input that something is wrong with, else nil
	fill   func(c experiment.Config) // has the inputs say what the settings are
	lock   func(off bool)
	draw   func(t *state.Trials) (more bool) // the results; more is left for the next drawing of the page
	files  map[string]func(t *state.Trials) (name, kind, content string)
	saves  []*element // the buttons that download the results

	shown   *state.Trials // what is measured; nil before the first
	next    *state.Trials // what the button begins with, perhaps what is shown; nil while it is not known
	words   string        // what next comes to, or why there is none
	eager   bool          // it was to begin before it was known
	drawn   int           // News that the results were drawn with, one more; 0: they are not drawn
	drawnAt time.Duration
}

// newTrials finds the view's section of the page and completes it from the
// template that both views share.
func newTrials(d *dom, p *Page, view string, fields ...string) *trialsView {
	selector := "#" + view
	v := &trialsView{
		dom: d, page: p, view: view, root: d.find(selector), parts: map[string]*element{},
		files: map[string]func(*state.Trials) (string, string, string){"json": jsonFile},
	}
	d.clone("#trials-parts", d.find(selector+" [data-part=run]"))
	for _, name := range []string{"plan", "start", "pause", "resume", "stop", "status", "bar", "failure", "failure-text", "retry", "json", "csv", "fields", "results"} {
		v.parts[name] = d.find(selector + " [data-part=" + name + "]")
	}
	what := "the comparison"
	if view == experiment.SearchView {
		what = "the search"
	}
	for part, joint := range map[string]string{"pause": " ", "resume": " ", "stop": " ", "json": " of ", "csv": " of "} {
		d.create(v.parts[part], "span", "class", "unseen").text(joint + what)
	}
	v.parts["bar"].attribute("aria-label", text.TrialsName(view)+": runs done")
	// The plan changes with every setting of the page, and is heard at the button
	// that it is of.
	v.parts["plan"].attribute("id", view+"-plan")
	v.parts["start"].attribute("aria-describedby", view+"-plan")
	for _, f := range fields {
		v.inputs = append(v.inputs, v.newField(experiment.FieldByName(f)))
	}
	v.wrong, v.fill, v.lock = v.complaint, v.fillInputs, v.lockInputs
	press := func(part string, fn func()) {
		v.parts[part].on("click", func(safejs.Value) { fn() })
	}
	press("start", v.start)
	press("pause", p.handlers.Pause)
	press("resume", p.handlers.Resume)
	press("stop", p.handlers.Stop)
	press("retry", p.handlers.Retry)
	for _, part := range []string{"json", "csv"} {
		v.saves = append(v.saves, v.parts[part])
		press(part, func() {
			if v.shown != nil {
				d.save(v.files[part](v.shown))
			}
		})
	}
	d.find(selector+" form").on("submit", func(event safejs.Value) { d.wrap(event).call("preventDefault") })
	return v
}

// load fills the inputs in from what the address says.
func (v *trialsView) load() {
	if c, err := v.page.form.read(); err == nil {
		v.fill(c)
	}
}

// newField is an input that the address follows.
func (v *trialsView) newField(f experiment.Field) *input {
	in := newInput(v.dom, v.parts["fields"], f)
	follow := func(settled bool) {
		if e := v.page.form.keep(f.Name, in.get()); e == nil {
			in.complain("")
		} else if settled || in.complaining() {
			in.complain(text.Error(e))
		}
		if c, err := v.page.form.read(); err == nil {
			in.mark(c, f.Changed(c))
		}
		v.page.replan()
	}
	in.control.on("input", func(safejs.Value) { follow(false) })
	in.control.on("change", func(safejs.Value) { follow(true) })
	return in
}

func (v *trialsView) complaint() *element {
	for _, in := range v.inputs {
		if in.complaining() {
			return in.control
		}
	}
	return nil
}

func (v *trialsView) fillInputs(c experiment.Config) {
	for _, in := range v.inputs {
		words, _ := in.field.Text(c)
		in.put(words)
		in.mark(c, in.field.Changed(c))
	}
}

func (v *trialsView) lockInputs(off bool) {
	for _, in := range v.inputs {
		in.lock(off)
	}
}

// start is the main button's.
func (v *trialsView) start() {
	if at := v.wrong(); at != nil {
		at.call("focus")
		v.page.live.text("Not started: this needs attention.")
		return
	}
	if _, err := v.page.form.config(); err != nil {
		v.page.form.refuse(err)
		v.page.live.text("Not started: the settings need attention.")
		return
	}
	if v.next == nil {
		v.eager = true
		return
	}
	v.page.handlers.Trials.Start(v.next.Set)
}

// idle says that what is planned may change: what is under way may not.
func (v *trialsView) idle() bool {
	return !v.page.phase().Busy() && v.page.phase() != state.Loading
}

// drop forgets what was planned.
func (v *trialsView) drop() {
	if v.idle() {
		v.next, v.eager = nil, false
	}
}

// plan has the program work out what the settings come to.
func (v *trialsView) plan() {
	if !v.idle() {
		return
	}
	c, err := v.page.form.config()
	if err == nil && v.wrong() != nil {
		err = experiment.Errors{}
	}
	if err != nil {
		v.words = "The settings need attention."
		v.page.frame.request()
		return
	}
	c.Views.View = v.view
	v.page.handlers.Trials.Plan(c, func(set experiment.Set, err error) {
		if v.page.phase().Busy() {
			return
		}
		switch {
		case err != nil:
			v.words = text.PlanError(err)
		case v.shown != nil && experiment.SetName(v.shown.Set) == experiment.SetName(set):
			v.next = v.shown
			v.shown.Set.TakePart(set.Views().Shard)
		default:
			v.next = state.NewTrials(set, nil, 0)
		}
		if v.next != nil {
			workers := v.page.handlers.Trials.Workers(c.Workers)
			v.next.Replan(v.page.speeds(c.Kernels), workers)
			v.words = text.Plan(v.next, workers, v.page.measured(c))
		}
		v.page.frame.request()
		if v.eager && v.next != nil {
			v.start()
		}
	})
}

// BeginTrials shows that a set of trials begins, or goes on, and sets the phase
// Running.
func (p *Page) BeginTrials(set experiment.Set, env experiment.Environment) {
	v := p.viewOf(set.Views().View)
	if v.shown == nil || v.shown.Set != set {
		v.shown = state.NewTrials(set, p.Speeds(), env.Workers)
	}
	p.current, v.drawn = v, 0
	v.shown.Begin(p.now(), env)
	p.notices.notes = nil
	p.begun(func() { p.showViews(v, set) })
}

// showViews has the form, the address and a view's inputs say what its set is
// of; what they say of other views stays.
func (p *Page) showViews(v *trialsView, set experiment.Set) {
	c := set.Config()
	said, err := p.form.read()
	if err == nil {
		c.Views, c.Autostart = said.Views, said.Autostart
	}
	if own := set.Views(); own.View == experiment.SearchView {
		c.Views.Grid, c.Views.Shard = own.Grid, own.Shard
	} else {
		c.Views.Weights, c.Views.Target = own.Weights, own.Target
		// An ablation leaves these aside.
		c.BatchNorm, c.Sharing, c.AuxLoss = said.BatchNorm, said.Sharing, said.AuxLoss
	}
	p.form.show(c)
	v.fill(c)
}

// ApplyTrial takes in what a trainer says about a run of a setting of the set
// in hand.
func (p *Page) ApplyTrial(setting string, e experiment.Event) {
	p.current.shown.Apply(setting, e)
	p.frame.request()
}

// TrialsOf is the set of trials that a view shows, nil before the first.
func (p *Page) TrialsOf(view string) experiment.Set {
	if v := p.viewOf(view); v.shown != nil {
		return v.shown.Set
	}
	return nil
}

// viewOf is the view so named.
func (p *Page) viewOf(view string) *trialsView {
	return p.trials[slices.IndexFunc(p.trials, func(v *trialsView) bool { return v.view == view })]
}

// inHand is the set of trials in hand, nil if that is the networks' training.
func (p *Page) inHand() *state.Trials {
	if p.current == nil {
		return nil
	}
	return p.current.shown
}

// render writes what has changed since it last did. It says whether there is
// more to draw in a while.
func (v *trialsView) render(now time.Duration) (more bool) {
	mine, busy := v.page.current == v, v.page.phase().Busy()
	v.lock(busy)
	v.showButtons()
	v.parts["plan"].text(v.words).flag("hidden", mine && busy)
	t := v.shown
	for _, part := range []string{"bar", "status", "results"} {
		v.parts[part].flag("hidden", t == nil)
	}
	for _, button := range v.saves {
		button.flag("disabled", t == nil)
	}
	if t == nil {
		v.parts["failure"].flag("hidden", true)
		return false
	}
	v.root.attribute("data-state", string(t.Phase))
	v.parts["bar"].number("value", float64(int(1000*t.Fraction()))/1000)
	v.parts["status"].text(text.TrialsStatus(t, now))
	v.parts["failure"].flag("hidden", !mine || t.Failure == nil)
	if t.Failure != nil {
		v.parts["failure-text"].text(t.Failure.Message)
		v.parts["retry"].flag("hidden", !t.Failure.Retry)
	}
	if v.drawn == t.News+1 {
		return false
	}
	if busy && v.drawn > 0 && now-v.drawnAt < resultsEvery {
		return true
	}
	v.drawn, v.drawnAt = t.News+1, now
	if v.draw(t) {
		v.drawn = 0
		return true
	}
	return false
}

// showButtons has the buttons there that do something now.
func (v *trialsView) showButtons() {
	buttons := []*element{v.parts["start"], v.parts["pause"], v.parts["resume"], v.parts["stop"], v.parts["retry"]}
	held := slices.ContainsFunc(buttons, (*element).focused)
	phase := v.page.phase()
	busy := phase.Busy()
	ours := v.page.current == v && busy
	begun, nothing := 0.0, false
	if v.next != nil {
		begun = v.next.Fraction()
		done, total := v.next.Set.CountShard()
		nothing = done == total
	}
	v.parts["start"].flag("hidden", ours).flag("disabled", busy || phase == state.Loading || nothing).
		text(text.TrialsLabel(v.view, begun > 0 && begun < 1))
	v.parts["pause"].flag("hidden", !ours || phase == state.Paused)
	v.parts["resume"].flag("hidden", !ours || phase != state.Paused)
	v.parts["stop"].flag("hidden", !ours)
	if held && !slices.ContainsFunc(buttons, (*element).usable) {
		// A button that goes away must not take the keyboard with it.
		for _, b := range buttons {
			if !b.is("hidden") && !b.is("disabled") {
				b.call("focus")
				break
			}
		}
	}
}

// jsonFile is the document of a set as a file.
func jsonFile(t *state.Trials) (name, kind, content string) {
	document, err := json.MarshalIndent(t.Set.Document(), "", "  ")
	if err != nil {
		return "pairlab-error.txt", "text/plain", err.Error()
	}
	return fileName(t, ".json"), "application/json", string(document) + "\n"
}

// fileName is that of a set's file.
func fileName(t *state.Trials, extension string) string {
	v := t.Set.Views()
	name := "pairlab-" + v.View
	if v.Shard != "" {
		name += "-part-" + strings.ReplaceAll(v.Shard, "/", "-of-")
	}
	return name + extension
}
