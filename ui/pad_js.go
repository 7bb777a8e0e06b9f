package ui

import (
	"fmt"
	"strconv"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
)

const (
	padSide   = 224 // of a pad's canvas, in its pixels
	penWidth  = 18  // of them: what MNIST's pens are to a digit of this size
	lastImage = 9999
)

// pad is where one of the two digits is drawn, or chosen from the test images.
type pad struct {
	dom     *dom
	side    string // "First", "Second"
	changed func() // the digit is another

	canvas, seen        *element
	pen                 *element // the canvas's context
	undo, clear, random *element
	number, about, out  *element
	preview, ink        *element // what the networks see: its context, and its pixels
	strokes             [][]float64
	image               int // -1: none
	drawing             bool
	pointer             float64      // the finger, pen or mouse that draws
	scale               float64      // canvas pixels in one of the page's
	raster              safejs.Value // of the strokes
	rastered            bool
	imageOf             func(limit int) int
}

func newPad(d *dom, name, side string, random func(limit int) int, changed func()) *pad {
	root := "[data-pad=" + name + "] "
	p := &pad{
		dom: d, side: side, changed: changed, image: -1, imageOf: random,
		canvas: d.find(root + ".sheet canvas"), seen: d.find(root + ".seen canvas"),
		undo: d.find(root + "[data-part=undo]"), clear: d.find(root + "[data-part=clear]"),
		random: d.find(root + "[data-part=random]"), number: d.find(root + "input"),
		about: d.find(root + "[data-part=about]"), out: d.find(root + ".error"),
	}
	p.pen = p.canvas.context(map[string]any{"willReadFrequently": true})
	p.preview = p.seen.context(nil)
	for name, value := range map[string]any{"lineWidth": penWidth, "lineCap": "round", "lineJoin": "round"} {
		d.note(p.pen.value.Set(name, value))
	}
	p.canvas.on("pointerdown", p.down)
	p.canvas.on("pointermove", p.move)
	// A press may end without its end being told, but its capture is lost then.
	for _, name := range []string{"pointerup", "pointercancel", "lostpointercapture"} {
		p.canvas.on(name, p.up)
	}
	p.undo.on("click", func(safejs.Value) {
		p.strokes = p.strokes[:len(p.strokes)-1]
		p.drawing = false
		p.redraw()
	})
	p.clear.on("click", func(safejs.Value) { p.choose(-1) })
	p.random.on("click", func(safejs.Value) { p.choose(p.imageOf(lastImage + 1)) })
	p.number.on("input", func(safejs.Value) { p.typed() })
	p.random.flag("disabled", false)
	p.number.flag("disabled", false)
	return p
}

// context is a canvas's drawing context.
func (e *element) context(options any) *element {
	v, err := e.value.Call("getContext", "2d", options)
	e.dom.note(err)
	return e.dom.wrap(v)
}

// real is a number property.
func (e *element) real(name string) float64 {
	v, err := e.value.Get(name)
	if err == nil {
		var f float64
		if f, err = v.Float(); err == nil {
			return f
		}
	}
	e.dom.note(err)
	return 0
}

func (p *pad) down(event safejs.Value) {
	e := p.dom.wrap(event)
	if p.drawing || !e.is("isPrimary") || e.real("button") != 0 {
		return
	}
	if p.image >= 0 {
		p.image = -1
		p.number.input("")
		p.complain("")
		p.wipe()
	}
	p.pointer = e.real("pointerId")
	p.canvas.call("setPointerCapture", p.pointer)
	p.scale = padSide / max(p.canvas.real("clientWidth"), 1)
	p.drawing = true
	p.strokes = append(p.strokes, nil)
	p.extend(e)
	p.edited()
}

// draws says whether an event is of the pointer that draws: another finger, or
// a palm beside a pen, does not.
func (p *pad) draws(e *element) bool { return p.drawing && e.real("pointerId") == p.pointer }

func (p *pad) up(event safejs.Value) {
	if p.draws(p.dom.wrap(event)) {
		p.drawing = false
	}
}

func (p *pad) move(event safejs.Value) {
	e := p.dom.wrap(event)
	if !p.draws(e) {
		return
	}
	// A browser gathers fast movements into one event a frame.
	all, err := event.Call("getCoalescedEvents")
	if n, lengthErr := all.Length(); err == nil && lengthErr == nil && n > 0 {
		for i := range n {
			one, err := all.Index(i)
			p.dom.note(err)
			p.extend(p.dom.wrap(one))
		}
	} else {
		p.extend(e)
	}
	p.edited()
}

// extend draws the stroke in hand on to where an event is.
func (p *pad) extend(e *element) {
	last := len(p.strokes) - 1
	p.strokes[last] = append(p.strokes[last], e.real("offsetX")*p.scale, e.real("offsetY")*p.scale)
	line := p.strokes[last]
	p.line(line[max(0, len(line)-4):])
}

// line draws a line through points, x and y in turn; one point is a dot.
func (p *pad) line(points []float64) {
	p.pen.call("beginPath")
	p.pen.call("moveTo", points[0], points[1])
	for i := 0; i < len(points); i += 2 {
		p.pen.call("lineTo", points[i], points[i+1])
	}
	p.pen.call("stroke")
}

func (p *pad) wipe() { p.pen.call("clearRect", 0, 0, padSide, padSide) }

func (p *pad) redraw() {
	p.wipe()
	for _, s := range p.strokes {
		p.line(s)
	}
	p.edited()
}

// choose takes a test image in the drawing's place; -1 takes none.
func (p *pad) choose(image int) {
	p.image, p.strokes, p.drawing = image, nil, false
	p.complain("")
	if image < 0 {
		p.number.input("")
		p.redraw()
		return
	}
	p.number.input(strconv.Itoa(image))
	p.edited()
}

// typed follows the number field.
func (p *pad) typed() {
	text := p.number.property("value")
	image, err := strconv.Atoi(text)
	switch {
	case err == nil && image >= 0 && image <= lastImage:
		p.choose(image)
	case text == "" && !p.bad():
		p.choose(-1)
	default:
		p.complain(fmt.Sprintf("Test images are numbered 0 to %d.", lastImage))
	}
}

// bad says whether the field holds what is no number.
func (p *pad) bad() bool {
	validity, err := p.number.value.Get("validity")
	p.dom.note(err)
	return p.dom.wrap(validity).is("badInput")
}

func (p *pad) complain(message string) {
	p.out.text(message).flag("hidden", message == "")
	p.number.attribute("aria-invalid", strconv.FormatBool(message != ""))
}

// edited follows a change of the digit.
func (p *pad) edited() {
	p.rastered = false
	// A button that goes off must not take the keyboard with it.
	if len(p.strokes) == 0 && p.undo.focused() || p.empty() && p.clear.focused() {
		p.random.call("focus")
	}
	p.undo.flag("disabled", len(p.strokes) == 0)
	p.clear.flag("disabled", p.empty())
	p.describe(-1)
	p.changed()
}

func (p *pad) empty() bool { return p.image < 0 && len(p.strokes) == 0 }

// digit is what the networks are asked about; nil if there is nothing.
func (p *pad) digit() *Digit {
	switch {
	case p.image >= 0:
		return &Digit{Image: p.image}
	case len(p.strokes) == 0:
		return nil
	}
	if !p.rastered {
		image, err := p.pen.value.Call("getImageData", 0, 0, padSide, padSide)
		p.dom.note(err)
		p.raster, err = image.Get("data")
		p.dom.note(err)
		p.rastered = err == nil
	}
	return &Digit{Side: padSide, RGBA: p.raster}
}

// show shows what the networks see, and with it a test image.
func (p *pad) show(s Seen) {
	pixels := make([]byte, 4*data.Pixels)
	for i, ink := range s.Pixels {
		pixels[4*i+3] = ink
	}
	if err := p.put(pixels); err != nil {
		p.dom.note(err)
		return
	}
	if p.image >= 0 && s.Shown {
		p.wipe()
		p.dom.note(p.pen.value.Set("imageSmoothingEnabled", false))
		p.pen.call("drawImage", p.seen.value, 0, 0, padSide, padSide)
		p.describe(s.Label)
	}
}

// put puts pixels, RGBA, into the preview.
func (p *pad) put(pixels []byte) error {
	if p.ink == nil {
		image, err := p.preview.value.Call("createImageData", data.Side, data.Side)
		if err != nil {
			return err
		}
		p.ink = p.dom.wrap(image)
	}
	array, err := p.ink.value.Get("data")
	if err != nil {
		return err
	}
	if _, err := safejs.CopyBytesToJS(array, pixels); err != nil {
		return err
	}
	p.preview.call("putImageData", p.ink.value, 0, 0)
	return nil
}

// describe says in words what is on the pad; label is a test image's, -1 if it
// is not known.
func (p *pad) describe(label int) {
	text := "Nothing yet"
	switch {
	case p.image >= 0 && label >= 0:
		text = fmt.Sprintf("Test image %d, a %d", p.image, label)
	case p.image >= 0:
		text = fmt.Sprintf("Test image %d", p.image)
	case len(p.strokes) > 0:
		text = "Your drawing"
	}
	p.about.text(text)
	p.canvas.attribute("aria-label", p.side+" digit: "+text)
}
