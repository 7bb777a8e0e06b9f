package main

import (
	"math"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

func TestRatiosAreOfTheSameTurn(t *testing.T) {
	// The machine is half as fast in the second turn; the ratio is 2 all the
	// same. What was measured once is compared with each.
	once := &benchCase{Samples: []float64{10}}
	alone := &benchCase{Samples: []float64{100, 50, 120}, against: once}
	both := &benchCase{Samples: []float64{200, 100, 90}, against: alone}
	summarize([]*benchCase{both, alone, once})
	if both.Ratio != 2 || both.PairsPerSecond != 100 || alone.Ratio != 10 || once.Ratio != 0 {
		t.Errorf("ratios %v, %v, %v and %v pairs/s, want 2, 10, 0 and 100", both.Ratio, alone.Ratio, once.Ratio, both.PairsPerSecond)
	}
}

func TestInStepTheSlowerOneCounts(t *testing.T) {
	steady := func(n int, micros int64) figures.Pace {
		p := figures.Pace{Batch: 100}
		for i := range n {
			p.Ends = append(p.Ends, int64(i)*micros)
		}
		return p
	}
	// Each does half of every step: two take half of one's time, or half of the
	// slower one's; and if each is slow in another half of the time, all of it.
	quick, slow := steady(1001, 1000), steady(501, 2000)
	first, second := steady(501, 2000), steady(1001, 1000)
	for i := range int64(500) {
		first.Ends = append(first.Ends, first.Ends[500]+1000*(i+1))
	}
	second.Ends = second.Ends[:1001]
	for i := range int64(250) {
		second.Ends = append(second.Ends, second.Ends[1000]+2000*(i+1))
	}
	for _, c := range []struct {
		paces []figures.Pace
		want  float64
	}{
		{[]figures.Pace{quick, quick}, 200_000},
		{[]figures.Pace{quick, slow}, 100_000},
		{[]figures.Pace{quick, quick, slow}, 150_000},
		{[]figures.Pace{first, second}, 100_000},
	} {
		if got := inStep(c.paces); math.Abs(got/c.want-1) > 0.01 {
			t.Errorf("%.0f pairs/s, want about %.0f", got, c.want)
		}
	}
}

func TestKernelsAreShownByOperationsOrBytes(t *testing.T) {
	var out strings.Builder
	sets := []figures.Kernels{
		{Set: "simd", Peak: 50, FusedPeak: 60, Kernels: []figures.Kernel{{Name: "product", Micros: 7, GFlops: 40, GBytes: 3, Share: 0.8}, {Name: "pack", Micros: 2, GBytes: 9}}},
		{Set: "direct", Peak: 50, FusedPeak: 60, Kernels: []figures.Kernel{{Name: "product", Micros: 8, GFlops: 35, GBytes: 3, Share: 0.7}, {Name: "pack", Micros: 4, GBytes: 4.5}}},
	}
	printRows(&out, kernelRows(sets))
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"| peak of the 128-bit unit | | 50.0 GFLOP/s | 100 % |",
		"| product | 7.0 | 40.0 GFLOP/s | 80 % | 8.0 | 35.0 GFLOP/s | 70 % |",
		"| pack | 2.0 | 9.0 GB/s | – | 4.0 | 4.5 GB/s | – |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}
