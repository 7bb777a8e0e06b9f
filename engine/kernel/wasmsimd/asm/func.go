package asm

import (
	"fmt"
)

// Func is a function being assembled. Its methods are statements; values are
// [Int], [Float] and [Vec].
type Func struct {
	m       *Module
	name    string
	typ     uint32
	params  []Type
	results []Type
	locals  []Type
	code    []byte

	stack []Type // operand types, as in the specification's validation
	base  int    // height of the stack at the innermost block's start
	depth int    // open blocks
}

//go:noinline
func (f *Func) fail(format string, args ...any) {
	f.m.fail(fmt.Errorf("%s: at byte %d: %s", f.name, len(f.code), fmt.Sprintf(format, args...)))
}

// emit appends an instruction that takes the operands pop off the stack and
// leaves push on it.
//
//go:noinline
func (f *Func) emit(code []byte, pop []Type, push ...Type) {
	f.code = append(f.code, code...)
	f.pop(code, pop)
	f.stack = append(f.stack, push...)
}

//go:noinline
func (f *Func) pop(code []byte, want []Type) {
	at := len(f.stack) - len(want)
	if at < f.base {
		f.fail("instruction %#x needs %v, the block's stack holds %v", code, want, f.stack[f.base:])
		f.stack = f.stack[:f.base]
		return
	}
	for i, t := range want {
		if f.stack[at+i] != t {
			f.fail("instruction %#x needs %v, has %v", code, want, f.stack[at:])
			break
		}
	}
	f.stack = f.stack[:at]
}

// block emits an instruction that opens a block, its body and the end.
func (f *Func) block(open byte, pop []Type, body func()) {
	f.emit([]byte{open, 0x40}, pop)
	base := f.base
	f.base = len(f.stack)
	f.depth++
	body()
	if len(f.stack) != f.base {
		f.fail("block leaves %v on the stack", f.stack[f.base:])
		f.stack = f.stack[:f.base]
	}
	f.depth--
	f.base = base
	f.code = append(f.code, opEnd)
}

func (f *Func) finish() {
	f.pop([]byte{opEnd}, f.results)
	if len(f.stack) != 0 {
		f.fail("function leaves %v on the stack", f.stack)
	}
	f.code = append(f.code, opEnd)
}

// encode returns the function's entry of the code section.
func (f *Func) encode() []byte {
	var groups [][]byte // runs of locals of one type
	for i := 0; i < len(f.locals); {
		n := 1
		for i+n < len(f.locals) && f.locals[i+n] == f.locals[i] {
			n++
		}
		groups = append(groups, append(appendU32(nil, uint32(n)), byte(f.locals[i])))
		i += n
	}
	body := appendU32(nil, uint32(len(groups)))
	for _, g := range groups {
		body = append(body, g...)
	}
	body = append(body, f.code...)
	return append(appendU32(nil, uint32(len(body))), body...)
}

// node is an expression: an instruction with its operands, or a local variable.
// It is passed by pointer and built by few functions, which are not inlined,
// to keep the code of the kernels that build thousands of them small.
type node struct {
	f     *Func
	typ   Type
	local int // -1 if it is not a variable
	code  []byte
	args  [3]*node
}

//go:noinline
func (f *Func) newLocal(t Type) *node {
	f.locals = append(f.locals, t)
	return &node{f: f, typ: t, local: len(f.params) + len(f.locals) - 1}
}

func (f *Func) param(i int, t Type) *node {
	if i >= len(f.params) || f.params[i] != t {
		f.fail("has no parameter %d of type %v", i, t)
	}
	return &node{f: f, typ: t, local: i}
}

// expr is the instruction code applied to up to 3 operands.
//
//go:noinline
func (f *Func) expr(t Type, code []byte, a, b, c *node) *node {
	return &node{f: f, typ: t, local: -1, code: code, args: [3]*node{a, b, c}}
}

// opcode is the bytes of an instruction: those above 255 have the prefix 0xfd.
//
//go:noinline
func opcode(op uint32) []byte {
	if op < simd {
		return []byte{byte(op)}
	}
	return appendU32([]byte{0xfd}, op-simd)
}

// simd is added to the numbers of the instructions with the prefix 0xfd.
const simd = 0x10000

//go:noinline
func unaryOp(t Type, op uint32, a *node) *node { return a.f.expr(t, opcode(op), a, nil, nil) }

//go:noinline
func binaryOp(t Type, op uint32, a, b *node) *node { return a.f.expr(t, opcode(op), a, b, nil) }

// push emits the value onto the stack.
//
//go:noinline
func (v *node) push() {
	if v.local >= 0 {
		v.f.emit(appendU32([]byte{opLocalGet}, uint32(v.local)), nil, v.typ)
		return
	}
	var pop []Type
	for _, a := range v.args {
		if a != nil {
			a.push()
			pop = append(pop, a.typ)
		}
	}
	v.f.emit(v.code, pop, v.typ)
}

// set emits v = w.
//
//go:noinline
func (v *node) set(w *node) {
	if v.local < 0 {
		v.f.fail("Set of a value that is not a variable")
		return
	}
	if w.f != v.f {
		v.f.fail("value of another function")
		return
	}
	w.push()
	v.f.emit(appendU32([]byte{opLocalSet}, uint32(v.local)), []Type{v.typ})
}

// access is an instruction that uses memory at an offset from the address v;
// alignment is a hint that changes nothing, so it is 1 byte.
//
//go:noinline
func (v *node) access(op uint32, offset int) []byte {
	if offset < 0 {
		v.f.fail("negative offset %d", offset)
		offset = 0
	}
	return appendU32(append(opcode(op), 0), uint32(offset))
}

//go:noinline
func (v *node) load(t Type, op uint32, offset int) *node {
	return v.f.expr(t, v.access(op, offset), v, nil, nil)
}

//go:noinline
func (v *node) store(op uint32, offset int, w *node) {
	v.push()
	w.push()
	v.f.emit(v.access(op, offset), []Type{I32, w.typ})
}
