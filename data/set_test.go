package data

import (
	"strings"
	"testing"
)

func TestPoolAddsUpTwoByTwoBlocks(t *testing.T) {
	raw := Raw{Images: make([]uint8, 2*rawPixels), Labels: []uint8{1, 2}}
	second := raw.Images[rawPixels:]
	// The block of pooled pixel (3, 5), then the last one, wholly inked.
	second[6*28+10], second[6*28+11], second[7*28+10], second[7*28+11] = 1, 20, 100, 200
	second[26*28+26], second[26*28+27], second[27*28+26], second[27*28+27] = 255, 255, 255, 255
	got := raw.Pool()
	for i, sum := range got.Sums {
		want := uint16(0)
		switch i {
		case Pixels + 3*Side + 5:
			want = 321
		case 2*Pixels - 1:
			want = MaxSum
		}
		if sum != want {
			t.Errorf("sum %d is %d, want %d", i, sum, want)
		}
	}
}

func TestPoolKeepsTheInk(t *testing.T) {
	m := load(t)
	pooled := 0
	for _, sum := range m.test.Sums {
		pooled += int(sum)
	}
	raw := 0
	for _, ink := range m.rawTest.Images {
		raw += int(ink)
	}
	if pooled != raw {
		t.Errorf("pooled ink %d, want %d", pooled, raw)
	}
}

func TestFirstAndCheck(t *testing.T) {
	s := Set{Labels: []uint8{1, 2, 3}, Sums: make([]uint16, 3*Pixels)}
	first, err := s.First(2)
	if err != nil || first.Len() != 2 || first.Check() != nil {
		t.Errorf("first two: %d images, %v, %v", first.Len(), err, first.Check())
	}
	if _, err := s.First(4); err == nil {
		t.Error("first 4 of 3 images: no error")
	}
	s.Sums[2*Pixels] = 1021
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "sum 1021 in image 2") {
		t.Errorf("sum too large: %v", err)
	}
	s.Labels[1] = 10
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "label 10 of image 1") {
		t.Errorf("label too large: %v", err)
	}
	if err := (Set{Labels: []uint8{1}}).Check(); err == nil {
		t.Error("sums missing: no error")
	}
}
