package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/data/mnist"
)

// sampleImages is how many of the first test images are written for the page: eight pairs.
const sampleImages = 16

// writeDigits finds MNIST and writes what the site has of it: the packs and their manifest into data, and a few
// pictures for the page into samples.
func writeDigits(dir string) error {
	source, err := mnist.Find()
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	train, test, err := mnist.Load(source)
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	for _, folder := range []string{"data", "samples"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	write := func(name string, file []byte) error {
		return os.WriteFile(filepath.Join(dir, "data", name), file, 0o644)
	}
	if _, err := data.EncodePacks(data.Raw(train).Pool(), data.Raw(test).Pool(), write); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	return writeSamples(dir, data.Raw(test))
}

// sampleFiles are the two pictures of a sample: as MNIST has it, and as the networks see it.
func sampleFiles(i int) [2]string {
	return [2]string{fmt.Sprintf("samples/digit-%02d.png", i), fmt.Sprintf("samples/pooled-%02d.png", i)}
}

// writeSamples writes the first 16 images of a set as PNG files: samples/digit-00.png as MNIST has it, 28x28, and
// samples/pooled-00.png as the networks see it, 14x14, and so on. They are black ink on nothing: ink is opacity, so
// that a style sheet can turn it white on a dark page.
func writeSamples(dir string, raw data.Raw) error {
	pooled := raw.Pool()
	for i := range sampleImages {
		files := sampleFiles(i)
		if err := writeInk(dir, files[0], mnist.Side, raw.Images[i*mnist.Pixels:][:mnist.Pixels]); err != nil {
			return err
		}
		ink := make([]uint8, data.Pixels)
		for j, sum := range pooled.Image(i) {
			ink[j] = uint8((sum + 2) / 4)
		}
		if err := writeInk(dir, files[1], data.Side, ink); err != nil {
			return err
		}
	}
	return nil
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
		return fmt.Errorf("site: %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	return nil
}
