package asm

// appendU32 appends x as unsigned LEB128.
func appendU32(b []byte, x uint32) []byte {
	for x >= 0x80 {
		b = append(b, byte(x)|0x80)
		x >>= 7
	}
	return append(b, byte(x))
}

// appendS32 appends x as signed LEB128.
func appendS32(b []byte, x int32) []byte {
	for x < -0x40 || x >= 0x40 {
		b = append(b, byte(x)&0x7f|0x80)
		x >>= 7
	}
	return append(b, byte(x)&0x7f)
}

// appendBytes appends x after its length.
func appendBytes(b, x []byte) []byte {
	return append(appendU32(b, uint32(len(x))), x...)
}

func appendName(b []byte, s string) []byte { return appendBytes(b, []byte(s)) }
