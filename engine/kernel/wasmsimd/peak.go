package wasmsimd

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
	name := "peak"
	if fused {
		name = "peak-fused"
	}
	first := s.mustLoad(name, peak{fused}, name)
	frame := new(Frame)
	frame.float(1, 0.5)
	return func(rounds int) float64 {
		frame.int(0, rounds)
		s.host.Call(first, frame)
		return flops * float64(rounds)
	}
}

type peak struct{ fused bool }

// emit emits the loop. Its frame has no pointers; numbers rounds, 0.5.
func (p peak) emit(k *kern, _ int) {
	x, half := k.vars(14), k.splat(1)
	for i := range x {
		x[i].Set(half)
	}
	k.Times(k.num(0), func() {
		for range 8 {
			for _, v := range x {
				if p.fused {
					v.Set(v.MulAdd(half, half))
				} else {
					v.Set(v.Mul(half).Add(half))
				}
			}
		}
	})
	total := x[0]
	for _, v := range x[1:] {
		total = total.Add(v)
	}
	k.If(total.Ne(total).AnyTrue(), func() { k.frame.StoreFloat(numAt+word, half.Lane(0)) }) // so that the loop counts
}
