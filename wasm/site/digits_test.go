package main

import (
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/data/mnist"
)

func TestWriteDigits(t *testing.T) {
	source, err := mnist.Find()
	if err != nil {
		t.Fatal(err)
	}
	_, raw, err := mnist.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := writeDigits(dir); err != nil {
		t.Fatal(err)
	}
	pooled := data.Raw(raw).Pool()
	for i := range 16 {
		checkInk(t, filepath.Join(dir, fmt.Sprintf("samples/digit-%02d.png", i)), 28,
			func(j int) int { return int(raw.Images[i*28*28+j]) })
		checkInk(t, filepath.Join(dir, fmt.Sprintf("samples/pooled-%02d.png", i)), 14,
			func(j int) int { return (int(pooled.Image(i)[j]) + 2) / 4 })
	}
	// What the page asks for first is complete.
	o, err := newOutput(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.root.Close()
	if !o.dataComplete() {
		t.Error("a pack that the manifest lists is missing")
	}
}

func TestDigitsAreWrittenOnce(t *testing.T) {
	dir := t.TempDir()
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	for i := range 3 {
		if err := buildDigits(dir); err != nil {
			t.Fatal(err)
		}
		files := 0
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			info, err := d.Info()
			if err != nil {
				return err
			}
			if i > 0 && !info.ModTime().Equal(past) {
				t.Errorf("build %d wrote %s again", i+1, name)
			}
			return os.Chtimes(name, past, past)
		})
		if err != nil {
			t.Fatal(err)
		}
		// Seven packs, their manifest, two pictures of each sample.
		if files < 8+2*sampleImages {
			t.Errorf("%d files after build %d, want %d or more", files, i+1, 8+2*sampleImages)
		}
		if _, err := os.Stat(filepath.Join(dir, ".data")); err != nil {
			t.Errorf("build %d left no stamp: %v", i+1, err)
		}
	}
}

// buildDigits does what a build does for the digits.
func buildDigits(dir string) error {
	o, err := newOutput(dir)
	if err != nil {
		return err
	}
	defer o.root.Close()
	if err := buildData("../..", o); err != nil {
		return err
	}
	return o.prune()
}

func checkInk(t *testing.T, path string, side int, ink func(int) int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if size := picture.Bounds(); size.Dx() != side || size.Dy() != side {
		t.Fatalf("%s is %v, want %d x %d", path, size, side, side)
	}
	for j := range side * side {
		r, g, b, a := picture.At(j%side, j/side).RGBA()
		if r|g|b != 0 || int(a>>8) != ink(j) {
			t.Fatalf("%s: pixel %d is %d %d %d with opacity %d, want black with %d", path, j, r, g, b, a>>8, ink(j))
		}
	}
}
