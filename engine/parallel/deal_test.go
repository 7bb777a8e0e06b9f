package parallel

import (
	"slices"
	"testing"
)

// learn has a dealer learn for so many steps of ranks that take costs for a chunk,
// and returns how many chunks each has then, and how often that was changed.
func learn(d *Dealer[float32], steps int, costs ...float32) (counts []int, changes int) {
	for range steps {
		var times [Chunks]float32
		for r, cost := range costs {
			for c := d.Bounds()[r]; c < d.Bounds()[r+1]; c++ {
				times[c] = cost
			}
		}
		if d.Learn(times[:]) {
			changes++
		}
	}
	for r := range costs {
		counts = append(counts, d.Bounds()[r+1]-d.Bounds()[r])
	}
	return counts, changes
}

func TestDealerFollowsTheRanksSpeeds(t *testing.T) {
	for _, c := range []struct {
		costs, want []int
	}{
		{[]int{10, 10}, []int{4, 4}},
		{[]int{10, 12}, []int{4, 4}}, // 5 and 3 take longer
		{[]int{10, 15}, []int{5, 3}},
		{[]int{30, 10}, []int{2, 6}},
		{[]int{10, 1000}, []int{7, 1}},
		{[]int{10, 10, 10}, []int{2, 3, 3}},
		{[]int{10, 10, 30}, []int{4, 3, 1}},
		{[]int{10, 10, 20, 20}, []int{3, 3, 1, 1}},
		{[]int{1, 1, 1, 1, 1, 1, 1, 9}, []int{1, 1, 1, 1, 1, 1, 1, 1}},
		{[]int{0, 0}, []int{4, 4}},  // no clock
		{[]int{0, 10}, []int{4, 4}}, // one that is too coarse
	} {
		d := NewDealer[float32](len(c.costs))
		costs := make([]float32, len(c.costs))
		for i, cost := range c.costs {
			costs[i] = float32(cost)
		}
		got, changes := learn(d, 200, costs...)
		if !slices.Equal(got, c.want) {
			t.Errorf("costs %v: %v chunks, want %v", c.costs, got, c.want)
		}
		if changes > 1 {
			t.Errorf("costs %v: dealt otherwise %d times, want once at most", c.costs, changes)
		}
	}
}

func TestDealerForgetsAndIsNotHasty(t *testing.T) {
	d := NewDealer[float32](2)
	if got, _ := learn(d, dealEvery-1, 10, 90); !slices.Equal(got, []int{4, 4}) {
		t.Errorf("%v chunks before it has learnt for %d steps", got, dealEvery)
	}
	if got, _ := learn(d, 100, 10, 15); !slices.Equal(got, []int{5, 3}) {
		t.Errorf("%v chunks, want 5 and 3", got)
	}
	if got, _ := learn(d, 100, 10, 10); !slices.Equal(got, []int{4, 4}) {
		t.Errorf("%v chunks once both are as fast, want 4 and 4", got)
	}
	// Near the point where both dealings are as good it keeps what it has.
	for i := range 20 {
		near := 12.5 + float32(i%2)/10
		if _, changes := learn(d, dealEvery, 10, near); changes > 0 {
			t.Errorf("dealt otherwise for costs of 10 and %v", near)
		}
	}
}

func TestDealerHasNoUseForRanksWithoutChunks(t *testing.T) {
	d := NewDealer[float32](Chunks + 2)
	costs := make([]float32, Chunks+2)
	for i := range costs {
		costs[i] = float32(1 + i)
	}
	before := slices.Clone(d.Bounds())
	if _, changes := learn(d, 100, costs...); changes != 0 || !slices.Equal(d.Bounds(), before) {
		t.Errorf("dealt %v, want %v: each rank has one chunk or none", d.Bounds(), before)
	}
}
