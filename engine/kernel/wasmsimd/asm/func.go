package asm

import "fmt"

// Func is a function being assembled, and the state of the program that
// assembles it.
type Func struct {
	m       *Module
	name    string
	params  string // types
	results string
	locals  []Type
	code    []byte

	stack []Type // operand types, as in the specification's validation
	base  int    // height of the stack at the innermost block's start

	p        *Program
	at       int // the next token
	env      []binding
	latest   []int   // by name: 1 + where in env it was bound last, or 0
	args     []Value // of the calls that are being read
	result   Value   // of the macro that returned
	returned bool
}

// mistake is what a panic carries from where it was made to [Func.End].
type mistake string

// fail ends the assembling of the function.
func (f *Func) fail(what, more string) {
	line := 0
	if f.p != nil {
		line = f.p.tokens[max(f.at-1, 0)].line
	}
	panic(mistake(fmt.Sprintf("%s: line %d: %s%s", f.name, line, what, more)))
}

// names are types as the text format has them.
func names(types string) string {
	s := ""
	for i := range len(types) {
		s += Type(types[i]).String() + " "
	}
	return s
}

// emit appends an instruction that takes operands of some types off the stack
// and leaves one of type gives on it, none if that is 0.
func (f *Func) emit(code []byte, takes string, gives Type) {
	f.code = append(f.code, code...)
	at := len(f.stack) - len(takes)
	if at < f.base || string(f.stack[at:]) != takes {
		f.fail("an instruction needs "+names(takes), ", the block's stack holds "+names(string(f.stack[f.base:])))
	}
	f.stack = f.stack[:at]
	if gives != 0 {
		f.stack = append(f.stack, gives)
	}
}

// open emits an instruction that opens a block; what it returns is for close.
func (f *Func) open(op byte, takes string) (base int) {
	f.emit([]byte{op, 0x40}, takes, 0)
	base, f.base = f.base, len(f.stack)
	return base
}

// close emits the end of a block.
func (f *Func) close(base int) {
	f.empty("block")
	f.base = base
	f.code = append(f.code, opEnd)
}

// empty checks that a block has used up what it computed.
func (f *Func) empty(what string) {
	if len(f.stack) != f.base {
		f.fail(what, " leaves values on the stack: "+names(string(f.stack)))
	}
}

// encode returns the function's entry of the code section.
func (f *Func) encode() []byte {
	var groups []byte // runs of locals of one type
	n := uint32(0)
	start := 0
	for i, t := range f.locals {
		if i+1 == len(f.locals) || f.locals[i+1] != t {
			groups = append(appendU32(groups, uint32(i+1-start)), byte(t))
			start = i + 1
			n++
		}
	}
	return appendBytes(nil, append(append(appendU32(nil, n), groups...), f.code...))
}

// node is an expression: an instruction with its operands, or a local
// variable; or a list.
type node struct {
	typ   Type
	local int // -1 if it is not a variable
	code  []byte
	takes string // the types of args
	args  []*node
	list  []Value
}

func (f *Func) newLocal(t Type) *node {
	f.locals = append(f.locals, t)
	return &node{typ: t, local: len(f.params) + len(f.locals) - 1}
}

// push emits the value onto the stack.
func (f *Func) push(v *node) {
	if v.local >= 0 {
		f.emit(appendU32([]byte{opLocalGet}, uint32(v.local)), "", v.typ)
		return
	}
	for _, a := range v.args {
		f.push(a)
	}
	f.emit(v.code, v.takes, v.typ)
}

// set emits v = w; v is a variable.
func (f *Func) set(v, w *node) {
	f.push(w)
	f.emit(appendU32([]byte{opLocalSet}, uint32(v.local)), string([]Type{v.typ}), 0)
}

// Param is parameter i.
func (f *Func) Param(i int) Value {
	return Value{node: &node{typ: Type(f.params[i]), local: i}}
}
