package main

import (
	"errors"
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
	if err := buildDigits(dir); err != nil {
		t.Fatal(err)
	}
	pooled := data.Raw(raw).Pool()
	for i := range 16 {
		checkInk(t, filepath.Join(dir, fmt.Sprintf("samples/digit-%02d.png", i)), 28,
			func(j int) int { return int(raw.Images[i*28*28+j]) })
		checkInk(t, filepath.Join(dir, fmt.Sprintf("samples/pooled-%02d.png", i)), 14,
			func(j int) int { return (int(pooled.Image(i)[j]) + 2) / 4 })
	}
	checkComplete(t, dir, true)
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

func TestInterruptedDigitsAreWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	if err := buildDigits(dir); err != nil {
		t.Fatal(err)
	}
	stamp := filepath.Join(dir, ".data")
	fresh, err := os.ReadFile(stamp)
	if err != nil {
		t.Fatal(err)
	}
	// Other code's digits are to be replaced, and the build ends in the midst of that.
	if err := os.WriteFile(stamp, []byte("other code"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("interrupted", func(t *testing.T) {
		t.Setenv(mnist.Variable, t.TempDir()) // without the files
		if err := buildDigits(dir); err == nil {
			t.Fatal("a build without MNIST succeeds")
		}
	})
	if _, err := os.Stat(stamp); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old stamp is left (%v): the other code would take what is there for its own", err)
	}
	if err := buildDigits(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(stamp); err != nil || string(got) != string(fresh) {
		t.Errorf("stamp %q, %v, want %q", got, err, fresh)
	}
	checkComplete(t, dir, true)
}

func TestDigitsAreIncompleteWithoutAnyOfTheirFiles(t *testing.T) {
	dir := t.TempDir()
	if err := buildDigits(dir); err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, folder := range []string{"data", "samples"} {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			files++
			name := filepath.Join(dir, folder, entry.Name())
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			checkComplete(t, dir, false)
			if err := os.WriteFile(name, nil, 0o644); err != nil { // begun, but not written
				t.Fatal(err)
			}
			checkComplete(t, dir, false)
			if t.Failed() {
				t.Fatalf("without %s", name)
			}
			if err := os.WriteFile(name, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want := 8 + 2*sampleImages; files != want {
		t.Errorf("%d files, want %d: seven packs, their manifest, two pictures of each sample", files, want)
	}
	checkComplete(t, dir, true)
}

func checkComplete(t *testing.T, dir string, want bool) {
	t.Helper()
	o, err := newOutput(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.root.Close()
	if got := o.dataComplete(); got != want {
		t.Errorf("digits complete: %v, want %v", got, want)
	}
}

// buildDigits does what a build does for the digits.
func buildDigits(dir string) error {
	return buildWith(dir, func(o *output) error { return buildData("../..", o) })
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
