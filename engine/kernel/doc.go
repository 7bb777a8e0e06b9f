// Package kernel names the few loops that cost time, as one interface.
//
// A [Set] makes kernels for given shapes; a kernel holds what it prepared for
// its shape (offset tables, packed weights, scratch) and then runs without
// allocating. Package portable is the specification, in generic Go; package
// wasmsimd assembles WebAssembly for the same interface and is tested
// against it. Kernels know nothing of the tape, of models or of workers.
//
// Activations are channels-last: a map of n samples is [n, H, W, C], so that
// vector units run along the channels in every kernel and a fully connected
// layer is the case H = W = 1. Weights keep PyTorch's order, [O, I, KH, KW],
// which is also the order of files and digests; kernels repack them once a
// step.
//
// Kernels write their outputs and never add to what was there, unless their
// doc says so. Slices are exactly as long as their doc says, or longer; what
// lies past that is never touched. A kernel is used by one goroutine at a
// time.
//
// Start reading at [Set].
package kernel
