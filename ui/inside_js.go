package ui

import (
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/ui/text"
)

// Inside is what the page asks of the program about the inside of networks.
// None of the methods waits: what they are given to call, they call later.
type Inside interface {
	// TestPairs draws a round's test pairs.
	TestPairs(set TestSet, got func(*TestPairs, error))
	// Examine puts all of them, slice by slice, to a network, which stays as it
	// is meanwhile. It ends early when slice returns false.
	Examine(name string, set TestSet, slice func(Slice, error) bool)
	// Epochs are those of a network's run whose first layer is kept, ascending.
	Epochs(name string) []int
	// Layer draws a network's first layer, and its maps of a pair.
	Layer(q LayerQuestion, got func(Layer, error))
}

// TestSet says which test pairs: those of the round with this seed and so many
// pairs.
type TestSet struct {
	Seed  uint64 `json:"seed"`
	Pairs int    `json:"pairs"`
}

// TestPairs are a round's test pairs.
type TestPairs struct {
	TestSet
	Digits []uint8 // [Pairs, 2]
	Images []int32 // [Pairs, 2], numbers in the test set
	Pixels []byte  // [Pairs, 2, 14, 14], ink 0..255
}

// Slice is a network's answers from pair From on.
type Slice struct {
	Network text.Network
	From    int
	Answers inspect.Answers
}

// examineEvery is how often a network that is being trained answers all test
// pairs again.
const examineEvery = 2 * time.Second

// insideView is where a person looks into networks. It asks for nothing while
// it is not on the screen.
type insideView struct {
	dom    *dom
	inside Inside
	now    func() time.Duration
	frame  *frame

	status, body, network, again, score *element
	matrix                              *matrixTable
	confusion                           *confusionTable
	pairList                            *pairList
	layer                               *layerView
	fold                                *fold

	list     []text.Network
	name     string // of the network that is looked into
	picked   bool   // the person has said so; else it is the first
	seen     bool   // on the screen
	busy     bool   // a question is in hand
	failed   bool
	later    bool // a step to come
	pairs    *TestPairs
	examined map[string]*examined // by the network's name
}

// examined is what a network has answered.
type examined struct {
	network text.Network
	answers inspect.Answers
	begun   time.Duration
	whole   bool
}

func newInside(d *dom, inside Inside, now func() time.Duration) *insideView {
	v := &insideView{
		dom: d, inside: inside, now: now,
		status: d.find("#inside-status"), body: d.find("#inside-body"), network: d.find("#inside-network"),
		again: d.find("#inside-again"), score: d.find("#inside-score"),
	}
	v.frame = newFrame(d, v.draw)
	v.fold = newFold(d, now)
	v.pairList = newPairList(d, v)
	v.layer = newLayerView(d, v)
	v.network.on("change", func(safejs.Value) {
		v.name, v.picked = v.network.property("value"), true
		v.failed = false
		v.pairList.limit = listStep
		v.draw()
		v.layer.follow()
		v.step()
	})
	v.again.on("click", func(safejs.Value) {
		v.failed = false
		v.network.call("focus") // the button goes
		v.step()
	})
	v.status.text(text.InsideNone)
	d.watch(d.find("#inside"), 200, func(seen bool) {
		if v.seen = seen; seen {
			v.show(v.list)
		}
	})
	return v
}

// show follows a change of the networks.
func (v *insideView) show(list []text.Network) {
	same := len(list) == len(v.list)
	for i := range list {
		same = same && list[i].Name == v.list[i].Name && list[i].Kind == v.list[i].Kind
	}
	v.list = list
	for _, n := range list {
		// What another run's network has said is not this one's.
		if e := v.examined[n.Name]; e != nil && (e.network.Kind != n.Kind || e.network.Seed != n.Seed || e.network.File != n.File) {
			delete(v.examined, n.Name)
		}
	}
	v.body.flag("hidden", len(list) == 0)
	if !same {
		v.network.call("replaceChildren")
		for _, n := range list {
			v.dom.create(v.network, "option", "value", n.Name).text(n.Title())
		}
		if len(list) > 0 && (v.chosen() == nil || !v.picked) {
			v.name = list[0].Name
		}
		v.network.input(v.name)
	}
	if len(list) == 0 {
		return
	}
	if v.matrix == nil {
		v.matrix, v.confusion = newMatrixTable(v.dom, v.pairList.choose), newConfusionTable(v.dom)
		v.fold.close(v.body.all(".matrices > div, .matrix tbody tr:nth-child(n+4), .listed, .pictures"))
	}
	if !same {
		// It takes its room before it is seen: what is below then stays where it is.
		v.draw()
	}
	if !v.seen {
		return
	}
	v.layer.follow()
	v.frame.request()
	v.step()
}

// chosen is the network that is looked into, nil if there is none.
func (v *insideView) chosen() *text.Network {
	for i := range v.list {
		if v.list[i].Name == v.name {
			return &v.list[i]
		}
	}
	return nil
}

// set is the chosen network's test pairs.
func (v *insideView) set() TestSet {
	n := v.chosen()
	return TestSet{n.Seed, n.Pairs}
}

// step asks for what is missing next: the pairs, the chosen network's answers,
// the others'.
func (v *insideView) step() {
	if v.busy || v.failed || !v.seen || v.chosen() == nil {
		return
	}
	if v.pairs == nil || v.pairs.TestSet != v.set() {
		v.busy = true
		v.inside.TestPairs(v.set(), v.gotPairs)
		return
	}
	wait := time.Duration(0)
	for i := range len(v.list) + 1 {
		n := v.chosen()
		if i > 0 {
			n = &v.list[i-1]
		}
		e := v.examined[n.Name]
		if e != nil && e.whole && e.network.Version == n.Version {
			continue
		}
		if e != nil {
			if left := e.begun + examineEvery - v.now(); left > 0 {
				if wait == 0 || left < wait {
					wait = left
				}
				continue
			}
		}
		v.examine(n.Name)
		return
	}
	if wait > 0 && !v.later {
		v.later = true
		time.AfterFunc(wait, func() {
			v.later = false
			v.step()
		})
	}
}

func (v *insideView) gotPairs(p *TestPairs, err error) {
	v.busy = false
	if v.fail(err) {
		return
	}
	v.pairs, v.examined = p, map[string]*examined{}
	v.pairList.limit, v.layer.pair = listStep, -1
	v.frame.request()
	v.step()
}

// examine has a network answer all pairs. What it said before stays until it
// is through.
func (v *insideView) examine(name string) {
	v.busy = true
	pairs, begun := v.pairs, v.now()
	var all inspect.Answers
	v.inside.Examine(name, pairs.TestSet, func(s Slice, err error) bool {
		if v.fail(err) {
			v.busy = false
			return false
		}
		if v.chosen() == nil || v.set() != pairs.TestSet || !v.seen {
			v.busy = false
			v.step()
			return false
		}
		all.Append(s.Answers)
		whole := all.Len() == pairs.Pairs
		if before := v.examined[name]; whole || before == nil || !before.whole {
			v.examined[name] = &examined{s.Network, all, begun, whole}
			v.frame.request()
		}
		if whole {
			v.busy = false
			v.step()
		}
		return true
	})
}

// fail shows what went wrong, if something did.
func (v *insideView) fail(err error) bool {
	if err != nil {
		v.failed = true
		v.say("The networks could not be looked into: "+err.Error(), true)
	}
	return err != nil
}

func (v *insideView) say(text string, bad bool) {
	class := "note"
	if bad {
		class = "error"
	}
	v.status.text(text).attribute("class", class)
	v.again.flag("hidden", !bad)
}

// draw shows what is known.
func (v *insideView) draw() {
	n := v.chosen()
	if n == nil || v.matrix == nil {
		return
	}
	e := v.examined[n.Name]
	if v.pairs == nil || v.pairs.TestSet != v.set() || e == nil {
		e = &examined{network: *n}
	}
	var digits []uint8
	if v.pairs != nil {
		digits = v.pairs.Digits
	}
	matrix, confusion := e.answers.Matrix(digits), e.answers.Confusion(digits)
	switch {
	case v.failed:
	case e.whole:
		v.say(e.network.Origin()+".", false)
	case v.pairs != nil:
		v.say(text.Asked(n.Title(), e.answers.Len(), n.Pairs), false)
	default:
		v.say("Loading the test images.", false)
	}
	v.score.text(text.Score(*n, matrix.Sum(), confusion.Sum()))
	v.matrix.show(&matrix, v.pairList.filter)
	v.confusion.show(&confusion, n.Reads(), e.answers.Len() > 0)
	v.pairList.show(e)
	if v.layer.pair < 0 && e.whole && len(v.pairList.order) > 0 {
		v.layer.choose(v.pairList.order[0])
	}
}

// Shown is what the view shows, for scripts. Its JSON form is theirs.
type Shown struct {
	TestSet
	Network   string             `json:"network"`
	Epoch     int                `json:"epoch"`    // that its answers are of
	Answered  int                `json:"answered"` // pairs
	Right     int                `json:"right"`
	Accuracy  float64            `json:"accuracy"` // Right / Answered
	Matrix    inspect.Matrix     `json:"matrix"`   // by first digit, then second
	Confusion *inspect.Confusion `json:"confusion"`
	Filter    inspect.Filter     `json:"filter"` // -1 is any
	Listed    int                `json:"listed"`
	Wrong     int                `json:"wrong"` // of them
	List      []ShownPair        `json:"list"`  // those on the page
	Layer     ShownLayer         `json:"layer"`
}

// ShownPair is a row of the list, with the networks' answers.
type ShownPair struct {
	Pair    int           `json:"pair"`
	Digits  [2]uint8      `json:"digits"`
	Images  [2]int32      `json:"images"`
	Answers []ShownAnswer `json:"answers"`
}

// ShownAnswer is a network's answer to a pair.
type ShownAnswer struct {
	Network     string  `json:"network"`
	Yes         bool    `json:"yes"`
	Probability float32 `json:"probability"`
	Right       bool    `json:"right"`
}

// Inside is what Look inside shows; nil before it shows anything.
func (p *Page) Inside() *Shown {
	v := p.inside
	n := v.chosen()
	if n == nil || v.pairs == nil || v.pairs.TestSet != v.set() {
		return nil
	}
	s := &Shown{TestSet: v.pairs.TestSet, Network: v.name, Filter: v.pairList.filter, List: []ShownPair{}, Layer: v.layer.shown}
	e := v.examined[v.name]
	if e == nil {
		return s
	}
	s.Epoch, s.Answered, s.Matrix = e.network.Epoch, e.answers.Len(), e.answers.Matrix(v.pairs.Digits)
	sum := s.Matrix.Sum()
	s.Right, s.Accuracy = sum.Right, sum.Share()
	if e.answers.Reads() {
		c := e.answers.Confusion(v.pairs.Digits)
		s.Confusion = &c
	}
	var order []int
	order, s.Wrong = e.answers.Order(v.pairs.Digits, s.Filter)
	s.Listed = len(order)
	for _, i := range order[:min(len(order), v.pairList.limit)] {
		row := ShownPair{Pair: i, Digits: [2]uint8(v.pairs.Digits[2*i:]), Images: [2]int32(v.pairs.Images[2*i:])}
		for _, n := range v.list {
			if e := v.examined[n.Name]; e != nil && i < e.answers.Len() {
				row.Answers = append(row.Answers, ShownAnswer{n.Name, e.answers.Yes[i], e.answers.Probability[i], e.answers.Correct(i, row.Digits[0], row.Digits[1])})
			}
		}
		s.List = append(s.List, row)
	}
	return s
}
