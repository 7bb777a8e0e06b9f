package asm

import (
	"errors"
	"fmt"
)

// Type is a WebAssembly value type.
type Type byte

// The value types that kernels use.
const (
	I32  Type = 0x7f
	F32  Type = 0x7d
	V128 Type = 0x7b
)

// String is the type's name in the text format.
func (t Type) String() string {
	switch t {
	case I32:
		return "i32"
	case F32:
		return "f32"
	case V128:
		return "v128"
	}
	return fmt.Sprintf("type(%#x)", byte(t))
}

// Section ids of the binary format.
const (
	sectionType     = 1
	sectionImport   = 2
	sectionFunction = 3
	sectionTable    = 4
	sectionMemory   = 5
	sectionExport   = 7
	sectionElement  = 9
	sectionCode     = 10
)

// Kinds of imports and exports.
const (
	kindFunc   = 0
	kindTable  = 1
	kindMemory = 2
)

const typeFuncref = 0x70

// Module is a module being assembled.
type Module struct {
	name    string
	types   [][]byte // encoded function types, each once
	imports [][]byte
	funcs   []*Func
	table   []byte // the module's own, if any
	memory  []byte // the module's own, if any
	exports [][]byte
	element []byte
	err     error
}

// New returns an empty module; name is for error messages only.
func New(name string) *Module { return &Module{name: name} }

// fail keeps the first error.
//
//go:noinline
func (m *Module) fail(err error) {
	if m.err == nil {
		m.err = fmt.Errorf("asm: %s: %w", m.name, err)
	}
}

//go:noinline
func (m *Module) typeIndex(params, results []Type) uint32 {
	t := []byte{0x60}
	t = appendTypes(t, params)
	t = appendTypes(t, results)
	for i, have := range m.types {
		if string(have) == string(t) {
			return uint32(i)
		}
	}
	m.types = append(m.types, t)
	return uint32(len(m.types) - 1)
}

//go:noinline
func (m *Module) addImport(module, name string, kind byte, desc ...byte) {
	b := appendName(appendName(nil, module), name)
	m.imports = append(m.imports, append(append(b, kind), desc...))
}

//go:noinline
func (m *Module) addExport(name string, kind byte, index int) {
	b := append(appendName(nil, name), kind)
	m.exports = append(m.exports, appendU32(b, uint32(index)))
}

// ImportMemory imports the memory that loads and stores use.
func (m *Module) ImportMemory(module, name string) {
	m.addImport(module, name, kindMemory, 0, 0)
}

// ImportTable imports the function table that [Module.Elements] fills.
func (m *Module) ImportTable(module, name string) {
	m.addImport(module, name, kindTable, typeFuncref, 0, 0)
}

// Memory defines and exports a memory of the given 64 KiB pages, which may
// grow.
func (m *Module) Memory(name string, pages int) {
	m.memory = appendU32([]byte{0}, uint32(pages))
	m.addExport(name, kindMemory, 0)
}

// Table defines and exports a function table of the given size, which may
// grow.
func (m *Module) Table(name string, size int) {
	m.table = appendU32([]byte{typeFuncref, 0}, uint32(size))
	m.addExport(name, kindTable, 0)
}

// Func defines and exports a function; body emits its instructions. It
// returns the function's index, from 0.
func (m *Module) Func(name string, params, results []Type, body func(f *Func)) int {
	f := &Func{m: m, name: name, params: params, results: results, typ: m.typeIndex(params, results)}
	m.funcs = append(m.funcs, f)
	index := len(m.funcs) - 1
	m.addExport(name, kindFunc, index)
	body(f)
	f.finish()
	return index
}

// Elements puts all the module's functions into table slots first, first+1, …
// when the module is instantiated.
func (m *Module) Elements(first int) {
	b := appendU32(nil, 1) // one segment
	b = append(b, 0)       // active, table 0
	b = append(b, 0x41)    // i32.const
	b = appendS32(b, int32(first))
	b = append(b, 0x0b)
	b = appendU32(b, uint32(len(m.funcs)))
	for i := range m.funcs {
		b = appendU32(b, uint32(i))
	}
	m.element = b
}

// Bytes encodes the module, or reports the first thing that was wrong in it.
func (m *Module) Bytes() ([]byte, error) {
	if len(m.imports) > 0 && (m.memory != nil || m.table != nil) {
		m.fail(errors.New("has imports and a memory or table of its own"))
	}
	if m.err != nil {
		return nil, m.err
	}
	var indices, bodies [][]byte
	for _, f := range m.funcs {
		indices = append(indices, appendU32(nil, f.typ))
		bodies = append(bodies, f.encode())
	}
	out := []byte("\x00asm\x01\x00\x00\x00")
	out = appendSection(out, sectionType, m.types)
	out = appendSection(out, sectionImport, m.imports)
	out = appendSection(out, sectionFunction, indices)
	out = appendSection(out, sectionTable, nonNil(m.table))
	out = appendSection(out, sectionMemory, nonNil(m.memory))
	out = appendSection(out, sectionExport, m.exports)
	if m.element != nil {
		out = append(out, sectionElement)
		out = appendU32(out, uint32(len(m.element)))
		out = append(out, m.element...)
	}
	return appendSection(out, sectionCode, bodies), nil
}

func nonNil(entry []byte) [][]byte {
	if entry == nil {
		return nil
	}
	return [][]byte{entry}
}
