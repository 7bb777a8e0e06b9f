// Package figure draws line charts as SVG, to be kept outside the page: on
// white, with all that a reader needs to make sense of them. It is plain Go,
// and knows nothing of networks.
package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The size of a drawing, and the place of the plot in it, in pixels.
const (
	Width, Height = 720, 460

	left, right = 64, Width - 24
	top, bottom = 116, Height - 52
)

// Line is a line of a chart: its values at 1, 2, 3… NaN and infinite values
// are gaps.
type Line struct {
	Name, Color string
	Main        []float64
	Beside      []float64 // a finer line of the same name
	Low, High   []float64 // the edges of a band, both as long or none
}

// Chart is a chart of lines over 1, 2, 3…
type Chart struct {
	Title       string
	About, Note string // how the lines came about, and which is which: a line of text each
	X, Y        string // what the axes are
	Lines       []Line
	Range       Range
}

// Range is how far the vertical axis reaches: over all values and the Soft
// bounds, but not past the Hard ones.
type Range struct{ Soft, Hard [2]float64 }

// SVG is the chart as an SVG file.
func (c Chart) SVG() string {
	var b strings.Builder
	write := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p := c.plot()
	write(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" aria-labelledby="title about" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif" font-size="12" fill="#5c6066">`, Width, Height)
	write(`<title id="title">%s</title><desc id="about">%s</desc>`, escape(c.Title), escape(c.About+" "+c.Note))
	write(`<defs><clipPath id="plot"><rect x="%d" y="%d" width="%d" height="%d"/></clipPath></defs>`, left, top-2, right-left+2, bottom-top+4)
	write(`<rect width="100%%" height="100%%" fill="#fff"/>`)
	write(`<text x="20" y="30" font-size="16" font-weight="600" fill="#1d1f22">%s</text><text x="20" y="50">%s</text><text x="20" y="68">%s</text>`, escape(c.Title), escape(c.About), escape(c.Note))
	at := 20
	for _, l := range c.Lines {
		write(`<path d="M%d 91h20" stroke="%s" stroke-width="3"/><text x="%d" y="95" fill="#1d1f22">%s</text>`, at, l.Color, at+26, escape(l.Name))
		at += 26 + 8*len(l.Name) + 20
	}
	for _, v := range ticks(p.low, p.high, 6, false) {
		write(`<path d="M%d %sH%d" stroke="#dfddd7"/><text x="%d" y="%s" text-anchor="end">%s</text>`, left, px(p.y(v)), right, left-8, px(p.y(v)+4), number(v))
	}
	for _, v := range ticks(1, float64(p.last), 10, true) {
		write(`<text x="%s" y="%d" text-anchor="middle">%s</text>`, px(p.x(v)), bottom+18, number(v))
	}
	write(`<text x="%d" y="%d" text-anchor="middle">%s</text>`, (left+right)/2, Height-12, escape(c.X))
	write(`<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">%s</text>`, (top+bottom)/2, escape(c.Y))
	write(`<g clip-path="url(#plot)" fill="none" stroke-linejoin="round" stroke-linecap="round">`)
	for _, l := range c.Lines {
		if d := p.band(l.Low, l.High); d != "" {
			write(`<path d="%s" fill="%s" fill-opacity="0.16"/>`, d, l.Color)
		}
	}
	for _, l := range c.Lines {
		write(`<path d="%s" stroke="%s" stroke-width="2.25"/>`, p.line(l.Main), l.Color)
		if len(l.Beside) > 0 {
			write(`<path d="%s" stroke="%s"/>`, p.line(l.Beside), l.Color)
		}
	}
	write(`</g>`)
	write(`</svg>`)
	return b.String()
}

// plot is the place of values in a drawing.
type plot struct {
	low, high float64 // of the vertical axis
	last      int     // of the horizontal one, which begins at 1
}

func (c Chart) plot() plot {
	p := plot{low: c.Range.Soft[0], high: c.Range.Soft[1], last: 1}
	for _, l := range c.Lines {
		for _, values := range [...][]float64{l.Main, l.Beside, l.Low, l.High} {
			p.last = max(p.last, len(values))
			for _, v := range values {
				if drawn(v) {
					p.low, p.high = min(p.low, v), max(p.high, v)
				}
			}
		}
	}
	p.low, p.high = max(p.low, c.Range.Hard[0]), min(p.high, c.Range.Hard[1])
	if !(p.high > p.low) {
		p.high = p.low + 1
	}
	return p
}

func (p plot) x(v float64) float64 {
	if p.last == 1 {
		return (left + right) / 2
	}
	return left + (v-1)/float64(p.last-1)*(right-left)
}

func (p plot) y(v float64) float64 { return bottom - (v-p.low)/(p.high-p.low)*(bottom-top) }

func (p plot) point(i int, v float64) string { return px(p.x(float64(i+1))) + " " + px(p.y(v)) }

// line is the path of a line. A value between gaps is a dot.
func (p plot) line(values []float64) string {
	d, joined := "", false
	for i, v := range values {
		switch {
		case !drawn(v):
		case joined:
			d += "L" + p.point(i, v)
		default:
			d += "M" + p.point(i, v) + "h0"
		}
		joined = drawn(v)
	}
	return d
}

// band is the path around a band; each part between gaps is closed.
func (p plot) band(low, high []float64) string {
	d := ""
	for from := 0; from < len(low); from++ {
		there, back := "", ""
		for ; from < len(low) && drawn(low[from]) && drawn(high[from]); from++ {
			there += "L" + p.point(from, high[from])
			back = "L" + p.point(from, low[from]) + back
		}
		if there != "" {
			d += "M" + there[1:] + back + "Z"
		}
	}
	return d
}

// drawn says whether there is a value.
func drawn(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// ticks are round values from low to high, at most most of them; with whole,
// whole numbers only.
func ticks(low, high float64, most int, whole bool) []float64 {
	step := math.Pow(10, math.Floor(math.Log10(max(high-low, 1e-12)/float64(most))))
	for _, times := range [...]float64{1, 2, 5, 10, 20} {
		if s := step * times; (high-low)/s <= float64(most) && (!whole || s >= 1) {
			step = s
			break
		}
	}
	if whole {
		step = max(1, step)
	}
	var list []float64
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		list = append(list, k*step)
	}
	return list
}

func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "&", "&amp;"), "<", "&lt;")
}
