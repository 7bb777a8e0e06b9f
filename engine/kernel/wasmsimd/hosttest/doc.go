// Package hosttest runs emitted kernels in tests and benchmarks: natively
// under wazero, in a memory of its own to which a call's slices are copied,
// and in wasm under Node, in the program's own memory.
//
// Natively each slice stands between guard bands, and a call panics if a
// function wrote outside its outputs. wazero knows no relaxed SIMD.
//
// In wasm the program must be started by exec.cjs, which provides the imports:
//
//	GOOS=js GOARCH=wasm go test -exec="$PWD/engine/kernel/wasmsimd/hosttest/exec.cjs" ./engine/...
//
// It is for tests only: no program of the site imports it.
package hosttest
