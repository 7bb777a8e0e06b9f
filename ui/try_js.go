package ui

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/ask"
	"github.com/pairlab/pairlab/ui/text"
)

const (
	// askAgainEvery is how often networks that are being trained are asked
	// again about the same digits.
	askAgainEvery = 400 * time.Millisecond
	// hearAfter is how long a drawing rests before a screen reader is told.
	hearAfter = 900 * time.Millisecond
)

// tryView is where a person puts two digits to the networks.
type tryView struct {
	dom      *dom
	networks Networks
	pads     [2]*pad
	status   *element
	live     *element
	place    *element // of the verdicts

	list     []text.Network
	verdicts []*verdict

	now           func() time.Duration
	asking, again bool          // a question is in hand; another waits
	touched       time.Duration // when a digit was last changed
	person        bool          // a person waits for the answer
	later         bool          // a question to come
	unhear        func() bool   // takes back what a screen reader is to be told; nil: nothing is
}

func newTry(d *dom, n Networks, now func() time.Duration) *tryView {
	t := &tryView{
		dom: d, networks: n, now: now,
		status: d.find("#try-status"), live: d.find("#try-announce"), place: d.find("#verdicts"),
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	t.pads[0] = newPad(d, "left", "First", rng.IntN, t.changed)
	t.pads[1] = newPad(d, "right", "Second", rng.IntN, t.changed)
	t.rest()
	return t
}

// changed follows a change of a digit.
func (t *tryView) changed() {
	t.touched, t.person = t.now(), true
	if t.unhear != nil {
		t.unhear()
	}
	t.ask()
}

// ask asks about the digits as they are, when the answer before has come.
func (t *tryView) ask() {
	if t.asking {
		t.again = true
		return
	}
	q := Question{Left: t.pads[0].digit(), Right: t.pads[1].digit()}
	if q.Left == nil && q.Right == nil {
		t.answered(Answer{Seen: [2]Seen{{Label: -1}, {Label: -1}}})
		return
	}
	t.asking = true
	touched := t.touched
	t.networks.Ask(q, func(a Answer, err error) {
		again := t.again
		t.asking, t.again = false, false
		if again {
			defer t.ask()
		}
		if err != nil {
			t.say("The networks could not be asked: "+err.Error(), true)
			return
		}
		t.answered(a)
		if len(a.Answers) > 0 && t.person && !again {
			t.person = false
			took := t.now() - touched
			t.say(fmt.Sprintf("Answered in %d ms.", max(1, int(math.Round(took.Seconds()*1000)))), false)
			t.hear(a)
		}
	})
}

// answered shows an answer.
func (t *tryView) answered(a Answer) {
	for i, p := range t.pads {
		p.show(a.Seen[i])
	}
	if len(a.Answers) == 0 {
		t.rest()
	}
	for _, v := range t.verdicts {
		i := slices.IndexFunc(a.Networks, func(n text.Network) bool { return n.Name == v.name })
		if i < 0 || len(a.Answers) == 0 {
			v.show(nil, -1, -1)
			continue
		}
		v.show(&a.Answers[i], a.Seen[0].Label, a.Seen[1].Label)
		v.origin.text(a.Networks[i].Origin())
	}
	t.nameTheSilent()
}

// nameTheSilent says of the networks without an answer what they have learnt
// from. An answer keeps the words about the network that gave it.
func (t *tryView) nameTheSilent() {
	for i, v := range t.verdicts {
		if !v.answers {
			v.origin.text(t.list[i].Origin())
		}
	}
}

// rest says what to do where there are no answers.
func (t *tryView) rest() {
	const draw = "draw a digit in each field, or take real ones from the test images."
	if len(t.list) == 0 {
		t.say("Train the networks, or load one below. Then "+draw, false)
		return
	}
	t.say("D"+draw[1:], false)
}

func (t *tryView) say(text string, bad bool) {
	class := "note"
	if bad {
		class = "error"
	}
	t.status.text(text).attribute("class", class)
}

// hear has a screen reader told of the answers once the drawing rests.
func (t *tryView) hear(a Answer) {
	t.unhear = time.AfterFunc(hearAfter, func() { t.live.text(text.Heard(a.Networks, a.Answers)) }).Stop
}

// show follows a change of the networks.
func (t *tryView) show(list []text.Network) {
	same := len(list) == len(t.list)
	for i := range list {
		same = same && list[i].Name == t.list[i].Name && list[i].Kind == t.list[i].Kind
	}
	t.list = list
	if !same {
		t.place.call("replaceChildren")
		t.verdicts = nil
		for _, n := range list {
			t.verdicts = append(t.verdicts, newVerdict(t.dom, t.place, n))
		}
	}
	t.nameTheSilent()
	if t.pads[0].empty() || t.pads[1].empty() {
		t.rest()
		return
	}
	// The same digits, to what has been learnt since.
	if !t.later {
		t.later = true
		time.AfterFunc(askAgainEvery, func() {
			t.later = false
			t.ask()
		})
	}
}

// verdict is what one network says.
type verdict struct {
	name                           string
	answers                        bool // it shows an answer
	root, origin                   *element
	question, answer, value, right *element
	readings                       [2]*reading // nil for a network that reads no digits
}

func newVerdict(d *dom, parent *element, n text.Network) *verdict {
	v := &verdict{name: n.Name}
	v.root = d.create(parent, "article", "class", "verdict", "data-model", string(n.Kind), "data-network", n.Name, "aria-label", n.Title())
	d.create(v.root, "h3").text(n.Title())
	says := d.create(v.root, "p", "class", "says")
	v.origin = d.create(v.root, "p", "class", "origin")
	v.question = d.create(says, "span", "class", "question")
	v.answer = d.create(says, "b")
	v.value = d.create(says, "data")
	v.right = d.create(says, "span", "class", "right")
	if n.Reads() {
		both := d.create(v.root, "div", "class", "readings")
		v.readings = [2]*reading{newReading(d, both, "First"), newReading(d, both, "Second")}
	}
	v.show(nil, -1, -1)
	return v
}

// show shows an answer about digits with these labels, -1 for unknown ones; or
// none.
func (v *verdict) show(a *ask.Answer, left, right int) {
	v.answers = a != nil
	if !v.answers {
		v.question.text("–")
		for _, part := range []*element{v.answer, v.value, v.right} {
			part.text("")
		}
		v.value.attribute("value", "")
	} else {
		v.question.text(text.Question(*a) + ": ")
		v.answer.text(text.YesNo(*a))
		v.value.text(", "+text.Percent(a.Probability, 0)).attribute("value", fmt.Sprintf("%.6f", a.Probability))
		mark := text.Right(*a, left, right)
		v.right.attribute("data-right", mark)
		if mark != "" {
			mark = " " + mark // apart from the figure also where it is read aloud
		}
		v.right.text(mark)
	}
	for i, r := range v.readings {
		switch {
		case r == nil:
		case a == nil:
			r.show(nil)
		case i == 0:
			r.show(a.Left)
		default:
			r.show(a.Right)
		}
	}
}

// reading is a digit's probabilities as bars.
type reading struct {
	side string
	root *element
	bars [10]*element
}

func newReading(d *dom, parent *element, side string) *reading {
	r := &reading{side: side, root: d.create(parent, "div", "class", "reading", "role", "img")}
	for i := range r.bars {
		r.bars[i] = d.create(r.root, "span", "class", "bar")
		d.create(r.bars[i], "i")
		d.create(r.bars[i], "small").text(fmt.Sprint(i))
	}
	return r
}

func (r *reading) show(p []float64) {
	label := r.side + " digit: not read yet"
	top := 0.0
	if p != nil {
		label = text.Reading(r.side, p)
		for _, v := range p {
			top = max(top, v)
		}
	}
	r.root.attribute("aria-label", label)
	for i, bar := range r.bars {
		v := 0.0
		if p != nil {
			v = p[i]
		}
		bar.attribute("style", fmt.Sprintf("--p:%.5f", v))
		class := "bar"
		if v > 0 && v == top {
			class = "bar likeliest"
		}
		bar.attribute("class", class)
	}
}

// Networks shows the networks that there are to ask and to keep. It may be
// called from any goroutine.
func (p *Page) Networks(list []text.Network) {
	p.networks = list
	p.learnt = true
	p.frame.request()
}

// ShowNetworks shows them, if there is anything new, in steps between which it
// pauses.
func (p *Page) ShowNetworks(pause func() error) {
	if !p.learnt {
		return
	}
	p.learnt = false
	p.try.show(p.networks)
	_ = pause() // without it all goes on at once
	p.inside.show(p.networks)
	_ = pause()
	p.keep.show(p.networks)
}

func (p *Page) showNetworks() { p.ShowNetworks(func() error { return nil }) }

// then has one of two functions called when a promise is settled.
func (d *dom) then(promise safejs.Value, ok func(safejs.Value), failed func()) {
	fulfilled := d.function(func(args []safejs.Value) { ok(args[0]) })
	rejected := d.function(func([]safejs.Value) { failed() })
	d.wrap(promise).call("then", fulfilled, rejected)
}
