package wasmsimd

import (
	_ "embed"
	"math"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

//go:embed peak.k
var peakText string

// peakStep is the number of floating-point operations of a round of the peak
// loops.
const peakStep = 8 * 14 * 4

// PeakLoop returns a function that runs rounds of as many independent vector
// operations as the processor takes at once, and returns the floating-point
// operations done: multiplications and additions in turn, or with fused
// relaxed_madd, which counts as two. What it reaches is the measure for the
// kernels.
func (s *Set) PeakLoop(fused bool) func(rounds int) float64 {
	const flops = 2 * peakStep
	t := *s
	t.program = asm.Parse(commonText + peakText)
	m := t.mustLoad("peak", "madds", []int{number(fused)}, "Loop")
	return func(rounds int) float64 {
		m.frame.num[1] = math.Float32bits(0.5)
		m.call(0, rounds, 0)
		return flops * float64(rounds)
	}
}
