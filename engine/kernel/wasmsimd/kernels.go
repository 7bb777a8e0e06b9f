package wasmsimd

import (
	_ "embed"
	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

const word = 4 // bytes of a float32

// The kernels, in the language of package asm. A function is the macro whose
// name is that of its kind of kernel and its own.
var (
	//go:embed common.k
	commonText string
	//go:embed elementwise.k
	elementwiseText string
	//go:embed batchnorm.k
	batchNormText string
	//go:embed product.k
	productText string
	//go:embed pack.k
	packText string
	//go:embed weights.k
	weightsText string
	//go:embed pool.k
	poolText string
	//go:embed convpool.k
	convPoolText string
	//go:embed winograd.k
	winogradText string
)

func kernelText() string {
	return commonText + elementwiseText + batchNormText + productText + packText + weightsText + poolText +
		convPoolText + winogradText
}

// module is a loaded module of kernel functions, with the frame of their calls.
type module struct {
	set   *Set
	first int // slot of its first function
	frame Frame
}

// call calls function fn with n as the frame's first number and args as its
// pointers, where nil leaves one as it is; writes has a bit for each that the
// function may write to.
func (m *module) call(fn, n int, writes uint, args ...[]float32) {
	m.frame.num[0] = uint32(n)
	for i, s := range args {
		if s != nil {
			m.frame.set(i, unsafe.Pointer(unsafe.SliceData(s)), word*len(s), writes>>i&1 != 0)
		}
	}
	m.set.host.Call(m.first+fn, &m.frame)
}

// extra are the functions that the kernels' texts leave to Go.
func (s *Set) extra(f *asm.Func, name string, args []asm.Value) (asm.Value, bool) {
	switch name {
	case "plan":
		counts := make([]asm.Value, maxRows+1)
		for size, n := range s.rowsOf(args[0].N) {
			counts[size].N = n
		}
		return asm.List(counts), true
	case "matrix":
		return matrix(f, args[0].N, args[1].N), true
	case "sum":
		return sum(f, args[0].Elements(), args[1].Elements(), args[2].Elements()), true
	}
	return asm.Value{}, false
}
