package host

import (
	"fmt"
	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

//go:wasmimport kernels call
//go:noescape
func call(slot int32, frame unsafe.Pointer)

// Host calls functions through the table of the module "kernels".
type Host struct {
	instantiate func(module []byte, first int) error
	relaxed     bool
	next        int
}

// New returns the program's host; a program has one, as it has one table.
//
// instantiate compiles and instantiates a module whose functions go into the
// table from slot first on. In JavaScript:
//
//	new WebAssembly.Instance(new WebAssembly.Module(module),
//		{ go: { mem: goInstance.exports.mem }, kernels: kernels.exports })
//
// relaxed is what WebAssembly.validate says of wasmsimd.RelaxedProbe.
func New(instantiate func(module []byte, first int) error, relaxed bool) *Host {
	return &Host{instantiate: instantiate, relaxed: relaxed}
}

// Load implements wasmsimd.Host.
func (h *Host) Load(name string, slots int, build func(first int) ([]byte, error)) (int, error) {
	first := h.next
	if first+slots > wasmsimd.TableSize {
		return 0, fmt.Errorf("host: %s: %d more functions: the table's %d slots are in use", name, slots, wasmsimd.TableSize)
	}
	module, err := build(first)
	if err != nil {
		return 0, err
	}
	if err := h.instantiate(module, first); err != nil {
		return 0, fmt.Errorf("host: instantiate %s: %w", name, err)
	}
	h.next += slots
	return first, nil
}

// Call implements wasmsimd.Host.
func (h *Host) Call(slot int, f *wasmsimd.Frame) { call(int32(slot), unsafe.Pointer(f)) }

// Relaxed implements wasmsimd.Host.
func (h *Host) Relaxed() bool { return h.relaxed }
