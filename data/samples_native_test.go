//go:build !js

package data

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestSamplesShowTheFirstTestDigits(t *testing.T) {
	raw := load(t).rawTest
	dir := t.TempDir()
	samples, err := WriteSamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(samples) != 16 || samples[0].File != "samples/digit-00.png" || samples[15].File != "samples/digit-15.png" {
		t.Fatalf("samples %v", samples)
	}
	pooled := raw.Pool()
	for i, s := range samples {
		if s.Digit != int(raw.Labels[i]) {
			t.Errorf("%s is said to be a %d, want %d", s.File, s.Digit, raw.Labels[i])
		}
		checkInk(t, filepath.Join(dir, s.File), 28, func(j int) int { return int(raw.Images[i*rawPixels+j]) })
		checkInk(t, filepath.Join(dir, s.Pooled), 14, func(j int) int { return (int(pooled.Image(i)[j]) + 2) / 4 })
	}
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

func TestWritePacksOfAllOfMNIST(t *testing.T) {
	dir := t.TempDir()
	m, err := WritePacks(dir)
	if err != nil {
		t.Fatal(err)
	}
	needed, err := m.Needed(60_000)
	if err != nil || len(needed) != 7 {
		t.Fatalf("%d packs for all images, want 7: %v", len(needed), err)
	}
	store := NewStore(m)
	for _, s := range needed {
		t.Logf("%s: %d bytes", s.File, s.Bytes)
		file, err := os.ReadFile(filepath.Join(dir, s.File))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Add(s, file); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bytes in all", TotalBytes(needed))
	train, test, err := store.Sets(60_000)
	if all := load(t); err != nil || !equal(train, all.train) || !equal(test, all.test) {
		t.Errorf("the packs are not MNIST: %v", err)
	}
}
