package shrink

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sections of the binary format that matter here.
const (
	sectionType     = 1
	sectionFunction = 3
	sectionStart    = 8
	sectionElement  = 9
	sectionCode     = 10
	sectionData     = 11
)

const header = "\x00asm\x01\x00\x00\x00"

// section is one of a module's sections.
type section struct {
	id      byte
	content []byte
}

// Program is a smaller program that does the same.
func Program(program []byte) ([]byte, error) {
	sections, err := split(program)
	if err != nil {
		return nil, err
	}
	data := find(sections, sectionData)
	if data == nil {
		return nil, errors.New("shrink: a program without data")
	}
	memory, err := image(data.content)
	if err != nil {
		return nil, err
	}
	var start []byte
	if t := findTable(memory); t.entries > 0 {
		clear(memory[t.at : t.at+entrySize*t.entries])
		start = append(start, t.code()...)
	}
	if t := shortenTraces(memory); t.count > 0 && t.clear(memory) {
		start = append(start, t.code()...)
	}
	if len(start) > 0 {
		if sections, err = startWith(sections, start); err != nil {
			return nil, err
		}
	}
	if code := find(sections, sectionCode); code != nil {
		if code.content, err = shortenCode(code.content); err != nil {
			return nil, err
		}
	}
	find(sections, sectionData).content = segments(memory)
	return join(sections), nil
}

// split is a module's sections.
func split(module []byte) ([]section, error) {
	if !bytes.HasPrefix(module, []byte(header)) {
		return nil, errors.New("shrink: not a WebAssembly module")
	}
	var sections []section
	for rest := module[len(header):]; len(rest) > 0; {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, fmt.Errorf("shrink: section %d is cut off", id)
		}
		rest = rest[1+n:]
		sections = append(sections, section{id, rest[:size]})
		rest = rest[size:]
	}
	return sections, nil
}

func join(sections []section) []byte {
	module := []byte(header)
	for _, s := range sections {
		module = append(module, s.id)
		module = binary.AppendUvarint(module, uint64(len(s.content)))
		module = append(module, s.content...)
	}
	return module
}

func find(sections []section, id byte) *section {
	for i := range sections {
		if sections[i].id == id {
			return &sections[i]
		}
	}
	return nil
}

// image is the memory from address 0 on that the data section describes.
func image(data []byte) ([]byte, error) {
	bad := errors.New("shrink: a data segment that Go's linker does not write")
	count, n := binary.Uvarint(data)
	if n <= 0 {
		return nil, bad
	}
	var memory []byte
	for rest := data[n:]; count > 0; count-- {
		// active, in memory 0, at a constant address
		if len(rest) < 2 || rest[0] != 0 || rest[1] != opConst {
			return nil, bad
		}
		at, n := signed(rest[2:])
		if n <= 0 || at < 0 || at > 1<<30 || len(rest) < n+3 || rest[2+n] != opEnd {
			return nil, bad
		}
		rest = rest[n+3:]
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, bad
		}
		end := int(at) + int(size)
		if end > len(memory) {
			memory = append(memory, make([]byte, end-len(memory))...)
		}
		copy(memory[at:end], rest[n:])
		rest = rest[n+int(size):]
	}
	return memory, nil
}

// gap is the number of zeros from which on a new segment is begun: its header
// takes 6 to 9 bytes and compresses badly.
const gap = 12

// segments is the data section for a memory.
func segments(memory []byte) []byte {
	var body []byte
	count := 0
	for at := 0; ; {
		for at < len(memory) && memory[at] == 0 {
			at++
		}
		if at == len(memory) {
			break
		}
		end := len(memory)
		if i := bytes.Index(memory[at:], make([]byte, gap)); i >= 0 {
			end = at + i
		}
		body = appendSigned(append(body, 0, opConst), int64(at))
		body = binary.AppendUvarint(append(body, opEnd), uint64(end-at))
		body = append(body, memory[at:end]...)
		count++
		at = end
	}
	return append(binary.AppendUvarint(nil, uint64(count)), body...)
}

// signed reads a signed LEB128 number and says how many bytes it took, 0 if
// there is none.
func signed(b []byte) (x int64, n int) {
	for i, c := range b {
		x |= int64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if c&0x40 != 0 {
				x -= 1 << (7 * (i + 1))
			}
			return x, i + 1
		}
		if i == 4 {
			break
		}
	}
	return 0, 0
}

func appendSigned(b []byte, x int64) []byte {
	for x < -0x40 || x >= 0x40 {
		b = append(b, byte(x)&0x7f|0x80)
		x >>= 7
	}
	return append(b, byte(x)&0x7f)
}
