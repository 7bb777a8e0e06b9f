package wasmsimd

import (
	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// A Host instantiates emitted modules and calls their functions. In the
// browser it is package host, natively package hosttest.
type Host interface {
	// Load reserves slots for the module name in the function table, has build assemble a module
	// that puts its functions there, and instantiates it.
	Load(name string, slots int, build func(first int) ([]byte, error)) (first int, err error)
	// Call runs the function in a slot.
	Call(slot int, f *Frame)
	// Relaxed says whether the host accepts relaxed SIMD instructions.
	Relaxed() bool
}

// Names under which emitted modules import what they need.
const (
	memoryModule, memoryName = "go", "mem"
	tableModule, tableName   = "kernels", "table"
)

// TableSize is the number of functions that a program can have loaded at
// once; a kernel takes up to 10.
const TableSize = 1 << 13

// Trampoline is the module that is instantiated before the Go program: it
// exports the empty function table "table", and "call", which calls the
// function in a slot with the address of its frame. The Go program imports
// call from "kernels".
func Trampoline() ([]byte, error) {
	m := asm.New("trampoline")
	m.Table(tableName, TableSize)
	m.Trampoline("call")
	return m.Bytes()
}

const (
	maxPtrs = 14
	maxNums = 14
	numAt   = 8 * maxPtrs // offset of the numbers in a frame
)

// Frame is the argument block of a call, at the address that the function is
// given. On wasm a pointer takes 8 bytes of which the first 4 are the address,
// so the functions read the pointers as Go stores them: there is nothing to
// convert, and the collector sees that the slices are in use.
type Frame struct {
	ptr [maxPtrs]unsafe.Pointer
	num [maxNums]uint32

	// For a host whose functions do not see Go's memory.
	size  [maxPtrs]int // bytes
	write [maxPtrs]bool
}

// Buffer is one slice of a frame.
type Buffer struct {
	Bytes []byte
	Write bool // the function may write to it
}

// Buffers calls fn for each slice of the frame, by pointer number.
func (f *Frame) Buffers(fn func(i int, b Buffer)) {
	for i, p := range f.ptr {
		if p != nil && f.size[i] > 0 {
			fn(i, Buffer{unsafe.Slice((*byte)(p), f.size[i]), f.write[i]})
		}
	}
}

// Numbers are the frame's numbers.
func (f *Frame) Numbers() []uint32 { return f.num[:] }

// FrameLayout says where a frame's pointers and numbers are: pointer i is 4
// bytes at 8·i, number i is at numbers + 4·i.
func FrameLayout() (numbers, size int) { return numAt, numAt + 4*maxNums }

// set has pointer i lead to size bytes.
func (f *Frame) set(i int, p unsafe.Pointer, size int, write bool) {
	f.ptr[i], f.size[i], f.write[i] = p, size, write
}

// places has pointer i lead to indices.
func (f *Frame) places(i int, s []uint16, write bool) {
	f.set(i, unsafe.Pointer(unsafe.SliceData(s)), word/2*len(s), write)
}

// Probe is a module that WebAssembly.validate accepts where there is SIMD.
func Probe() ([]byte, error) { return probe("zero") }

// RelaxedProbe is a module that WebAssembly.validate accepts where [Fused]
// runs.
func RelaxedProbe() ([]byte, error) { return probe("muladd") }

func probe(instruction string) ([]byte, error) {
	m := asm.New("probe")
	m.Probe(instruction)
	return m.Bytes()
}
