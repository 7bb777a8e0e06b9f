package bench_test

import (
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/bench"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
)

// BenchmarkKernels means something in wasm only:
//
//	GOOS=js GOARCH=wasm go test -exec="$PWD/engine/kernel/wasmsimd/hosttest/exec.cjs" -bench . -benchtime 100ms ./engine/kernel/wasmsimd/bench
func BenchmarkKernels(b *testing.B) {
	host, err := hosttest.New()
	if err != nil {
		b.Fatal(err)
	}
	for _, mode := range []wasmsimd.Mode{wasmsimd.SIMD, wasmsimd.Fused, wasmsimd.Direct} {
		if mode == wasmsimd.Fused && !host.Relaxed() {
			continue
		}
		set, err := wasmsimd.New(host, mode)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(mode), func(b *testing.B) {
			b.Run("peak", func(b *testing.B) {
				loop, flops := set.PeakLoop(mode == wasmsimd.Fused), 0.0
				for b.Loop() {
					flops += loop(10_000)
				}
				b.ReportMetric(flops/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
			for _, c := range bench.Cases(set) {
				b.Run(c.Name, func(b *testing.B) {
					b.SetBytes(int64(c.Bytes))
					for b.Loop() {
						c.Call()
					}
					b.ReportMetric(c.Flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		})
	}
}

func TestCasesRun(t *testing.T) {
	host, err := hosttest.New()
	if err != nil {
		t.Fatal(err)
	}
	set, err := wasmsimd.New(host, wasmsimd.SIMD)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range bench.Cases(set) {
		if seen[c.Name] || c.Bytes <= 0 || c.Flops < 0 {
			t.Errorf("case %+v: want its own name and a count of bytes", c)
		}
		seen[c.Name] = true
		c.Call()
	}
}
