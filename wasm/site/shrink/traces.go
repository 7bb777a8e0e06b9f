package shrink

import (
	"bytes"
	"encoding/binary"
)

// A function's record in the runtime's table of functions (runtime.pclntab).
const (
	nameAt      = 4
	pcspAt      = 16
	pcfileAt    = 20
	pclnAt      = 24
	npcdataAt   = 28
	unitAt      = 32
	startLineAt = 36
	nfuncdataAt = 43
	pcdataAt    = 44

	inlinedIndex = 2 // of pcdata
	inlinedTree  = 3 // of funcdata
	inlinedSize  = 16
	argumentInfo = 5 // of funcdata: from here on all is for traces
)

// shortenTraces takes out of the table of functions what only the traces of a
// crash use: files, lines, arguments and inlined functions, and the folders and
// type arguments in functions' names. A function without lines has the line 0 of the
// file "?". What the runtime needs to run, stack heights and maps, stays.
//
// It returns where the functions stand by number.
//
// The layout is that of Go 1.20 and later, which its magic number says; see
// runtime/symtab.go and cmd/link/internal/ld/pcln.go.
func shortenTraces(memory []byte) (functions begins) {
	at := bytes.Index(memory, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}) // magic, 0, quantum, pointer size
	const headerSize = 8 + 8*8
	if at < 0 || len(memory) < at+headerSize {
		return begins{}
	}
	field := func(i int) int { return int(binary.LittleEndian.Uint64(memory[at+8+8*i:])) }
	count, names, units, files, pcs, table := field(0), at+field(3), at+field(4), at+field(5), at+field(6), at+field(7)
	if !(at < names && names < units && units <= files && files <= pcs && pcs < table && table+8*count <= len(memory)) {
		return begins{}
	}
	word := func(at int) int { return int(binary.LittleEndian.Uint32(memory[at:])) }
	setWord := func(at, x int) { binary.LittleEndian.PutUint32(memory[at:], uint32(x)) }
	records := make([]int, count)
	for i := range records {
		f := table + word(table+8*i+4)
		if f < table || f+pcdataAt > len(memory) || word(f+npcdataAt) > 16 ||
			f+pcdataAt+4*(word(f+npcdataAt)+int(memory[f+nfuncdataAt])) > len(memory) || names+word(f+nameAt) >= units {
			return begins{}
		}
		records[i] = f
	}

	trees := inlinedTrees(memory, at, names, units, files, pcs, table)
	used, dropped := map[int]bool{0: true}, map[int]bool{}
	shortNames := make([]byte, units-names)
	for _, f := range records {
		pcdata := f + pcdataAt
		funcdata := pcdata + 4*word(f+npcdataAt)
		for at := pcdata; at < funcdata; at += 4 {
			if at != pcdata+4*inlinedIndex {
				used[word(at)] = true
				continue
			}
			dropped[word(at)] = true
			tree := funcdata + 4*inlinedTree
			if word(at) != 0 && memory[f+nfuncdataAt] > inlinedTree && word(tree) != noFuncdata {
				_, last := pcTable(memory[pcs+word(at) : table])
				if start := trees + word(tree); trees > 0 && start+inlinedSize*(last+1) <= len(memory) {
					clear(memory[start : start+inlinedSize*(last+1)])
				}
				setWord(tree, noFuncdata)
			}
			setWord(at, 0)
		}
		for n := memory[f+nfuncdataAt]; n > 0; n-- {
			last := funcdata + 4*int(n-1)
			if n <= argumentInfo && word(last) != noFuncdata {
				break
			}
			setWord(last, 0)
			memory[f+nfuncdataAt] = n - 1
		}
		used[word(f+pcspAt)] = true
		dropped[word(f+pcfileAt)], dropped[word(f+pclnAt)] = true, true
		clear(memory[f+pcfileAt : f+npcdataAt])
		clear(memory[f+unitAt : f+startLineAt+4])

		start := word(f + nameAt)
		name, _, _ := bytes.Cut(memory[names+start:units], []byte{0})
		skip, length := shortName(name)
		setWord(f+nameAt, start+skip)
		copy(shortNames[start+skip:], name[skip:length])
	}
	copy(memory[names:units], shortNames)
	clear(memory[units:pcs])
	for offset := range dropped {
		if !used[offset] && pcs+offset < table {
			length, _ := pcTable(memory[pcs+offset : table])
			clear(memory[pcs+offset : pcs+offset+length])
		}
	}
	return begins{at: table, count: count, first: word(table)}
}

const noFuncdata = 1<<32 - 1

// shortName is the part of a function's name that begins after the folders of
// its package and ends before type arguments. The runtime knows its own
// functions by name: those are not to be mistaken for others.
func shortName(name []byte) (skip, length int) {
	length = len(name)
	if i := bytes.IndexByte(name, '['); i > 0 {
		length = i
	}
	skip = bytes.LastIndexByte(name[:length], '/') + 1
	if bytes.HasPrefix(name[skip:], []byte("runtime.")) {
		skip = 0
	}
	return skip, length
}

// inlinedTrees is the address from which on functions have their trees of
// inlined calls (moduledata.gofunc), 0 if it is not found: the runtime's
// description of the module begins with the parts of the table of functions.
func inlinedTrees(memory []byte, at, names, units, files, pcs, table int) int {
	start := binary.LittleEndian.AppendUint64(nil, uint64(at))
	start = binary.LittleEndian.AppendUint64(start, uint64(names))
	module := bytes.Index(memory, start)
	const typesEnd, trees, length = 38, 40, 60
	if module < 0 || len(memory) < module+8*length {
		return 0
	}
	field := func(i int) int { return int(binary.LittleEndian.Uint64(memory[module+8*i:])) }
	if field(4) != units || field(7) != files || field(10) != pcs || field(13) != table || field(16) != table ||
		field(typesEnd) != at || field(trees) < table || field(trees) > len(memory) {
		return 0
	}
	return field(trees)
}

// pcTable is the length of a table of program counters, and the largest value
// in it. It is pairs of varints, the difference of the value, from -1 on, and
// that of the counter. A difference of 0 ends it, but in the first pair.
func pcTable(b []byte) (length, largest int) {
	value := -1
	largest = value
	for first := true; length < len(b); first = false {
		difference, size := binary.Uvarint(b[length:])
		if size <= 0 {
			break
		}
		length += size
		if difference == 0 && !first {
			break
		}
		value += int(difference>>1) ^ -int(difference&1)
		largest = max(largest, value)
		if _, size = binary.Uvarint(b[length:]); size <= 0 {
			break
		}
		length += size
	}
	return length, largest
}
