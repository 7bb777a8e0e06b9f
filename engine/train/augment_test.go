package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
)

type image [model.Side * model.Side]float32

// slid is from with its rows and then its columns slid.
func slid(w *warper, from []float32, rowShift, rowShear, columnShift, columnShear float32) image {
	var between, to image
	w.slide(between[:], from, rowShift, rowShear)
	w.slide(to[:], between[:], columnShift, columnShear)
	return to
}

// By whole pixels, sliding is copying: nothing is smoothed, and what comes in
// from outside is background.
func TestSlidingByWholePixelsCopies(t *testing.T) {
	pairs := digits(t)
	w := newWarper(Augment{}, pairs)
	background := slices.Min(pairs.X)
	for i := range 20 {
		from, _ := pairs.Image(i)
		for _, move := range [][2]int{{0, 0}, {1, 0}, {0, -1}, {-2, 3}} {
			got := slid(&w, from, float32(move[0]), 0, float32(move[1]), 0)
			for r := range model.Side {
				for c := range model.Side {
					want := background
					if y, x := r+move[1], c+move[0]; y >= 0 && y < model.Side && x >= 0 && x < model.Side {
						want = from[y*model.Side+x]
					}
					if got[r*model.Side+c] != want {
						t.Fatalf("image %d moved by %v: pixel %d,%d is %v, want %v", i, move, r, c, got[r*model.Side+c], want)
					}
				}
			}
		}
	}
}

// A cubic interpolation gives a polynomial of the second degree exactly: here
// x² along the rows, far enough from the margins.
func TestSlidingInterpolatesParabolas(t *testing.T) {
	var from image
	for i := range from {
		x := float64(i%model.Side) - 6.5
		from[i] = float32(x * x)
	}
	w := newWarper(Augment{}, digits(t))
	const shift, shear = 0.3, 0.1
	got := slid(&w, from[:], shift, shear, 0, 0)
	for r := 3; r < 11; r++ {
		for c := 3; c < 11; c++ {
			x := float64(c) - 6.5 + shift + shear*(float64(r)-6.5)
			// Values up to 50, of float32 with a few roundings each.
			if v := float64(got[r*model.Side+c]); math.Abs(v-x*x) > 50*8*0x1p-24 {
				t.Errorf("row %d, column %d: %v, want %v", r, c, v, x*x)
			}
		}
	}
}

// The settings' extremes reach no further than the margins.
func TestWarpStaysInsideItsMargins(t *testing.T) {
	pairs := digits(t)
	w := newWarper(Augment{}, pairs)
	from, _ := pairs.Image(0)
	for _, s := range []float32{-1, 1} {
		for _, k := range []float32{-1, 1} {
			slid(&w, from, s*MaxShift, k*MaxShear, s*MaxShift, k*MaxShear)
		}
	}
}

// Augmented images are the images that were to be shown: each is nearer, up
// to a pixel's move, to its own original than chance would have it, carries
// its label, and differs from epoch to epoch.
func TestAugmentationKeepsLabels(t *testing.T) {
	pairs := digits(t)
	plain := Config{Recombine: true}
	warped := plain
	warped.Augment = Augment{Shift: 1, Shear: 0.25}
	before, after := show(t, plain, 1, 2, pairs), show(t, warped, 1, 2, pairs)
	near := 0
	for i, v := range after {
		u := before[i]
		if v.leftDigit != u.leftDigit || v.rightDigit != u.rightDigit || v.target != u.target {
			t.Fatalf("pair %d of digits %d, %d is labelled %d, %d, %d", i, u.leftDigit, u.rightDigit, v.leftDigit, v.rightDigit, v.target)
		}
		if v.leftPixels == u.leftPixels || v.rightPixels == u.rightPixels {
			t.Errorf("pair %d is shown as it was", i)
		}
		other := before[(i+1)%len(before)]
		if distance(v.leftPixels, u.leftPixels) < distance(v.leftPixels, other.leftPixels) {
			near++
		}
	}
	if near < 85 {
		t.Errorf("%d of 100 images are nearer to their original than to the next one", near)
	}
	if again := show(t, warped, 1, 3, pairs); again[0].leftPixels == after[0].leftPixels {
		t.Error("two epochs distort alike")
	}
}

func distance(a, b image) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]-b[i]) * float64(a[i]-b[i])
	}
	return sum
}

// Every rank loads its own rows, as a single rank would load them.
func TestRanksLoadTheSamePairs(t *testing.T) {
	pairs := digits(t)
	c := Config{Model: model.Paper(model.Siamese10), Recombine: true, Swap: true, Augment: Augment{Shift: 1, Shear: 0.2}}
	m, err := NewModel(c.Model, 1)
	if err != nil {
		t.Fatal(err)
	}
	const n = 37
	load := func(g parallel.Group[float32]) *model.Net[float32] {
		net := m.Record(portable.New[float32](), g, n)
		s := newSampler(c, 3, pairs)
		s.start(1)
		s.load(net, 20, n)
		return net
	}
	whole := load(parallel.Solo[float32]{}).In
	for _, size := range []int{2, 3, 8, 11} {
		seen := 0
		for _, g := range parallel.NewLocal[float32](size) {
			net := load(g)
			first, end := net.Tape.Labelled(n)
			if !slices.Equal(net.In.RightDigit.Data[first:end], whole.RightDigit.Data[first:end]) ||
				!slices.Equal(net.In.Target.Data[first:end], whole.Target.Data[first:end]) {
				t.Errorf("rank %d of %d loads other labels", g.Rank(), size)
			}
			for digit, x := range [][2]*autograd.Value[float32]{{net.In.Left, whole.Left}, {net.In.Right, whole.Right}} {
				lo, hi := net.Images(digit, n)
				seen += hi - lo
				const area = model.Side * model.Side
				if !slices.Equal(x[0].Data[lo*area:hi*area], x[1].Data[lo*area:hi*area]) {
					t.Errorf("rank %d of %d loads other images", g.Rank(), size)
				}
				if first > lo || end < hi {
					t.Errorf("rank %d of %d computes rows %d..%d, and has labels for %d..%d", g.Rank(), size, lo, hi, first, end)
				}
			}
		}
		if seen != 2*n {
			t.Errorf("%d ranks load %d images, want %d", size, seen, 2*n)
		}
	}
}

// Noise is spread evenly over ±most, around 0.
func TestNoiseIsEven(t *testing.T) {
	const n, most = 100_000, 0.3
	x := make([]float32, n)
	addNoise(x, most, rand.New(rand.NewPCG(1, 2)))
	var sum, squares float64
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	// Five standard deviations of the two means, about most/√3n and most²·√(4/45n).
	if math.Abs(sum/n) > 5*most/math.Sqrt(3*n) || math.Abs(squares/n-most*most/3) > 5*most*most*math.Sqrt(4./45/n) {
		t.Errorf("noise of mean %v and mean square %v, want 0 and %v", sum/n, squares/n, most*most/3)
	}
	if least, greatest := slices.Min(x), slices.Max(x); least < -most || least > -0.999*most || greatest > most || greatest < 0.999*most {
		t.Errorf("noise within %v..%v, want nearly all of ±%v", least, greatest, most)
	}
}

func TestCheckRefusesLargeAugmentations(t *testing.T) {
	for want, a := range map[string]Augment{
		"shift 3.1": {Shift: 3.1}, "shift -1": {Shift: -1}, "shear 0.5": {Shear: 0.5},
		"shear NaN": {Shear: math.NaN()}, "noise 2.5": {Noise: 2.5},
	} {
		c := quick(model.Siamese10)
		c.Augment = a
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %s", a, err, want)
		}
	}
}

// BenchmarkLoad fills a batch of 100 distorted pairs.
func BenchmarkLoad(b *testing.B) {
	for _, c := range []Config{{}, {Recombine: true, Augment: Augment{Shift: 1, Shear: 0.2, Noise: 0.3}}} {
		b.Run(fmt.Sprintf("augment=%v", c.Augment.on()), func(b *testing.B) {
			c.Model = model.Paper(model.Siamese10)
			m, err := NewModel(c.Model, 1)
			if err != nil {
				b.Fatal(err)
			}
			net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, 100)
			s := newSampler(c, 1, noise(100, 1))
			b.ReportAllocs()
			for b.Loop() {
				s.load(net, 0, 100)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/100, "µs/pair")
		})
	}
}
