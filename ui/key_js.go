package ui

import (
	"strconv"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/ui/state"
	"github.com/pairlab/pairlab/ui/text"
)

// key is the key to the charts: a button for each network, which hides and
// shows its lines, with the figures at the pointer's epoch or at the last one.
type key struct {
	figures map[model.Kind]*element
	epoch   *element
}

func newKey(c *charts) *key {
	k := &key{figures: map[model.Kind]*element{}}
	place := c.dom.find("#key")
	for _, kind := range model.Kinds {
		button := c.dom.create(place, "button", "type", "button", "aria-pressed", "true", "data-model", string(kind), "title", "Hide or show this network’s lines")
		c.dom.create(button, "span", "class", "swatch", "aria-hidden", "true")
		c.dom.create(button, "span").text(experiment.Label(kind))
		k.figures[kind] = c.dom.create(button, "span", "class", "figure")
		shown := true
		button.on("click", func(safejs.Value) {
			shown = !shown
			button.attribute("aria-pressed", strconv.FormatBool(shown))
			c.hidden[kind] = !shown
			c.accuracy.hide(kind, !shown)
			c.loss.hide(kind, !shown)
		})
	}
	k.epoch = c.dom.create(place, "span", "class", "epoch")
	return k
}

func (k *key) render(curves map[model.Kind]state.Curves, training bool, epoch int) {
	for kind, e := range k.figures {
		e.text(text.Key(curves[kind], training, epoch))
	}
	k.epoch.text("")
	if epoch >= 0 {
		k.epoch.text("epoch " + text.Count(epoch+1))
	}
}

// theme is what the charts take from the style sheet.
type theme struct {
	muted, line, family string
	font                string
	models              map[model.Kind]string
}

func readTheme(d *dom) theme {
	t := theme{models: map[model.Kind]string{}}
	style, err := d.window.Call("getComputedStyle", d.find("html").value)
	d.note(err)
	property := func(name string) string {
		v, err := style.Call("getPropertyValue", name)
		d.note(err)
		s, _ := v.String()
		return strings.TrimSpace(s)
	}
	t.muted, t.line, t.family = property("--muted"), property("--line"), property("--font")
	t.font = "12px " + t.family
	for _, kind := range model.Kinds {
		t.models[kind] = property("--" + string(kind))
	}
	return t
}

// labelFont is the font of text drawn on a canvas with ratio pixels to a CSS
// pixel.
func (t theme) labelFont(ratio float64) string {
	return "600 " + strconv.FormatFloat(12*ratio, 'f', -1, 64) + "px " + t.family
}
