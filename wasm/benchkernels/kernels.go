package main

import (
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/bench"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

const giga = 1e9

// measureKernels measures the peaks, and then each kernel against them.
func measureKernels(host wasmsimd.Host, set kernel.Set[float32]) (figures.Kernels, error) {
	k := figures.Kernels{Set: set.Name()}
	peaks, err := wasmsimd.New(host, wasmsimd.SIMD)
	if err != nil {
		return k, err
	}
	k.Peak = bench.Peak(peaks, false) / giga
	if host.Relaxed() {
		k.FusedPeak = bench.Peak(peaks, true) / giga
	}
	for _, c := range bench.Cases(set) {
		seconds := measureCall(c.Call)
		f := figures.Kernel{
			Name: c.Name, Micros: 1e6 * seconds,
			GFlops: c.Flops / seconds / giga, GBytes: c.Bytes / seconds / giga,
		}
		f.Share = f.GFlops / k.Peak
		k.Kernels = append(k.Kernels, f)
	}
	return k, nil
}

// measureCall is the time of a call in seconds: the least of several means,
// each over 20 ms or more, after the engine has had time to make its best code.
func measureCall(call func()) float64 {
	const (
		samples = 6
		sample  = 20 * time.Millisecond
		look    = time.Millisecond // at the clock, about so often
	)
	batch := 1
	mean := func() float64 {
		start := time.Now()
		for calls := 0; ; {
			began := time.Now()
			for range batch {
				call()
			}
			calls += batch
			if time.Since(began) < look/2 {
				batch *= 2
			}
			if passed := time.Since(start); passed >= sample {
				return passed.Seconds() / float64(calls)
			}
		}
	}
	mean()
	best := mean()
	for range samples - 1 {
		best = min(best, mean())
	}
	return best
}
