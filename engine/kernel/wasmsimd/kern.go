package wasmsimd

import (
	_ "embed"
	"strings"
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

// shape is what a kernel's functions are emitted for: numbers, and their names
// with spaces between.
type shape struct {
	names  string
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
	f := &m.frame
	f.num[0] = uint32(n)
	for i, s := range args {
		if s != nil {
			f.set(i, unsafe.Pointer(unsafe.SliceData(s)), word*len(s), writes>>i&1 != 0)
		}
	}
	m.set.host.Call(m.first+fn, f)
}

// kern is a kernel function being emitted.
type kern struct {
	set       *Set
	e         expansion
	constants map[float32]asm.Value
}

// extra are the functions that the kernels' texts leave to Go.
func (k *kern) extra(f *asm.Func, name string, args []asm.Value) (asm.Value, bool) {
	switch name {
	case "plan":
		var counts []asm.Value
		for _, n := range k.set.rowsOf(args[0].N) {
			counts = append(counts, asm.Value{N: n})
		}
		return asm.List(counts), true
	case "transform":
		k.transform(f, args[0].N, args[1].N)
		return asm.Value{}, true
	case "expand":
		return asm.List(k.expand(f, args[0].Elements())), true
	case "contract":
		return asm.List(k.contract(f, args[0].Elements())), true
	}
	return asm.Value{}, false
}

// assemble emits a module of functions that go into the table from slot first
// on. A function is what the text has by its name after prefix.
func (s *Set) assemble(name string, first int, program *asm.Program, of shape, prefix string, functions []string) ([]byte, error) {
	m := asm.New(name)
	m.Program = program
	m.Import(memoryModule, memoryName, asm.AnyMemory)
	m.Import(tableModule, tableName, asm.AnyTable)
	for _, fn := range functions {
		k := &kern{set: s}
		m.Extra = k.extra
		m.Func(fn, []asm.Type{asm.I32}, nil, func(f *asm.Func) {
			f.Bind("frame", f.Param(0))
			f.Bind("fused", asm.Value{N: number(s.mode == Fused)})
			for i, name := range strings.Fields(of.names) {
				f.Bind(name, asm.Value{N: of.values[i]})
			}
			f.Run(prefix + fn)
		})
	}
	m.Elements(first)
	return m.Bytes()
}
