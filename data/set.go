package data

import "fmt"

const (
	// Side is the width and height of a pooled image.
	Side = 14
	// Pixels is the number of values of a pooled image.
	Pixels = Side * Side
	// MaxSum is the largest sum of four bytes, a wholly inked pixel.
	MaxSum = 4 * 255
	// Digits is the number of classes; labels are 0..Digits-1.
	Digits = 10

	rawSide   = 28
	rawPixels = rawSide * rawSide
)

// Raw is a set of images as MNIST has them.
type Raw struct {
	Images []uint8 // [N, 28, 28], ink 0..255
	Labels []uint8 // [N], 0..9
}

// Images are pooled images with their labels: a [Set], or some of a [Store].
type Images interface {
	Len() int
	// Label is image i's class, 0..9.
	Label(i int) uint8
	// Read writes image i to sums, [14, 14].
	Read(i int, sums *[Pixels]uint16)
}

// Set is a set of pooled images.
type Set struct {
	Labels []uint8  // [N], 0..9
	Sums   []uint16 // [N, 14, 14], sums of 2x2 bytes, 0..1020; the pixel's value is a quarter of it
}

// Pool adds up the 2x2 blocks of every image.
func (r Raw) Pool() Set {
	n := len(r.Labels)
	sums := make([]uint16, n*Pixels)
	for i := range n {
		image := r.Images[i*rawPixels:][:rawPixels]
		for y := range Side {
			above, below := image[2*y*rawSide:][:rawSide], image[(2*y+1)*rawSide:][:rawSide]
			row := sums[i*Pixels+y*Side:][:Side]
			for x := range row {
				row[x] = uint16(above[2*x]) + uint16(above[2*x+1]) + uint16(below[2*x]) + uint16(below[2*x+1])
			}
		}
	}
	return Set{Labels: r.Labels, Sums: sums}
}

// Len is the number of images.
func (s Set) Len() int { return len(s.Labels) }

// Image is image i, [14, 14], as sums. It is part of the set, not a copy.
func (s Set) Image(i int) []uint16 { return s.Sums[i*Pixels:][:Pixels:Pixels] }

// Label implements [Images].
func (s Set) Label(i int) uint8 { return s.Labels[i] }

// Read implements [Images].
func (s Set) Read(i int, sums *[Pixels]uint16) { copy(sums[:], s.Image(i)) }

// First is the set of the first n images. It shares its storage with s.
func (s Set) First(n int) (Set, error) {
	if n < 0 || n > s.Len() {
		return Set{}, fmt.Errorf("data: first %d images of %d", n, s.Len())
	}
	return s.slice(0, n), nil
}

func (s Set) slice(from, to int) Set {
	return Set{Labels: s.Labels[from:to:to], Sums: s.Sums[from*Pixels : to*Pixels : to*Pixels]}
}

// Check reports the first thing that is wrong with the set: its sizes, a label above 9, a sum above 1020.
func (s Set) Check() error {
	if len(s.Sums) != s.Len()*Pixels {
		return fmt.Errorf("data: %d sums for %d labels, want %d", len(s.Sums), s.Len(), s.Len()*Pixels)
	}
	if i := labelOutOfRange(s.Labels); i >= 0 {
		return fmt.Errorf("data: label %d of image %d, want 0..%d", s.Labels[i], i, Digits-1)
	}
	for i, sum := range s.Sums {
		if sum > MaxSum {
			return fmt.Errorf("data: sum %d in image %d, want 0..%d", sum, i/Pixels, MaxSum)
		}
	}
	return nil
}

// labelOutOfRange is the index of the first label above 9, or -1.
func labelOutOfRange(labels []uint8) int {
	for i, l := range labels {
		if l >= Digits {
			return i
		}
	}
	return -1
}
