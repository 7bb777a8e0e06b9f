package data

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestSampleUsesNoImageTwice(t *testing.T) {
	test := load(t).test
	p, err := SamplePairs(rand.New(rand.NewPCG(3, 4)), test, 5000) // every image there is
	if err != nil {
		t.Fatal(err)
	}
	used := slices.Clone(p.Images)
	slices.Sort(used)
	for i, image := range used {
		if int(image) != i {
			t.Fatalf("image %d is missing or used twice", i)
		}
	}
	if slices.IsSorted(p.Images) {
		t.Error("the images are in their old order")
	}
	for i := range p.N {
		a, b := test.Labels[p.Images[2*i]], test.Labels[p.Images[2*i+1]]
		if p.Digits[2*i] != int32(a) || p.Digits[2*i+1] != int32(b) || (p.Target[i] == 1) != (a <= b) {
			t.Fatalf("pair %d of a %d and a %d has digits %v and target %d", i, a, b, p.Digits[2*i:2*i+2], p.Target[i])
		}
		for j, sum := range test.Image(int(p.Images[2*i+1])) {
			if x := p.X[(2*i+1)*Pixels+j]; x*4 != float32(sum) {
				t.Fatalf("pair %d, second digit, pixel %d is %v, want %d/4", i, j, x, sum)
			}
		}
	}
}

// Over many draws every image is drawn equally often, in either place.
func TestSampleIsUniform(t *testing.T) {
	const images, draws = 50, 20_000
	set := Set{Labels: make([]uint8, images), Sums: make([]uint16, images*Pixels)}
	rng := rand.New(rand.NewPCG(5, 6))
	var counts [2][images]int
	for range draws {
		p, err := SamplePairs(rng, set, 1)
		if err != nil {
			t.Fatal(err)
		}
		counts[0][p.Images[0]]++
		counts[1][p.Images[1]]++
	}
	const expected = draws / images
	for place := range counts {
		chi := 0.0
		for _, n := range counts[place] {
			chi += float64((n-expected)*(n-expected)) / expected
		}
		if chi > 94.6 { // chi-squared with 49 degrees of freedom: above this once in 10,000 times
			t.Errorf("place %d: chi-squared is %.1f", place, chi)
		}
	}
}

func TestSampleRefusesMoreThanThereAre(t *testing.T) {
	test := load(t).test
	for _, n := range []int{-1, 0, 5001, math.MaxInt} {
		if _, err := SamplePairs(rand.New(rand.NewPCG(1, 1)), test, n); err == nil || !strings.Contains(err.Error(), "want 1..5000") {
			t.Errorf("%d pairs: error %v", n, err)
		}
	}
	for _, images := range [][]int32{{1}, {0, 10_000}, {-1, 0}} {
		if _, err := NewPairs(test, images); err == nil {
			t.Errorf("pairs of %v: no error", images)
		}
	}
}

func TestDrawFollowsTheSeed(t *testing.T) {
	m := load(t)
	draw := func(seed uint64, pool int) (Pairs, Pairs) {
		t.Helper()
		train, err := m.train.First(pool)
		if err != nil {
			t.Fatal(err)
		}
		a, b, err := Draw(seed, train, m.test, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return a, b
	}
	train, test := draw(1, 60_000)
	again, testAgain := draw(1, 60_000)
	if !slices.Equal(train.Images, again.Images) || !slices.Equal(test.Images, testAgain.Images) {
		t.Error("the same seed drew other pairs")
	}
	if alone, err := DrawTest(1, m.test, 1000); err != nil || !slices.Equal(alone.Images, test.Images) || !slices.Equal(alone.X, test.X) {
		t.Errorf("test pairs drawn alone are others (%v)", err)
	}
	small, testOfSmall := draw(1, 10_000)
	if !slices.Equal(test.Images, testOfSmall.Images) {
		t.Error("the test pairs depend on the training pool")
	}
	if slices.Max(small.Images) >= 10_000 || slices.Max(train.Images) < 50_000 {
		t.Error("the training pairs are not drawn from the whole pool")
	}
	other, otherTest := draw(2, 60_000)
	// Two independent draws of 2,000 of 60,000 images have 67 in common on average (std 8), at the same place 0.03.
	common, inPlace := 0, 0
	for i, image := range other.Images {
		if slices.Contains(train.Images, image) {
			common++
		}
		if train.Images[i] == image {
			inPlace++
		}
	}
	if common < 67-40 || common > 67+40 || inPlace > 3 {
		t.Errorf("seeds 1 and 2 share %d training images, %d in place", common, inPlace)
	}
	if slices.Equal(test.Images, otherTest.Images) {
		t.Error("another seed drew the same test pairs")
	}
	// About 55 % of pairs have target 1; one standard deviation of 1,000 is 1.6 %.
	ones := 0
	for _, target := range train.Target {
		ones += int(target)
	}
	if ones < 480 || ones > 620 {
		t.Errorf("%d of 1000 targets are 1, want about 550", ones)
	}
}

func TestStandardise(t *testing.T) {
	p := Pairs{N: 1, X: []float32{1, 2, 3, 4}, Std: 1}
	if err := p.Standardise(); err != nil {
		t.Fatal(err)
	}
	// By hand: mean 2.5, unbiased variance 5/3.
	if p.Mean != 2.5 || math.Abs(p.Std-math.Sqrt(5.0/3)) > 1e-15 {
		t.Errorf("mean %v, std %v", p.Mean, p.Std)
	}
	for i, want := range []float64{-1.5, -0.5, 0.5, 1.5} {
		if want /= math.Sqrt(5.0 / 3); p.X[i] != float32(want) {
			t.Errorf("value %d is %v, want %v", i, p.X[i], float32(want))
		}
	}
	if err := p.Standardise(); err == nil {
		t.Error("twice: no error")
	}
	flat := Pairs{N: 1, X: make([]float32, 2*Pixels), Std: 1}
	if err := flat.Standardise(); err == nil || flat.X[0] != 0 {
		t.Errorf("without contrast: error %v, first value %v", err, flat.X[0])
	}
}
