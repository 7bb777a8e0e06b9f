package asm

import "errors"

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
	return "nothing"
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

// What a module may import: a memory, and a function table, of any size.
const (
	AnyMemory = "\x02\x00\x00"
	AnyTable  = "\x01\x70\x00\x00"
)

// Module is a module being assembled.
type Module struct {
	Program *Program // what functions may run
	Extra   Extra    // what programs may call, or nil

	name     string
	sections [sectionCode + 1][][]byte // entries
	err      error
}

// New returns an empty module; name is for error messages only.
func New(name string) *Module { return &Module{name: name} }

// add appends an entry to a section and returns its index.
func (m *Module) add(section int, entry []byte) int {
	m.sections[section] = append(m.sections[section], entry)
	return len(m.sections[section]) - 1
}

// typeIndex is the index of a type, which it adds once.
func (m *Module) typeIndex(t string) uint32 {
	for i, have := range m.sections[sectionType] {
		if string(have) == t {
			return uint32(i)
		}
	}
	return uint32(m.add(sectionType, []byte(t)))
}

// Import imports what is [AnyMemory], which loads and stores use, or
// [AnyTable], which [Module.Elements] fills.
func (m *Module) Import(module, name, what string) {
	m.add(sectionImport, append(appendName(appendName(nil, module), name), what...))
}

func (m *Module) addExport(name string, kind, index int) {
	m.add(sectionExport, appendU32(appendU32(appendName(nil, name), uint32(kind)), uint32(index)))
}

// Memory defines and exports a memory of the given 64 KiB pages, which may
// grow.
func (m *Module) Memory(name string, pages int) {
	m.addExport(name, kindMemory, m.add(sectionMemory, appendU32([]byte{0}, uint32(pages))))
}

// Table defines and exports a function table of the given size, which may
// grow.
func (m *Module) Table(name string, size int) {
	m.addExport(name, kindTable, m.add(sectionTable, appendU32([]byte{typeFuncref, 0}, uint32(size))))
}

// Types of functions: how many parameters and which, how many results and
// which.
const (
	Kernel   = "\x60\x01" + ti + "\x00" // one parameter, the address of its frame
	twoInts  = "\x60\x02" + ti + ti + "\x00"
	onlyAVec = "\x60\x00\x01" + tv
)

// Begin defines and exports a function; what its parameter 0 is, is named
// frame.
func (m *Module) Begin(name, typ string) *Func {
	params := typ[2 : 2+typ[1]]
	f := &Func{m: m, name: name, params: params, results: typ[3+len(params):], p: m.Program}
	m.addExport(name, kindFunc, m.add(sectionFunction, appendU32(nil, m.typeIndex(typ))))
	if f.p != nil {
		f.latest, f.env = make([]int, len(f.p.names)), make([]binding, 0, maxNames)
		f.bind(wFrame, f.Param(0))
	}
	return f
}

// End ends the function, after what a macro without parameters emits if it is
// given one.
func (f *Func) End(macro string) {
	defer func() {
		if e := recover(); e != nil {
			what, ok := e.(mistake)
			if !ok {
				panic(e)
			}
			f.m.fail(string(what))
		}
	}()
	if macro != "" {
		f.macro(f.id(macro), nil)
	}
	f.emit([]byte{opEnd}, f.results, 0)
	f.empty("function")
	f.m.add(sectionCode, f.encode())
}

// Trampoline exports a function that calls the one in table slot a with the
// address b: call(a, b).
func (m *Module) Trampoline(name string) {
	f := m.Begin(name, twoInts)
	f.push(f.Param(1).node)
	f.push(f.Param(0).node)
	f.emit(append(appendU32([]byte{opCallIndirect}, m.typeIndex(Kernel)), 0), ti+ti, 0)
	f.End("")
}

// Probe exports a function that uses an instruction of vectors, which has no
// more than 3 operands.
func (m *Module) Probe(instruction string) {
	f := m.Begin("probe", onlyAVec)
	zero := f.Instr("zero")
	v := f.Instr(instruction, zero, zero, zero)
	f.push(v.node)
	f.End("")
}

// Elements puts all the module's functions into table slots first, first+1, …
// when the module is instantiated.
func (m *Module) Elements(first int) {
	n := uint32(len(m.sections[sectionFunction]))
	b := appendS32([]byte{0, opConst}, int32(first)) // active, table 0
	b = appendU32(appendU32(b, opEnd), n)
	for i := range n {
		b = appendU32(b, i)
	}
	m.add(sectionElement, b)
}

// Bytes encodes the module, or reports the first thing that was wrong in it.
func (m *Module) Bytes() ([]byte, error) {
	if len(m.sections[sectionImport]) > 0 && len(m.sections[sectionMemory])+len(m.sections[sectionTable]) > 0 {
		m.fail("has imports and a memory or table of its own")
	}
	if m.err != nil {
		return nil, m.err
	}
	out := []byte("\x00asm\x01\x00\x00\x00")
	for id, entries := range m.sections {
		if len(entries) > 0 {
			body := appendU32(nil, uint32(len(entries)))
			for _, e := range entries {
				body = append(body, e...)
			}
			out = appendBytes(appendU32(out, uint32(id)), body)
		}
	}
	return out, nil
}

// fail keeps the first error.
func (m *Module) fail(what string) {
	if m.err == nil {
		m.err = errors.New("asm: " + m.name + ": " + what)
	}
}
