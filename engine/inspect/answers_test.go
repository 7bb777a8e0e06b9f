package inspect

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pairlab/pairlab/engine/ask"
)

// known are n answers whose digits, readings and probabilities are drawn, with
// the pairs' digits.
func known(n int, reads bool) (Answers, []uint8) {
	rng := rand.New(rand.NewPCG(3, 4))
	var a Answers
	digits := make([]uint8, 2*n)
	sure := func(digit int) []float64 {
		p := make([]float64, Digits)
		p[digit] = 1
		return p
	}
	for i := range n {
		digits[2*i], digits[2*i+1] = uint8(rng.IntN(Digits)), uint8(rng.IntN(Digits))
		// In sixteenths, so that some are equal.
		x := ask.Answer{Yes: rng.IntN(2) == 1, Probability: float64(8+rng.IntN(9)) / 16}
		if reads {
			x.Left, x.Right = sure(rng.IntN(Digits)), sure(rng.IntN(Digits))
		}
		a.Add(x)
	}
	return a, digits
}

func TestMatrixIsADirectCount(t *testing.T) {
	a, digits := known(700, false)
	m := a.Matrix(digits)
	right := 0
	for first := range uint8(Digits) {
		for second := range uint8(Digits) {
			want := Cell{}
			for i, yes := range a.Yes {
				if digits[2*i] != first || digits[2*i+1] != second {
					continue
				}
				want.Pairs++
				if first <= second && yes || first > second && !yes {
					want.Right++
				}
			}
			right += want.Right
			if got := m[first][second]; got != want {
				t.Errorf("%d and %d: %+v, want %+v", first, second, got, want)
			}
		}
	}
	if got := m.Sum(); got != (Cell{right, 700}) || got.Share() != float64(right)/700 || right == 0 || right == 700 {
		t.Errorf("in all %+v, want %d of 700", got, right)
	}
	if share := (Cell{}).Share(); share != 0 {
		t.Errorf("the share of no pairs is %v", share)
	}
}

func TestConfusionIsADirectCount(t *testing.T) {
	a, digits := known(700, true)
	c := a.Confusion(digits)
	right := 0
	for is := range Digits {
		for read := range Digits {
			want := 0
			for i := range a.Left {
				if int(digits[2*i]) == is && int(a.Left[i]) == read {
					want++
				}
				if int(digits[2*i+1]) == is && int(a.Right[i]) == read {
					want++
				}
			}
			if is == read {
				right += want
			}
			if c[is][read] != want {
				t.Errorf("%d read as %d: %d times, want %d", is, read, c[is][read], want)
			}
		}
	}
	if got := c.Sum(); got != (Cell{right, 1400}) {
		t.Errorf("in all %+v, want %d of 1400", got, right)
	}
	none, digits := known(10, false)
	if c := none.Confusion(digits); none.Reads() || c != (Confusion{}) {
		t.Errorf("a network that reads no digits has %v", c)
	}
}

func TestOrderHasWrongOnesFirst(t *testing.T) {
	a, digits := known(700, false)
	for _, f := range []Filter{All, {3, Any, Any}, {Any, 7, Any}, {Any, Any, 5}, {3, 7, Any}, {3, Any, 5}, {3, 7, 5}} {
		order, wrong := a.Order(digits, f)
		place := make([]int, a.Len())
		for at, i := range order {
			place[i] = at + 1
		}
		count, bad := 0, 0
		for i := range a.Yes {
			l, r := int(digits[2*i]), int(digits[2*i+1])
			in := (f.First == Any || l == f.First) && (f.Second == Any || r == f.Second) && (f.Either == Any || l == f.Either || r == f.Either)
			if in != (place[i] > 0) {
				t.Errorf("%+v: pair %d of %d and %d is listed: %v", f, i, l, r, !in)
			}
			if in {
				count++
				if a.Yes[i] != (l <= r) {
					bad++
				}
			}
		}
		if len(order) != count || wrong != bad {
			t.Errorf("%+v: %d pairs, %d wrong, want %d and %d", f, len(order), wrong, count, bad)
		}
		for at := 1; at < len(order); at++ {
			i, j := order[at-1], order[at]
			iWrong, jWrong := at-1 < wrong, at < wrong
			if iWrong == a.Correct(i, digits[2*i], digits[2*i+1]) {
				t.Errorf("%+v: pair %d is not where its answer puts it", f, i)
			}
			if iWrong != jWrong {
				continue
			}
			p, q := a.Probability[i], a.Probability[j]
			if iWrong && p < q || !iWrong && p > q || p == q && i > j {
				t.Errorf("%+v: pair %d (%v) is before pair %d (%v)", f, i, p, j, q)
			}
		}
	}
}

func TestAnswersInSlicesAreTheWhole(t *testing.T) {
	for _, reads := range []bool{false, true} {
		want, _ := known(100, reads)
		var got Answers
		for from := 0; from < 100; from += 30 {
			to := min(from+30, 100)
			part := Answers{Yes: want.Yes[from:to], Probability: want.Probability[from:to]}
			if reads {
				part.Left, part.Right = want.Left[from:to], want.Right[from:to]
			}
			if !part.Whole(to - from) {
				t.Errorf("the slice %d to %d is not whole", from, to)
			}
			got.Append(part)
		}
		if !got.Whole(100) || !slices.Equal(got.Yes, want.Yes) || !slices.Equal(got.Probability, want.Probability) || !slices.Equal(got.Left, want.Left) || !slices.Equal(got.Right, want.Right) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got.Whole(99) {
			t.Error("100 answers are whole for 99 pairs")
		}
	}
	for _, bad := range []Answers{
		{Yes: make([]bool, 1)},
		{Yes: make([]bool, 1), Probability: make([]float32, 1), Left: []int8{1}},
		{Yes: make([]bool, 1), Probability: make([]float32, 1), Left: []int8{1}, Right: []int8{10}},
		{Yes: make([]bool, 1), Probability: make([]float32, 1), Left: []int8{-1}, Right: []int8{1}},
	} {
		if bad.Whole(1) {
			t.Errorf("%+v is whole", bad)
		}
	}
}
