package train

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
)

// shown is a row of a net's inputs, its images by their numbers in the
// training pairs.
type shown struct {
	left, right             int
	leftDigit, rightDigit   int32
	target                  int32
	leftPixels, rightPixels image
}

// show loads an epoch, in batches, and returns what the net was given.
func show(t *testing.T, c Config, seed uint64, epoch int, pairs model.Pairs) []shown {
	t.Helper()
	c.Model = model.Paper(model.Siamese10)
	m, err := NewModel(c.Model, 1)
	if err != nil {
		t.Fatal(err)
	}
	const batch = 30 // the last one is of another size
	net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, batch)
	s := newSampler(c, seed, pairs)
	s.start(epoch)
	number := map[image]int{}
	for i := range 2 * pairs.N {
		pixels, _ := pairs.Image(i)
		number[image(pixels)] = i
	}
	var out []shown
	for from := 0; from < pairs.N; from += batch {
		n := min(batch, pairs.N-from)
		s.load(net, from, n)
		for i := range n {
			const area = model.Side * model.Side
			v := shown{
				leftDigit: net.In.LeftDigit.Data[i], rightDigit: net.In.RightDigit.Data[i],
				target:      net.In.Target.Data[i],
				leftPixels:  image(net.In.Left.Data[i*area:]),
				rightPixels: image(net.In.Right.Data[i*area:]),
			}
			v.left, v.right = number[v.leftPixels], number[v.rightPixels]
			out = append(out, v)
		}
	}
	return out
}

// images are the images of an epoch in the order in which they were shown.
func images(epoch []shown) []int {
	var out []int
	for _, v := range epoch {
		out = append(out, v.left, v.right)
	}
	return out
}

// checkLabels checks that every image comes with its own class, and the pair
// with the target that the two classes give.
func checkLabels(t *testing.T, pairs model.Pairs, epoch []shown) {
	t.Helper()
	for _, v := range epoch {
		if v.leftDigit != pairs.Digits[v.left] || v.rightDigit != pairs.Digits[v.right] {
			t.Fatalf("images %d and %d shown as %d and %d, are %d and %d", v.left, v.right, v.leftDigit, v.rightDigit, pairs.Digits[v.left], pairs.Digits[v.right])
		}
		if (v.target == 1) != (v.leftDigit <= v.rightDigit) {
			t.Fatalf("digits %d and %d with target %d", v.leftDigit, v.rightDigit, v.target)
		}
	}
}

func TestEpochShowsEveryImageOnceWithItsLabel(t *testing.T) {
	pairs := digits(t)
	all := images(show(t, Config{}, 1, 3, pairs))
	for _, c := range []Config{{}, {Shuffle: true}, {Swap: true}, {Shuffle: true, Swap: true}, {Recombine: true}, {Recombine: true, Swap: true}} {
		t.Run(fmt.Sprintf("%+v", [...]bool{c.Shuffle, c.Swap, c.Recombine}), func(t *testing.T) {
			epoch := show(t, c, 1, 3, pairs)
			checkLabels(t, pairs, epoch)
			order := images(epoch)
			if same := slices.Equal(order, all); same != (c == Config{}) {
				t.Errorf("the pairs' own order: %v", same)
			}
			slices.Sort(order)
			if !slices.Equal(order, all) {
				t.Errorf("an epoch's images, sorted, are %v, want each once", order)
			}
			if again := show(t, c, 1, 3, pairs); !slices.Equal(images(again), images(epoch)) {
				t.Error("the same epoch twice is not the same")
			}
			if c == (Config{}) {
				return
			}
			for name, other := range map[string][]shown{"epoch": show(t, c, 1, 4, pairs), "seed": show(t, c, 2, 3, pairs)} {
				if slices.Equal(images(other), images(epoch)) {
					t.Errorf("another %s shows the same", name)
				}
			}
		})
	}
}

func TestShuffleKeepsPairsAndSwapTurnsHalf(t *testing.T) {
	pairs := digits(t)
	for _, swap := range []bool{false, true} {
		turned := 0
		for _, v := range show(t, Config{Shuffle: true, Swap: swap}, 1, 0, pairs) {
			if v.left/2 != v.right/2 || v.left == v.right {
				t.Fatalf("images %d and %d shown as a pair", v.left, v.right)
			}
			if v.left > v.right {
				turned++
			}
		}
		// Of 100 tosses, five standard deviations either way.
		if swap && (turned < 25 || turned > 75) || !swap && turned != 0 {
			t.Errorf("swap %v: %d of 100 pairs turned", swap, turned)
		}
	}
}

func TestRecombineMakesNewPairs(t *testing.T) {
	kept := 0
	for _, v := range show(t, Config{Recombine: true}, 1, 0, digits(t)) {
		if v.left/2 == v.right/2 {
			kept++
		}
	}
	if kept > 10 { // of 100; half a pair is to be expected
		t.Errorf("%d of 100 pairs are the training pairs", kept)
	}
}

// What a pair becomes must not depend on who else is loaded: a rank loads its
// own rows only.
func TestAugmentationOfAPairStandsAlone(t *testing.T) {
	pairs := digits(t)
	c := Config{Recombine: true, Swap: true, Augment: Augment{Shift: 1, Shear: 0.2, Noise: 0.3}, Model: model.Paper(model.Siamese10)}
	whole := show(t, c, 7, 5, pairs)
	m, err := NewModel(c.Model, 1)
	if err != nil {
		t.Fatal(err)
	}
	net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, 1)
	s := newSampler(c, 7, pairs)
	s.start(2)
	s.start(5)
	for i, v := range slices.Backward(whole) {
		s.load(net, i, 1)
		if !slices.Equal(net.In.Left.Data, v.leftPixels[:]) || !slices.Equal(net.In.Right.Data, v.rightPixels[:]) {
			t.Fatalf("pair %d by itself is not pair %d of the epoch", i, i)
		}
		if net.In.LeftDigit.Data[0] != v.leftDigit || net.In.RightDigit.Data[0] != v.rightDigit || net.In.Target.Data[0] != v.target {
			t.Fatalf("pair %d by itself has other labels", i)
		}
	}
}
