package shrink

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Instructions of the function that computes tables.
const (
	opLoop     = 0x03
	opEnd      = 0x0b
	opBrIf     = 0x0d
	opLocalGet = 0x20
	opLocalSet = 0x21
	opLocalTee = 0x22
	opLoad     = 0x28
	opConst    = 0x41
	opLess     = 0x49 // unsigned
	opAdd      = 0x6a
	opMul      = 0x6c
	opShift    = 0x76 // right, unsigned

	noResult = 0x40
	typeI32  = 0x7f
)

// table is part of the runtime's table of functions (runtime.findfunctab): for
// each 4 KiB of program counters an entry with the index of the first function
// in them and 16 differences to it, which are 0.
type table struct{ at, entries int }

const (
	entrySize   = 20
	perFunction = 16 // entries
)

// findTable finds the entries from function 1 on; there are none if the table
// is not as it is expected to be.
func findTable(memory []byte) table {
	start := bytes.Repeat(entry(1), perFunction)
	start = append(start, entry(2)...)
	t := table{at: bytes.Index(memory, start)}
	if t.at < 0 {
		return table{}
	}
	for at := t.at; at+entrySize <= len(memory) && bytes.Equal(memory[at:at+entrySize], entry(1+t.entries/perFunction)); at += entrySize {
		t.entries++
	}
	return t
}

func entry(function int) []byte {
	return binary.LittleEndian.AppendUint32(make([]byte, 0, entrySize), uint32(function))[:entrySize]
}

// code computes the table; local 0 is i:
//
//	for i := range entries { memory[at + 20·i] = i/16 + 1 }
func (t table) code() []byte {
	var b []byte
	b = append(b, opLocalGet, 0, opConst, entrySize, opMul)
	b = append(b, opLocalGet, 0, opConst, 4, opShift, opConst, 1, opAdd)
	return loop(t.entries, store(b, t.at))
}

// code computes where functions begin, in 64 KiB of program counters, which
// stands in the table of functions by number and again in each function's
// record; local 1 is where:
//
//	for i := range count {
//	    begin = i + first
//	    memory[at + 8·i] = begin
//	    memory[at + memory[at + 8·i + 4]] = begin
//	}
func (t begins) code() []byte {
	b := appendSigned([]byte{opLocalGet, 0, opConst}, int64(t.first))
	b = append(b, opAdd, opLocalSet, 1)
	b = store(append(b, opLocalGet, 0, opConst, 8, opMul, opLocalGet, 1), t.at)
	b = binary.AppendUvarint(append(b, opLocalGet, 0, opConst, 8, opMul, opLoad, 2), uint64(t.at+4))
	return loop(t.count, store(append(b, opLocalGet, 1), t.at))
}

// begins is the table of functions by number, the first of which begins at
// first.
type begins struct{ at, count, first int }

// clear takes out of the memory what code computes, or finds that that is
// something else.
func (t begins) clear(memory []byte) bool {
	word := func(at int) []byte {
		if at < 0 || at+4 > len(memory) {
			return nil
		}
		return memory[at : at+4]
	}
	for _, clears := range [...]bool{false, true} {
		for i := range t.count {
			record := word(t.at + 8*i + 4)
			if record == nil {
				return false
			}
			begin := binary.LittleEndian.AppendUint32(nil, uint32(i+t.first))
			for _, w := range [][]byte{word(t.at + 8*i), word(t.at + int(binary.LittleEndian.Uint32(record)))} {
				if clears {
					clear(w)
				} else if !bytes.Equal(w, begin) {
					return false
				}
			}
		}
	}
	return true
}

// loop repeats body n times with local 0 counting from 0.
func loop(n int, body []byte) []byte {
	b := append([]byte{opConst, 0, opLocalSet, 0, opLoop, noResult}, body...)
	b = append(b, opLocalGet, 0, opConst, 1, opAdd, opLocalTee, 0)
	b = appendSigned(append(b, opConst), int64(n))
	return append(b, opLess, opBrIf, 0, opEnd)
}

// store appends a store of 32 bits at an offset.
func store(b []byte, offset int) []byte {
	return binary.AppendUvarint(append(b, opStoreFirst, 2), uint64(offset))
}

// startWith has the module run code, which may use two locals, when it is
// instantiated.
func startWith(sections []section, code []byte) ([]section, error) {
	if find(sections, sectionStart) != nil {
		return nil, errors.New("shrink: the program has a start function of its own")
	}
	code = append(append([]byte{1, 2, typeI32}, code...), opEnd)
	typ, err := appendEntry(sections, sectionType, []byte{0x60, 0, 0}) // () → ()
	if err != nil {
		return nil, err
	}
	if _, err = appendEntry(sections, sectionFunction, binary.AppendUvarint(nil, typ)); err != nil {
		return nil, err
	}
	local, err := appendEntry(sections, sectionCode, append(binary.AppendUvarint(nil, uint64(len(code))), code...))
	if err != nil {
		return nil, err
	}
	imported, err := importedFunctions(sections)
	if err != nil {
		return nil, err
	}
	start := section{sectionStart, binary.AppendUvarint(nil, imported+local)}
	var out []section
	for _, s := range sections {
		if start.content != nil && (s.id >= sectionElement && s.id <= sectionData) {
			out = append(out, start)
			start.content = nil
		}
		out = append(out, s)
	}
	return out, nil
}

// appendEntry appends to a section that is a vector, and returns the entry's
// index.
func appendEntry(sections []section, id byte, entry []byte) (index uint64, err error) {
	s := find(sections, id)
	if s == nil {
		return 0, errors.New("shrink: a section is missing")
	}
	count, n := binary.Uvarint(s.content)
	if n <= 0 {
		return 0, errors.New("shrink: a section is cut off")
	}
	content := binary.AppendUvarint(nil, count+1)
	s.content = append(append(content, s.content[n:]...), entry...)
	return count, nil
}

// importedFunctions is the number of functions that a module imports; Go's
// import nothing else.
func importedFunctions(sections []section) (uint64, error) {
	const sectionImport, kindFunction = 2, 0
	s := find(sections, sectionImport)
	if s == nil {
		return 0, nil
	}
	bad := errors.New("shrink: an import that Go's linker does not write")
	count, n := binary.Uvarint(s.content)
	if n <= 0 {
		return 0, bad
	}
	rest := s.content[n:]
	for range count {
		for range 2 { // module and name
			size, n := binary.Uvarint(rest)
			if n <= 0 || size > uint64(len(rest)-n) {
				return 0, bad
			}
			rest = rest[n+int(size):]
		}
		if len(rest) == 0 || rest[0] != kindFunction {
			return 0, bad
		}
		_, n := binary.Uvarint(rest[1:])
		if n <= 0 {
			return 0, bad
		}
		rest = rest[1+n:]
	}
	return count, nil
}
