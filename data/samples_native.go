//go:build !js

package data

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
)

// sampleImages is how many of the first test images are written for the page: eight pairs.
const sampleImages = 16

// Sample is one of the digits shown on the page: images 0 and 1 are a pair, 2 and 3 the next, and so on.
type Sample struct {
	File   string // "samples/digit-00.png", 28x28, as MNIST has it
	Pooled string // "samples/pooled-00.png", 14x14, as the networks see it
	Digit  int
}

// WriteSamples finds MNIST and writes the first 16 test images as PNG files into dir/samples. They are black ink on
// nothing: ink is opacity, so that a style sheet can turn it white on a dark page.
func WriteSamples(dir string) ([]Sample, error) {
	source, err := FindMNIST()
	if err != nil {
		return nil, err
	}
	_, test, err := LoadRaw(source)
	if err != nil {
		return nil, err
	}
	return writeSamples(dir, test)
}

func writeSamples(dir string, raw Raw) ([]Sample, error) {
	if err := os.MkdirAll(filepath.Join(dir, "samples"), 0o755); err != nil {
		return nil, fmt.Errorf("data: samples: %w", err)
	}
	pooled := raw.Pool()
	samples := make([]Sample, 0, sampleImages)
	for i := range sampleImages {
		s := Sample{
			File:   fmt.Sprintf("samples/digit-%02d.png", i),
			Pooled: fmt.Sprintf("samples/pooled-%02d.png", i),
			Digit:  int(raw.Labels[i]),
		}
		if err := writeInk(dir, s.File, rawSide, raw.Images[i*rawPixels:][:rawPixels]); err != nil {
			return nil, err
		}
		ink := make([]uint8, Pixels)
		for j, sum := range pooled.Image(i) {
			ink[j] = uint8((sum + 2) / 4)
		}
		if err := writeInk(dir, s.Pooled, Side, ink); err != nil {
			return nil, err
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// writeInk writes a PNG of side x side pixels, black with the ink as opacity.
func writeInk(dir, name string, side int, ink []uint8) error {
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i, opacity := range ink {
		picture.SetNRGBA(i%side, i/side, color.NRGBA{A: opacity})
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, picture); err != nil {
		return fmt.Errorf("data: %s: %w", name, err)
	}
	return writeFile(dir, name, b.Bytes())
}
