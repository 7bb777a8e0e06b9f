// Package wasmsimd is the kernel set that Go assembles in WebAssembly SIMD
// instructions at run time, for each layer's shape.
//
// Go's compiler emits scalar WebAssembly; the loops that cost time are
// therefore written in the language of package asm, in the .k files here, which
// encodes them, and instantiated over the Go program's own memory ([Host]). A
// call costs one indirect call and copies nothing. [New] returns the set in one
// of three modes.
//
// Why is a function emitted per shape? Every count, stride and offset that a
// layer fixes becomes a constant, every tail is known when it is emitted, and
// the inner loops have no tests in them. A layer's kernels are emitted and
// compiled in a few milliseconds, Winograd's in some tens, once for each shape.
//
// Why two roundings by default? Multiply and add, each rounded as IEEE 754
// says, give the same bits on every machine, so that a run's digest means
// something. What fused multiply-add gives depends on the processor.
//
// How the loops work:
//   - A product keeps a block of 4 or 5 rows (fused: 6) by 8 columns of the
//     result in registers, of which a 128-bit engine has 16 (rows.go).
//   - The right-hand side is packed in panels of 8 columns, once a step
//     (pack.k), so that the inner loop reads it in one stream.
//   - A convolution is that product with rows found through a table of
//     offsets (product.k); nothing is gathered.
//   - An 8x8 map under a square window is convolved by Winograd's minimal
//     filtering on one tile (winograd.k) except in mode [Direct].
//   - A convolution whose map is pooled is computed and pooled 8 channels at
//     a time (convpool.k): the map never leaves the first-level cache.
//
// Why is a value that is not finite seen in more places than portable has it?
// Winograd's transforms add and subtract a sample's pixels, so that one NaN or
// infinity makes that sample's whole map NaN. The other kernels, and mode
// [Direct], have it where portable does, but that the gradient of pooling also
// multiplies zeros: 0·∞ is NaN.
//
// The package imports kernel, portable and asm; it knows nothing of JavaScript. Start
// reading at [Set], then common.k, product.k and conv.go.
package wasmsimd
