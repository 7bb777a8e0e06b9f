package wasmsimd_test

import (
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/bench"
)

// TestCallsDoNotAllocate makes each kernel of the three models' layers; the
// native host copies slices and so does allocate.
func TestCallsDoNotAllocate(t *testing.T) {
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		for _, c := range bench.Cases(s) {
			if n := testing.AllocsPerRun(3, c.Call); n != 0 {
				t.Errorf("%s: %v allocations a call, want 0", c.Name, n)
			}
		}
	})
}
