package ui

import (
	"slices"
	"strconv"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/inspect"
	"github.com/pairlab/pairlab/ui/text"
)

// layerEvery is how often the first layer of a network that is being trained
// is drawn, at most.
const layerEvery = 300 * time.Millisecond

// LayerQuestion asks for a network's first layer after an epoch, and for its
// maps of one of the test pairs.
type LayerQuestion struct {
	Name   string
	Set    TestSet
	Epoch  int
	Pair   int
	Passed bool // as the next layer gets them
}

// Layer is pictures: Pixels, a Uint8Array, has the RGBA of all of them. They are
// of the network as it is if its layer after the epoch asked for is gone.
type Layer struct {
	Epoch         int
	Filters, Maps []inspect.Atlas
	Pixels        safejs.Value
}

// ShownLayer is what is shown of the first layer.
type ShownLayer struct {
	Epoch   int             `json:"epoch"`
	Epochs  []int           `json:"epochs"` // that can be chosen
	Pair    int             `json:"pair"`
	Passed  bool            `json:"passed"`
	Filters []inspect.Atlas `json:"filters"`
	Maps    []inspect.Atlas `json:"maps"`
}

// layerView is the first layer, epoch by epoch.
type layerView struct {
	dom  *dom
	view *insideView

	slider, out, kept, passed, about *element
	filters, maps                    [2]*picture

	epochs        []int
	epoch         int // 0: the newest
	pair          int // -1: none yet
	asking, again bool
	later         bool
	shown         ShownLayer
}

// picture is a canvas with what it shows.
type picture struct{ root, caption, canvas, pen *element }

func newLayerView(d *dom, v *insideView) *layerView {
	l := &layerView{
		dom: d, view: v, pair: -1,
		slider: d.find("#inside-epoch"), out: d.find("#inside-epoch-out"), kept: d.find("#inside-kept"), passed: d.find("#inside-passed"), about: d.find("#inside-pair"),
	}
	for i := range 2 {
		l.filters[i] = newPicture(d, "#inside-filters-"+strconv.Itoa(i))
		l.maps[i] = newPicture(d, "#inside-maps-"+strconv.Itoa(i))
	}
	l.slider.on("input", func(safejs.Value) {
		l.epoch = 0
		if at := int(l.slider.real("valueAsNumber")); at < len(l.epochs)-1 {
			l.epoch = l.epochs[at]
		}
		l.place()
		l.ask()
	})
	for _, radio := range d.find("#inside-which").all("input") {
		radio.on("change", func(safejs.Value) { l.ask() })
	}
	return l
}

func newPicture(d *dom, selector string) *picture {
	p := &picture{root: d.find(selector), caption: d.find(selector + " figcaption"), canvas: d.find(selector + " canvas")}
	p.pen = p.canvas.context(nil)
	return p
}

// follow follows a change of the network: it has other epochs, or is another.
func (l *layerView) follow() {
	n := l.view.chosen()
	if n == nil || l.view.matrix == nil {
		return
	}
	l.epochs = l.view.inside.Epochs(n.Name)
	if !slices.Contains(l.epochs, l.epoch) {
		l.epoch = 0
	}
	l.kept.text(text.KeptEpochs(*n, l.epochs))
	l.place()
	if !l.later {
		l.later = true
		time.AfterFunc(layerEvery, func() {
			l.later = false
			l.ask()
		})
	}
}

// now is the epoch that is shown.
func (l *layerView) now() int {
	switch {
	case l.epoch > 0:
		return l.epoch
	case len(l.epochs) > 0:
		return l.epochs[len(l.epochs)-1]
	}
	return l.view.chosen().Epoch
}

// place puts the slider where the epoch is.
func (l *layerView) place() {
	last := max(0, len(l.epochs)-1)
	at := last
	if l.epoch > 0 {
		at = slices.Index(l.epochs, l.epoch)
	}
	l.slider.flag("disabled", last == 0)
	l.slider.number("max", float64(last))
	l.slider.input(strconv.Itoa(at))
	words := text.AfterEpoch(l.now(), l.view.chosen().Epochs)
	l.slider.attribute("aria-valuetext", words)
	l.out.text(words)
}

// choose has the maps be of a pair.
func (l *layerView) choose(pair int) {
	l.pair = pair
	l.ask()
}

// ask asks for the pictures as they are to be, when those before have come.
func (l *layerView) ask() {
	v := l.view
	if l.asking {
		l.again = true
		return
	}
	n := v.chosen()
	if n == nil || v.pairs == nil || v.pairs.TestSet != v.set() || l.pair < 0 || !v.seen || v.failed {
		return
	}
	l.asking = true
	q := LayerQuestion{Name: n.Name, Set: v.pairs.TestSet, Epoch: l.now(), Pair: l.pair, Passed: l.passed.is("checked")}
	pairs, epochs := v.pairs, n.Epochs
	v.inside.Layer(q, func(a Layer, err error) {
		l.asking = false
		if l.again {
			l.again = false
			defer l.ask()
		}
		if v.fail(err) {
			return
		}
		i := 2 * q.Pair
		when := text.AfterEpoch(a.Epoch, epochs)
		pair := text.PairName(pairs.Digits[i], pairs.Digits[i+1], pairs.Images[i:])
		l.about.text("The maps are of " + pair + "; press another pair in the list for its.")
		at := 0
		for i, p := range l.filters {
			at = p.show(a.Filters, i, a.Pixels, at, "Filters for ", func(side string) string {
				return text.FiltersAlt(a.Filters[i], side, when)
			})
		}
		for i, p := range l.maps {
			at = p.show(a.Maps, i, a.Pixels, at, "Maps of ", func(side string) string {
				return text.MapsAlt(a.Maps[i], side, when, pair)
			})
		}
		l.shown = ShownLayer{a.Epoch, l.epochs, q.Pair, q.Passed, a.Filters, a.Maps}
	})
}

// show draws picture i of the groups, whose pixels begin at byte at, and
// returns where the next one's begin. If there is none, it is hidden.
func (p *picture) show(groups []inspect.Atlas, i int, pixels safejs.Value, at int, what string, alt func(side string) string) (next int) {
	p.root.flag("hidden", i >= len(groups))
	if i >= len(groups) {
		return at
	}
	a, side := groups[i], text.Sides(len(groups))[i]
	p.caption.text(what + side)
	p.canvas.attribute("aria-label", alt(side))
	p.canvas.number("width", float64(a.Width))
	p.canvas.number("height", float64(a.Height))
	d := p.root.dom
	next = at + 4*a.Width*a.Height
	part, err := pixels.Call("subarray", at, next)
	d.note(err)
	image, err := p.pen.value.Call("createImageData", a.Width, a.Height)
	d.note(err)
	array, err := image.Get("data")
	d.note(err)
	_, err = array.Call("set", part)
	d.note(err)
	p.pen.call("putImageData", image, 0, 0)
	return next
}
