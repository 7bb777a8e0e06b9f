package inspect

import "math"

// Columns is how many tiles an Atlas has in a row.
const Columns = 8

// The colours of an Atlas: of values above 0, below 0, and between tiles. The
// size of a value is its opacity, so that the picture stands on light and on
// dark.
var (
	above = [3]uint8{230, 118, 20}
	below = [3]uint8{52, 120, 226}
	grid  = [4]uint8{128, 128, 128, 90}
)

// tileSide is about how many pixels a tile has, at least: small ones are drawn
// larger, so that the lines between them, of two pixels, stay thin.
const (
	tileSide = 12
	line     = 2
)

// Atlas is tiles as one picture, Columns in a row, with a line around each.
type Atlas struct {
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Tiles  int     `json:"tiles"`
	Side   int     `json:"side"` // of a tile, in values
	Least  float32 `json:"least"`
	Most   float32 `json:"most"` // of the values
}

// Draw draws groups of tiles, all to one scale: the largest value by size is
// opaque, and one of a quarter of that half so. The pictures are RGBA, one after the other.
func Draw(groups []Tiles) (atlases []Atlas, pixels []byte) {
	var top float32
	for _, t := range groups {
		for _, v := range t.Values {
			top = max(top, v, -v)
		}
	}
	for _, t := range groups {
		area := t.Side * t.Side
		a := Atlas{Tiles: len(t.Values) / area, Side: t.Side}
		columns := min(Columns, a.Tiles)
		zoom := max(1, tileSide/t.Side)
		pitch := zoom*t.Side + line
		a.Width = columns*pitch + line
		a.Height = (a.Tiles+columns-1)/columns*pitch + line
		picture := make([]byte, 4*a.Width*a.Height)
		for i := 0; i < len(picture); i += 4 {
			copy(picture[i:], grid[:])
		}
		a.Least, a.Most = t.Values[0], t.Values[0]
		for i, v := range t.Values {
			a.Least, a.Most = min(a.Least, v), max(a.Most, v)
			colour := above
			if v < 0 {
				v, colour = -v, below
			}
			opacity := uint8(0)
			if top > 0 {
				opacity = uint8(255*math.Sqrt(float64(v/top)) + 0.5)
			}
			tile, p := i/area, i%area
			for q := range zoom * zoom {
				y := tile/columns*pitch + line + p/t.Side*zoom + q/zoom
				x := tile%columns*pitch + line + p%t.Side*zoom + q%zoom
				at := picture[4*(y*a.Width+x):]
				copy(at, colour[:])
				at[3] = opacity
			}
		}
		atlases, pixels = append(atlases, a), append(pixels, picture...)
	}
	return atlases, pixels
}
