// Package host runs emitted kernels in the wasm program they belong to
// (GOOS=js): [New] returns its wasmsimd.Host.
//
// A program that links this package imports the function "call" of the module
// "kernels", so whatever starts the program must provide it:
//
//	const kernels = await WebAssembly.instantiateStreaming(fetch("kernels.wasm"))
//	const go = new Go()
//	go.importObject.kernels = kernels.instance.exports
//
// where kernels.wasm is what wasmsimd.Trampoline returns.
package host
