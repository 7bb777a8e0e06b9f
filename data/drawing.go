package data

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoInk is what [FromDrawing] returns for an empty drawing.
var ErrNoInk = errors.New("data: nothing is drawn")

// boxSide is the side of the box that MNIST fits a digit's ink into.
const boxSide = 20

// Drawing is a drawn digit made to look as MNIST would have made it.
type Drawing struct {
	Image [rawPixels]uint8 // [28, 28], ink 0..255
	Sums  [Pixels]uint16   // [14, 14], sums of 2x2 bytes, 0..1020, as in [Set]
}

// FromDrawing does to a drawn raster what was done to MNIST's scans: the ink's bounding box is scaled to fit 20x20,
// the aspect ratio kept, each pixel the mean of the area that it covers; and it is put into 28x28 so that the ink's
// centre of mass lies in the pixel (14, 14), as it does in every image of MNIST but two. Ink that would then fall off
// the edge, which no image of MNIST has, keeps inside instead.
//
// The raster is [side, side], ink 0..255 in each pixel. Another number of pixels, or ink out of that range, is an
// error; no ink at all is [ErrNoInk].
func FromDrawing[T uint8 | float32 | float64](ink []T, side int) (Drawing, error) {
	if side < 1 || len(ink)/side != side || len(ink)%side != 0 {
		return Drawing{}, fmt.Errorf("data: drawing of %d pixels, want %d x %d", len(ink), side, side)
	}
	b, err := boundsOf(ink, side)
	if err != nil {
		return Drawing{}, err
	}
	scaled := scaleInk(ink, side, b)
	if scaled.centreX == 0 {
		return Drawing{}, ErrNoInk // too faint to leave a trace
	}
	var d Drawing
	left, top := place(scaled.centreX, scaled.width), place(scaled.centreY, scaled.height)
	for y := range scaled.height {
		copy(d.Image[(top+y)*rawSide+left:][:scaled.width], scaled.ink[y][:])
	}
	copy(d.Sums[:], Raw{Images: d.Image[:], Labels: []uint8{0}}.Pool().Sums)
	return d, nil
}

// Standardise is the drawing [14, 14] as a network takes it that was trained on pairs with this mean and standard
// deviation: see [Pairs].
func (d Drawing) Standardise(mean, std float64) ([]float32, error) {
	if !(std > 0) || math.IsInf(std, 0) || math.IsNaN(mean) || math.IsInf(mean, 0) {
		return nil, fmt.Errorf("data: drawing standardised by mean %v and standard deviation %v: want finite numbers, the second above 0", mean, std)
	}
	x := make([]float32, Pixels)
	for i, sum := range d.Sums {
		x[i] = float32((float64(sum)/4 - mean) / std)
	}
	return x, nil
}

// bounds is a bounding box, from pixel (x0, y0) to before (x1, y1).
type bounds struct{ x0, y0, x1, y1 int }

func boundsOf[T uint8 | float32 | float64](ink []T, side int) (bounds, error) {
	b := bounds{x0: side, y0: side}
	for y := range side {
		for x, v := range ink[y*side:][:side] {
			if v == 0 {
				continue
			}
			if f := float64(v); !(f > 0 && f <= 255) {
				return b, fmt.Errorf("data: ink %v in pixel (%d, %d) of the drawing, want 0..255", v, x, y)
			}
			b.x0, b.x1 = min(b.x0, x), max(b.x1, x+1)
			b.y0, b.y1 = min(b.y0, y), max(b.y1, y+1)
		}
	}
	if b.x1 == 0 {
		return b, ErrNoInk
	}
	return b, nil
}

// scaledInk is a digit of at most 20x20, with its centre of mass (0 if there is no ink).
type scaledInk struct {
	ink              [boxSide][boxSide]uint8
	width, height    int
	centreX, centreY float64 // pixel i spans i..i+1
}

// scaleInk makes one pixel of every longer/20 x longer/20 pixels of the box, longer being its longer side. Lengths are
// in twentieths of a pixel of the raster, in which everything is whole: one of its pixels is 20, one of the result's
// is longer.
func scaleInk[T uint8 | float32 | float64](ink []T, side int, b bounds) scaledInk {
	longer := max(b.x1-b.x0, b.y1-b.y0)
	parts := func(length int) int { return (length*boxSide + longer - 1) / longer }
	s := scaledInk{width: parts(b.x1 - b.x0), height: parts(b.y1 - b.y0)}
	var sums [boxSide][boxSide]float64
	for y := range b.y1 - b.y0 {
		var row [boxSide]float64
		pixels := ink[(b.y0+y)*side:][b.x0:b.x1]
		for i := range s.width {
			row[i] = overlap(pixels, i*longer, min((i+1)*longer, len(pixels)*boxSide))
		}
		for i := y * boxSide / longer; i*longer < (y+1)*boxSide; i++ {
			share := float64(min((i+1)*longer, (y+1)*boxSide) - max(i*longer, y*boxSide))
			for j, v := range row[:s.width] {
				sums[i][j] += share * v
			}
		}
	}
	var total, x, y float64
	for i := range s.height {
		for j := range s.width {
			v := math.Round(sums[i][j] / float64(longer*longer))
			s.ink[i][j] = uint8(v)
			total += v
			x += v * (float64(j) + 0.5)
			y += v * (float64(i) + 0.5)
		}
	}
	if total > 0 {
		s.centreX, s.centreY = x/total, y/total
	}
	return s
}

// overlap adds up the ink of a row between two points in twentieths of a pixel.
func overlap[T uint8 | float32 | float64](row []T, from, to int) float64 {
	first, last := from/boxSide, (to-1)/boxSide
	if first == last {
		return float64(to-from) * float64(row[first])
	}
	sum := float64((first+1)*boxSide-from)*float64(row[first]) + float64(to-last*boxSide)*float64(row[last])
	var whole float64
	for _, v := range row[first+1 : last] {
		whole += float64(v)
	}
	return sum + boxSide*whole
}

// place is where a span of the given length begins in 28 pixels, so that its centre of mass comes to lie in 14..15,
// or as near to that as the edges allow.
func place(centre float64, length int) int {
	return min(max(int(math.Ceil(rawSide/2-centre)), 0), rawSide-length)
}
