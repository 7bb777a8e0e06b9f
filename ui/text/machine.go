package text

import (
	"strconv"

	"github.com/pairlab/pairlab/ui/state"
)

// Machine is what trains.
type Machine struct {
	Workers int
	Shared  bool   // workers that share a run meet in shared memory, else by messages
	Kernels string // the set in use, by its setting's value
	Lacking string // what the browser lacks for the set that was asked for; empty if nothing
}

// String says what trains, in one line.
func (m Machine) String() string {
	text := Times(m.Workers, "worker")
	switch {
	case m.Workers == 1:
	case m.Shared:
		text += " with shared memory"
	default:
		text += " by messages"
	}
	text += ", "
	switch m.Kernels {
	case "simd":
		text += "SIMD kernels"
	case "fused":
		text += "SIMD kernels with fused multiply-add"
	case "direct":
		text += "SIMD kernels in direct form"
	default:
		text += m.Kernels + " kernels"
	}
	if m.Lacking != "" {
		text += " because this browser has no " + m.Lacking
	}
	return text + "; nothing is uploaded."
}

// Meter is the speed of all workers together, empty while there is none:
// 5,900 pairs/s, 72 GFLOP/s.
func Meter(s *state.State) string {
	pairs, flops, ok := s.Speed()
	if !ok {
		return ""
	}
	decimals := 0
	if flops < 10e9 {
		decimals = 1
	}
	return speed(pairs) + ", " + strconv.FormatFloat(flops/1e9, 'f', decimals, 64) + nbsp + "GFLOP/s"
}
