package ui

import (
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// Handlers are what the page asks of the program. They are called on event
// handlers' goroutines, which must not block. Start gets checked settings; it
// is Page.Begin, called by whoever starts an experiment, that shows it.
type Handlers struct {
	Start func(experiment.Config)
	Pause, Resume, Stop,
	Retry,
	ResumeKept, DiscardKept func() // answers to Page.OfferKept
	// Workers changes the number of workers of the experiment in hand; 0 is
	// one for each processor core.
	Workers  func(n int)
	Networks Networks
	Shelf    Shelf
	Inside   Inside
	Trials   Trials
}

// Page is the page. None of its methods blocks; they may be called from any
// goroutine.
type Page struct {
	dom      *dom
	handlers Handlers
	state    *state.State
	epoch    time.Time // what the state's times count from

	form          *form
	frame         *frame
	controls      *controls
	notices       *notices
	downloads     downloads
	cards         []*card
	cells         []*cell
	charts        *charts
	try           *tryView
	inside        *insideView
	keep          *keepView
	networks      []text.Network // to ask and to keep
	networksShown safejs.Func    // calls showNetworks
	chartDue      safejs.Func    // calls buildChart
	learnt        bool           // they are others than those that are shown
	planDue       safejs.Func    // calls plan
	unplanned     bool           // it will be called
	beginDue      safejs.Func    // calls showBegin
	unshown       func()         // shows what has begun; nil: it is shown
	shelf         *shelfView
	trials        []*trialsView
	current       *trialsView // whose set of trials is the experiment in hand; nil: it is the networks' training
	announce      *text.Announcer
	live          *element
}

// New finds the page's elements, fills the settings in from the address, shows
// what is wrong with those, and enables the controls. The page is then still in
// the phase Loading. Between its parts it calls pause, which lets the browser
// do other things: no part takes long.
func New(h Handlers, pause func() error) (*Page, error) {
	d, err := newDOM()
	if err != nil {
		return nil, err
	}
	p := &Page{
		dom:      d,
		handlers: h,
		state:    state.New(),
		epoch:    time.Now(),
		announce: &text.Announcer{},
		live:     d.find("#announce"),
	}
	p.controls = newControls(d, p)
	p.notices = newNotices(d, p)
	for _, kind := range model.Kinds {
		p.cards = append(p.cards, newCard(d, kind))
		for _, row := range text.Rows {
			p.cells = append(p.cells, newCell(d, kind, row))
		}
	}
	together(d, p.cards, func() {
		if p.frame != nil {
			p.frame.request()
		}
	})
	p.downloads = newDownloads(d, p)
	p.charts = newCharts(d)
	for _, part := range []func(){
		func() { p.try, p.keep = newTry(d, h.Networks, p.now), newKeep(d, h.Networks) },
		func() { p.shelf = newShelf(d, h.Shelf) },
		func() { p.inside = newInside(d, h.Inside, p.now) },
		func() { p.form = newForm(d, p.replan) },
		func() { p.form.load() },
		func() { p.trials = append(p.trials, newTechniques(d, p).trialsView) },
		func() { p.trials = append(p.trials, newSearch(d, p).trialsView) },
		func() { p.form.input("workers").control.on("change", func(safejs.Value) { p.resized() }) },
		p.charts.buildOne, // of two
		p.charts.buildOne,
	} {
		if err := pause(); err != nil {
			return nil, err
		}
		part()
	}
	p.networksShown = d.function(func([]safejs.Value) { p.showNetworks() })
	p.chartDue = d.function(func([]safejs.Value) { p.buildChart() })
	p.planDue = d.function(func([]safejs.Value) { p.plan() })
	p.beginDue = d.function(func([]safejs.Value) { p.showBegin() })
	p.frame = newFrame(d, p.render)
	return p, d.err
}

// Config is what the settings say now. The error, an experiment.Errors, is of
// the settings that are wrong or, in the address, unknown.
func (p *Page) Config() (experiment.Config, error) { return p.form.config() }

// Begin shows a new experiment, in the form and the address too, and sets the
// phase Running. What an earlier one measured is dropped.
func (p *Page) Begin(c experiment.Config, env experiment.Environment) {
	p.current = nil
	p.state.Begin(p.now(), c, env)
	p.notices.notes = nil
	p.charts.begin(c)
	p.begun(func() {
		p.showTraining(c)
		p.keep.reproduce(c)
	})
}

// begun says that the experiment in hand has begun, withdraws the offer of
// another at once, and moves the keyboard to the buttons that it is paused with.
// What begins is shown by show in a task of its own, and drawn in another.
func (p *Page) begun(show func()) {
	p.unshown = show
	p.notices.render(p.phase())
	p.controls.showButtons(p.phase(), nil, p.form.label)
	if p.current != nil {
		p.current.showButtons()
	}
	p.sayPhase()
	p.frame.soon(p.beginDue)
}

func (p *Page) showBegin() {
	if show := p.unshown; show != nil {
		p.unshown = nil
		show()
		p.frame.soon(p.frame.tick)
	}
}

// showTraining has the form and the address say the settings of the networks'
// training. What they say of sets of trials stays.
func (p *Page) showTraining(c experiment.Config) {
	c.Views = p.form.views()
	p.form.show(c)
}

// Machine says what trains.
func (p *Page) Machine(m text.Machine) { p.controls.machine.text(m.String()) }

// Apply takes in what a trainer says about the experiment in hand.
func (p *Page) Apply(e experiment.Event) {
	before := p.state.Phase
	p.state.Apply(p.now(), e)
	if e.Kind == experiment.EpochEvent || e.Kind == experiment.DoneEvent || e.Kind == experiment.StartEvent {
		p.charts.stale = true
	}
	if p.state.Phase != before {
		p.phaseChanged()
		return
	}
	p.frame.request()
}

// SetPhase sets the phase, and with it the data-state of the html element, once
// the page shows all that had been applied before.
func (p *Page) SetPhase(phase state.Phase) {
	if p.current != nil {
		p.current.shown.SetPhase(p.now(), phase)
	} else {
		p.state.SetPhase(p.now(), phase)
	}
	p.phaseChanged()
}

// phase is that of the experiment in hand.
func (p *Page) phase() state.Phase {
	if p.current != nil {
		return p.current.shown.Phase
	}
	return p.state.Phase
}

// Fail shows what went wrong and sets the phase Failed. Settings and results
// are kept. With retry, a button calls Handlers.Retry.
func (p *Page) Fail(message string, retry bool) {
	failure := experiment.Error{Message: message, Retry: retry}
	if p.current != nil {
		p.current.shown.Fail(p.now(), failure)
	} else {
		p.state.Fail(p.now(), failure)
	}
	p.phaseChanged()
}

// Result is what the experiment in hand has measured so far; false before the
// first.
func (p *Page) Result() (experiment.Result, bool) { return p.state.Result() }

func (p *Page) now() time.Duration { return time.Since(p.epoch) }

// start is the main button's.
func (p *Page) start() {
	c, err := p.form.config()
	if err != nil {
		p.form.refuse(err)
		p.live.text("Not started: the settings need attention.")
		return
	}
	p.handlers.Start(c)
}

// replan follows a change of the settings or the phase. Nothing begins with what
// was planned before; the new plans and the drawing come in a task of their own.
func (p *Page) replan() {
	if p.frame == nil { // the page is not complete yet, and not drawn
		return
	}
	for _, v := range p.trials {
		v.drop()
	}
	if !p.unplanned {
		p.unplanned = true
		p.frame.soon(p.planDue)
	}
}

func (p *Page) plan() {
	p.unplanned = false
	for _, v := range p.trials {
		v.plan()
	}
	p.frame.now()
}

// resized hands on a change of the number of workers while they train.
func (p *Page) resized() {
	if c, err := p.form.config(); err == nil && p.phase().Busy() {
		p.handlers.Workers(c.Workers)
	}
}

// phaseChanged draws at once: whoever sees the new phase may read the rest.
func (p *Page) phaseChanged() {
	p.showBegin()
	if p.current == nil { // sets of trials have no curves
		p.charts.stale = true
	}
	p.render()
	p.charts.flush(p.state)
	p.replan()
	p.sayPhase()
}

// sayPhase sets the html element's data-state and data-error.
func (p *Page) sayPhase() {
	root, failure := p.dom.find("html"), p.state.Failure
	if p.current != nil {
		failure = p.current.shown.Failure
	}
	if f := failure; f != nil {
		root.attribute("data-error", f.Message)
	} else {
		root.call("removeAttribute", "data-error")
	}
	root.attribute("data-state", string(p.phase()))
}

// render writes what has changed since it last did.
func (p *Page) render() {
	now := p.now()
	p.controls.render(p.state, p.inHand(), p.form, now)
	p.notices.render(p.phase())
	p.form.lock(p.phase())
	for _, v := range p.trials {
		if v.render(now) {
			p.frame.request()
		}
	}
	for _, c := range p.cards {
		c.follow(p.form)
		c.render(p.state, now)
	}
	for _, c := range p.cells {
		c.render(p.state)
	}
	p.downloads.render(p.state)
	if p.learnt && p.phase().Busy() {
		p.frame.soon(p.networksShown) // which takes as long as all else
	} else {
		p.showNetworks()
	}
	p.shelf.lock(p.phase().Busy())
	if p.charts.render(p.state, now) {
		p.frame.soon(p.chartDue)
	}
	words, due := "", false
	if t := p.inHand(); t != nil {
		words, due = p.announce.NextTrials(t, now)
	} else {
		words, due = p.announce.Next(p.state, now)
	}
	if due {
		p.live.text(words)
	}
}

// buildChart builds one of the charts that are outdated.
func (p *Page) buildChart() {
	p.charts.buildOne()
	if len(p.charts.outdated) > 0 {
		p.frame.soon(p.chartDue)
	}
}

// bootValue is one of the things that boot.js has left for the program.
func bootValue(name string) (safejs.Value, error) {
	global := safejs.Global()
	symbol, err := global.Get("Symbol")
	if err != nil {
		return safejs.Undefined(), err
	}
	key, err := symbol.Call("for", "pairlab.boot")
	if err != nil {
		return safejs.Undefined(), err
	}
	reflect, err := global.Get("Reflect")
	if err != nil {
		return safejs.Undefined(), err
	}
	boot, err := reflect.Call("get", global, key)
	if err != nil || boot.IsUndefined() {
		return safejs.Undefined(), err
	}
	return boot.Get(name)
}
