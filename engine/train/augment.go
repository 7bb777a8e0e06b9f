package train

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/model"
)

// Augment distorts every training image anew each time it is shown: its rows
// slide sideways, then its columns up and down, by a cubic interpolation that
// keeps strokes sharp. Row r slides by s + k·(r - c) pixels, where c is the
// image's centre, s is drawn from ±Shift and k from ±Shear, and columns
// likewise. The two slopes together slant and rotate the digit. At last every
// pixel gets noise, drawn evenly from ±Noise.
type Augment struct {
	Shift float64 `json:"shift,omitempty"` // pixels, [0, 3]
	Shear float64 `json:"shear,omitempty"` // pixels per row or column, [0, 0.4]
	Noise float64 `json:"noise,omitempty"` // standard deviations of the pixels, [0, 2]
}

// The largest settings: lines slide by less than margin-2 pixels.
const (
	MaxShift = 3
	MaxShear = 0.4
	MaxNoise = 2
	margin   = 8
)

func (a Augment) on() bool { return a != Augment{} }

func (a Augment) check() error {
	for _, s := range []struct {
		name        string
		value, most float64
	}{{"shift", a.Shift, MaxShift}, {"shear", a.Shear, MaxShear}, {"noise", a.Noise, MaxNoise}} {
		if !(s.value >= 0 && s.value <= s.most) {
			return fmt.Errorf("train: augmentation's %s %v: want 0..%v", s.name, s.value, s.most)
		}
	}
	return nil
}

// warper distorts images by what its caller's generator draws.
type warper struct {
	config  Augment
	line    [margin + model.Side + margin]float32 // a row or column between margins of background
	between [model.Side * model.Side]float32
}

// newWarper takes the background, which slides in from outside, to be the
// least pixel of p: paper without ink.
func newWarper(c Augment, p model.Pairs) warper {
	w := warper{config: c}
	background := p.X[0]
	for _, v := range p.X {
		background = min(background, v)
	}
	for i := range w.line {
		w.line[i] = background
	}
	return w
}

// warp writes a distortion of from [14, 14] to to.
func (w *warper) warp(to, from []float32, rng *rand.Rand) {
	draw := func(most float64) float32 { return float32(most * (2*rng.Float64() - 1)) }
	w.slide(w.between[:], from, draw(w.config.Shift), draw(w.config.Shear))
	w.slide(to, w.between[:], draw(w.config.Shift), draw(w.config.Shear))
	if w.config.Noise > 0 {
		addNoise(to, float32(w.config.Noise), rng)
	}
}

// addNoise adds to each pixel one of 2¹⁶ steps of ±most, four from one word:
// drawing is what noise costs.
func addNoise(x []float32, most float32, rng *rand.Rand) {
	step := most / 0x8000
	for len(x) >= 4 {
		word := rng.Uint64()
		x[0] += step * float32(int16(word))
		x[1] += step * float32(int16(word>>16))
		x[2] += step * float32(int16(word>>32))
		x[3] += step * float32(int16(word>>48))
		x = x[4:]
	}
}

// slide moves line r of from by shift + shear·(r - 6.5) pixels and writes it
// as column r of to: done twice, it slides rows, then columns.
func (w *warper) slide(to, from []float32, shift, shear float32) {
	const side = model.Side
	for r := range side {
		copy(w.line[margin:], from[r*side:(r+1)*side])
		at := shift + shear*(float32(r)-(side-1)/2.0)
		whole := int(math.Floor(float64(at)))
		k0, k1, k2, k3 := cubic(at - float32(whole))
		line := w.line[margin+whole-1:][:side+3]
		for i := range side {
			to[i*side+r] = k0*line[i] + k1*line[i+1] + k2*line[i+2] + k3*line[i+3]
		}
	}
}

// cubic is Catmull and Rom's interpolation between the second and third of
// four neighbours: the weights of the four at the fraction f, which add up to 1.
func cubic(f float32) (a, b, c, d float32) {
	g := 1 - f
	return -f * g * g / 2, 1 - f*f*(5-3*f)/2, 1 - g*g*(5-3*g)/2, -g * f * f / 2
}
