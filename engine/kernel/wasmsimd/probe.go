package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"

// Probe is a module that WebAssembly.validate accepts where there is SIMD.
func Probe() ([]byte, error) {
	m := asm.New("probe")
	m.Func("probe", nil, []asm.Type{asm.V128}, func(f *asm.Func) { f.Return(f.Zero()) })
	return m.Bytes()
}
