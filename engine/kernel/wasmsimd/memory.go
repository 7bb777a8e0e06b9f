package wasmsimd

import "unsafe"

// aligned is a zero slice that starts at a cache line, so that no vector of a
// packed array straddles two.
//
//go:noinline
func aligned(n int) []float32 {
	const line = 64
	s := make([]float32, n+line/word)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(s)))) & (line - 1) / word
	return s[skip : skip+n : skip+n]
}
