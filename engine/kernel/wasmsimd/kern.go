package wasmsimd

import (
	_ "embed"

	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

const (
	word = 4  // bytes of a float32
	vec  = 16 // bytes of a vector
)

// The kernels, in the language of package asm. A file's functions are run with
// the names that a shape gives to its numbers.
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

// shape is what a kernel's functions are emitted for: numbers, and their names.
type shape struct {
	names  []string
	values []int
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

// assemble emits a module of functions that go into the table from slot first
// on. A function is what the text has by its name after prefix.
func (s *Set) assemble(name string, first int, of *shape, prefix string, functions []string) ([]byte, error) {
	m := asm.New(name)
	m.Program, m.Extra = s.program, s.extra
	m.Import(memoryModule, memoryName, asm.AnyMemory)
	m.Import(tableModule, tableName, asm.AnyTable)
	for _, fn := range functions {
		f := m.Begin(fn, asm.Kernel)
		f.Bind("fused", number(s.mode == Fused))
		for i, name := range of.names {
			f.Bind(name, of.values[i])
		}
		f.End(prefix + fn)
	}
	m.Elements(first)
	return m.Bytes()
}
