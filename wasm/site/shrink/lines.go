package shrink

import (
	"bytes"
	"encoding/binary"
)

// dropLines takes the files and lines of program counters out of the runtime's
// table of functions (runtime.pclntab). A function without them has the line 0
// of the file "?". What the runtime needs to run, stack heights and maps, and
// the functions' names stay.
//
// The layout is that of Go 1.20 and later, which its magic number says; see
// runtime/symtab.go and cmd/link/internal/ld/pcln.go.
func dropLines(memory []byte) {
	at := bytes.Index(memory, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}) // magic, 0, quantum, pointer size
	const headerSize = 8 + 8*8
	if at < 0 || len(memory) < at+headerSize {
		return
	}
	field := func(i int) int { return int(binary.LittleEndian.Uint64(memory[at+8+8*i:])) }
	functions, units, files, pcs, table := field(0), at+field(4), at+field(5), at+field(6), at+field(7)
	if !(at < units && units <= files && files <= pcs && pcs < table && table+8*functions <= len(memory)) {
		return
	}
	const ( // of a function's record
		pcsp      = 16
		pcfile    = 20
		pcln      = 24
		npcdata   = 28
		unit      = 32
		startLine = 36
		pcdata    = 44
	)
	word := func(at int) int { return int(binary.LittleEndian.Uint32(memory[at:])) }
	used, dropped := map[int]bool{0: true}, map[int]bool{}
	for i := range functions {
		f := table + word(table+8*i+4)
		if f < table || f+pcdata > len(memory) || f+pcdata+4*word(f+npcdata) > len(memory) {
			return
		}
		used[word(f+pcsp)] = true
		for j := range word(f + npcdata) {
			used[word(f+pcdata+4*j)] = true
		}
		dropped[word(f+pcfile)], dropped[word(f+pcln)] = true, true
	}
	for offset := range dropped {
		if !used[offset] && pcs+offset < table {
			clear(memory[pcs+offset : pcs+offset+pcLength(memory[pcs+offset:table])])
		}
	}
	for i := range functions {
		f := table + word(table+8*i+4)
		clear(memory[f+pcfile : f+npcdata])
		clear(memory[f+unit : f+startLine+4])
	}
	clear(memory[units:pcs])
}

// pcLength is the length of a table of program counters: pairs of varints, the
// difference of the value and that of the counter. A difference of 0 ends it,
// but in the first pair.
func pcLength(b []byte) int {
	n := 0
	for first := true; n < len(b); first = false {
		_, size := binary.Uvarint(b[n:])
		if size <= 0 {
			break
		}
		end := b[n] == 0 && !first
		n += size
		if end {
			break
		}
		if _, size = binary.Uvarint(b[n:]); size <= 0 {
			break
		}
		n += size
	}
	return n
}
