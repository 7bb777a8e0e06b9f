package ui

import (
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/ui/figure"
	"github.com/pairlab/pairlab/ui/text"
)

// tableEvery is the least time between two makings of an open table while its
// figures change.
const tableEvery = time.Second

// figureView is what stands under a chart: its figures as a table, which is
// made while it is open, and the buttons that save the chart.
type figureView struct {
	charts     *charts
	scale      scale
	fold, room *element
	buttons    []*element
	made       time.Duration // of the page's clock
}

func newFigure(c *charts, s scale) *figureView {
	at := "[data-figure=" + s.file + "] "
	f := &figureView{charts: c, scale: s, fold: c.dom.find(at + "details"), room: c.dom.find(at + "[role=region]")}
	f.fold.on("toggle", func(safejs.Value) { f.renew(true) })
	for _, format := range []string{"png", "svg"} {
		button := c.dom.find(at + "[data-save=" + format + "]")
		button.on("click", func(safejs.Value) {
			svg := text.ChartFigure(s.name, s.unit, c.config, c.curves, c.hidden, s.of, c.train, s.reach).SVG()
			pairs := "-test."
			if c.train {
				pairs = "-train."
			}
			c.dom.savePicture("pairlab-"+s.file+pairs+format, svg, format == "png")
		})
		f.buttons = append(f.buttons, button)
	}
	return f
}

// renew follows new figures; at once, or when it is time again.
func (f *figureView) renew(now bool) {
	lines := 0
	for _, c := range f.charts.curves {
		lines += len(c.Mean) + len(c.Live)
	}
	for _, button := range f.buttons {
		button.flag("disabled", lines == 0)
	}
	if !f.fold.is("open") || !now && f.charts.drawn-f.made < tableEvery {
		return
	}
	f.made = f.charts.drawn
	html := text.ChartTable(f.scale.name, f.scale.unit, f.charts.curves, f.scale.of, f.charts.train, f.scale.format)
	if f.room.changed("html", html) {
		f.room.dom.note(f.room.value.Set("innerHTML", html))
	}
}

// savePicture saves an SVG, or, drawn at twice its size, a PNG of it.
func (d *dom) savePicture(name, svg string, png bool) {
	if !png {
		d.save(name, "image/svg+xml", svg)
		return
	}
	const sharp = 2
	class, err := d.window.Get("Image")
	d.note(err)
	v, err := class.New()
	d.note(err)
	image := d.wrap(v)
	image.on("load", func(safejs.Value) {
		canvas := d.create(nil, "canvas")
		canvas.number("width", sharp*figure.Width)
		canvas.number("height", sharp*figure.Height)
		pen, err := canvas.value.Call("getContext", "2d")
		d.note(err)
		d.wrap(pen).call("drawImage", image.value, 0, 0, sharp*figure.Width, sharp*figure.Height)
		canvas.call("toBlob", d.function(func(args []safejs.Value) { d.save(name, "image/png", args[0]) }))
	})
	escaped, err := d.window.Call("encodeURIComponent", svg)
	d.note(err)
	data, err := escaped.String()
	d.note(err)
	d.note(image.value.Set("src", "data:image/svg+xml,"+data))
}
