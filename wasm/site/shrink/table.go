package shrink

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Instructions of the function that computes the table.
const (
	opLoop     = 0x03
	opEnd      = 0x0b
	opBrIf     = 0x0d
	opLocalGet = 0x20
	opLocalTee = 0x22
	opStore    = 0x36
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

// compute adds a function to the module that makes the table when the module is
// instantiated:
//
//	for i := range entries { memory[at + 20·i] = i/16 + 1 }
func (t table) compute(sections []section) ([]section, error) {
	if find(sections, sectionStart) != nil {
		return nil, errors.New("shrink: the program has a start function of its own")
	}
	code := []byte{1, 1, typeI32, opLoop, noResult} // one local: i
	code = append(code, opLocalGet, 0, opConst, entrySize, opMul)
	code = append(code, opLocalGet, 0, opConst, 4, opShift, opConst, 1, opAdd)
	code = binary.AppendUvarint(append(code, opStore, 2), uint64(t.at))
	code = append(code, opLocalGet, 0, opConst, 1, opAdd, opLocalTee, 0)
	code = appendSigned(append(code, opConst), int64(t.entries))
	code = append(code, opLess, opBrIf, 0, opEnd, opEnd)

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
