// Package sets has the kernel sets that tests of what is built on kernels run
// over: portable, and those of wasmsimd that the engine in use accepts. In
// wasm the test binary must be started as package hosttest says.
package sets

import (
	"runtime"
	"sync"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
)

// host is the test binary's one host.
var host = sync.OnceValues(hosttest.New)

// All makes the sets, portable first. Natively there is no fused set: wazero
// knows no relaxed SIMD.
func All(t testing.TB) []kernel.Set[float32] {
	t.Helper()
	h, err := host()
	if err != nil {
		t.Fatal(err)
	}
	all := []kernel.Set[float32]{portable.New[float32]()}
	for _, mode := range []wasmsimd.Mode{wasmsimd.SIMD, wasmsimd.Fused, wasmsimd.Direct} {
		if mode == wasmsimd.Fused && !h.Relaxed() {
			continue
		}
		s, err := wasmsimd.New(h, mode)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// fast is the one set that Fast gives in wasm: each has functions of its own in a
// table that does not grow.
var fast = sync.OnceValues(func() (kernel.Set[float32], error) {
	h, err := host()
	if err != nil {
		return nil, err
	}
	return wasmsimd.New(h, wasmsimd.SIMD)
})

// Fast is the set for long tests: simd in wasm, which is what the page trains with,
// and natively portable, as the host that emitted kernels are tested on copies
// their slices.
func Fast(t testing.TB) kernel.Set[float32] {
	t.Helper()
	if runtime.GOOS != "js" {
		return portable.New[float32]()
	}
	s, err := fast()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each runs a test for every set.
func Each(t *testing.T, test func(t *testing.T, s kernel.Set[float32])) {
	t.Helper()
	for _, s := range All(t) {
		t.Run(s.Name(), func(t *testing.T) { test(t, s) })
	}
}
