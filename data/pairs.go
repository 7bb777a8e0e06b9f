package data

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Pairs is n pairs of digits, to train or test with.
type Pairs struct {
	N      int
	X      []float32 // [N, 2, 14, 14], 0..255 in steps of 1/4 until standardised
	Target []int32   // [N], 1 where the first digit <= the second, else 0
	Digits []int32   // [N, 2], the classes, 0..9
	Images []int32   // [N, 2], indices in the set drawn from

	// Mean and Std say how X was standardised: x = (pixel - Mean) / Std. Until then they are 0 and 1.
	Mean, Std float64
}

// NewPairs takes images two by two, as their indices are given, out of a set.
func NewPairs(from Images, images []int32) (Pairs, error) {
	if len(images)%2 != 0 {
		return Pairs{}, fmt.Errorf("data: pairs of %d images, want an even number", len(images))
	}
	n := len(images) / 2
	p := Pairs{
		N:      n,
		X:      make([]float32, len(images)*Pixels),
		Target: make([]int32, n),
		Digits: make([]int32, len(images)),
		Images: images,
		Std:    1,
	}
	all := from.Len()
	var sums [Pixels]uint16
	for i, image := range images {
		if image < 0 || int(image) >= all {
			return Pairs{}, fmt.Errorf("data: image %d of a set of %d", image, all)
		}
		p.Digits[i] = int32(from.Label(int(image)))
		from.Read(int(image), &sums)
		x := p.X[i*Pixels:][:Pixels]
		for j, sum := range sums {
			x[j] = float32(sum) / 4
		}
	}
	for i := range n {
		if p.Digits[2*i] <= p.Digits[2*i+1] {
			p.Target[i] = 1
		}
	}
	return p, nil
}

// SamplePairs draws n pairs from all of a set, no image used twice: a random permutation of the set, its first 2n
// images taken two by two. A set with fewer than 2n images is an error.
func SamplePairs(rng *rand.Rand, from Images, n int) (Pairs, error) {
	if n < 1 || n > from.Len()/2 {
		return Pairs{}, fmt.Errorf("data: %d pairs from %d images: want 1..%d, as no image is used twice",
			n, from.Len(), from.Len()/2)
	}
	order := make([]int32, from.Len())
	for i := range order {
		order[i] = int32(i)
	}
	// Fisher and Yates's shuffle, from the front: after 2n steps the first 2n are as they will stay.
	for i := range 2 * n {
		j := i + rng.IntN(len(order)-i)
		order[i], order[j] = order[j], order[i]
	}
	return NewPairs(from, append([]int32(nil), order[:2*n]...))
}

// The second words of the PCG generators that [Draw] makes from a round's seed. Whoever takes more random numbers
// from the same seed must use other words.
const (
	TrainStream uint64 = 0x7472_6169_6e70_6169 // "trainpai"
	TestStream  uint64 = 0x7465_7374_7061_6972 // "testpair"
)

// Draw gives a round its pairs: n from train and n from test, not yet standardised. They depend on nothing but the
// seed, n and the sets. Test pairs come from a stream of their own, so they are the same whatever the pool of train.
func Draw(seed uint64, train, test Images, n int) (trainPairs, testPairs Pairs, err error) {
	trainPairs, err = SamplePairs(rand.New(rand.NewPCG(seed, TrainStream)), train, n)
	if err != nil {
		return Pairs{}, Pairs{}, fmt.Errorf("data: training pairs: %w", err)
	}
	testPairs, err = DrawTest(seed, test, n)
	return trainPairs, testPairs, err
}

// DrawTest gives a round its test pairs alone, the same as [Draw] does.
func DrawTest(seed uint64, test Images, n int) (Pairs, error) {
	p, err := SamplePairs(rand.New(rand.NewPCG(seed, TestStream)), test, n)
	if err != nil {
		return Pairs{}, fmt.Errorf("data: test pairs: %w", err)
	}
	return p, nil
}

// Standardise gives X mean 0 and standard deviation 1 (the unbiased one, over all values), in place, and sets Mean
// and Std. Pairs without any contrast, or standardised before, are an error.
func (p *Pairs) Standardise() error {
	if p.Mean != 0 || p.Std != 1 {
		return errors.New("data: these pairs are standardised already")
	}
	// Pixels are multiples of 1/4, so this sum is exact.
	var sum float64
	for _, x := range p.X {
		sum += float64(x)
	}
	n := float64(len(p.X))
	mean := sum / n
	var squares float64
	for _, x := range p.X {
		d := float64(x) - mean
		squares += float64(d * d) // rounded, so that no platform fuses it with the sum
	}
	std := math.Sqrt(squares / (n - 1))
	if !(std > 0) {
		return fmt.Errorf("data: %d pairs without contrast cannot be standardised", p.N)
	}
	for i, x := range p.X {
		p.X[i] = float32((float64(x) - mean) / std)
	}
	p.Mean, p.Std = mean, std
	return nil
}
