package asm

// appendU32 appends x as unsigned LEB128.
//
//go:noinline
func appendU32(b []byte, x uint32) []byte {
	for x >= 0x80 {
		b = append(b, byte(x)|0x80)
		x >>= 7
	}
	return append(b, byte(x))
}

// appendS32 appends x as signed LEB128.
//
//go:noinline
func appendS32(b []byte, x int32) []byte {
	for x < -0x40 || x >= 0x40 {
		b = append(b, byte(x)&0x7f|0x80)
		x >>= 7
	}
	return append(b, byte(x)&0x7f)
}

//go:noinline
func appendName(b []byte, s string) []byte {
	return append(appendU32(b, uint32(len(s))), s...)
}

//go:noinline
func appendTypes(b []byte, types []Type) []byte {
	b = appendU32(b, uint32(len(types)))
	for _, t := range types {
		b = append(b, byte(t))
	}
	return b
}

// appendSection appends a section that is a vector of entries; an empty one
// is left out.
func appendSection(b []byte, id byte, entries [][]byte) []byte {
	if len(entries) == 0 {
		return b
	}
	body := appendU32(nil, uint32(len(entries)))
	for _, e := range entries {
		body = append(body, e...)
	}
	b = appendU32(append(b, id), uint32(len(body)))
	return append(b, body...)
}
