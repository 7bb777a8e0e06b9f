package shrink

import (
	"encoding/binary"
	"errors"
)

// More instructions.
const (
	opLoadFirst  = 0x28
	opStoreFirst = 0x36
	opStoreLast  = 0x3e
	opConst64    = 0x42
	opAdd64      = 0x7c
	opWrap       = 0xa7
	opExtend     = 0xad // unsigned

	stackPointer = 1 // the local
)

var errCode = errors.New("shrink: code that Go's compiler does not write")

// shortenCode rewrites the functions' uses of what is on Go's stack. The
// compiler computes an address there in 64 bits,
//
//	local.get $sp; i64.extend_i32_u; i64.const n; i64.add; i32.wrap_i64
//
// which in 32 bits is the same and shorter: local.get $sp; i32.const n;
// i32.add. Where the address is for a load or store, n goes into the offset of
// that. Addresses in a frame do not overflow.
func shortenCode(content []byte) ([]byte, error) {
	count, n := binary.Uvarint(content)
	if n <= 0 {
		return nil, errCode
	}
	out := binary.AppendUvarint(nil, count)
	for rest := content[n:]; count > 0; count-- {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, errCode
		}
		body, err := shortenFunction(rest[n : n+int(size)])
		if err != nil { // it may have instructions that a later Go writes
			body = rest[n : n+int(size)]
		}
		out = append(binary.AppendUvarint(out, uint64(len(body))), body...)
		rest = rest[n+int(size):]
	}
	return out, nil
}

// shortenFunction rewrites a function: its locals and then instructions.
func shortenFunction(body []byte) ([]byte, error) {
	groups, at := binary.Uvarint(body)
	if at <= 0 {
		return nil, errCode
	}
	onlyPointer := false // so the local can be nothing but a pointer
	for i := range groups {
		count, n := binary.Uvarint(body[at:])
		if n <= 0 || at+n >= len(body) {
			return nil, errCode
		}
		at += n
		onlyPointer = onlyPointer || i == 0 && count == 1 && body[at] == typeI32
		at++
	}
	out := body[:at:at]
	var code []instruction
	for at < len(body) {
		in, err := decode(body[at:])
		if err != nil {
			return nil, err
		}
		code = append(code, in)
		at += len(in.bytes)
	}
	for i := 0; i < len(code); i++ {
		n, ok := stackAddress(code[i:])
		if !ok {
			continue
		}
		if use := addressed(code[i+5:]); onlyPointer && code[i].local() == stackPointer && use >= 0 &&
			code[i+5+use].addOffset(n) {
			code[i+1].bytes, code[i+2].bytes = nil, nil
		} else {
			code[i+1].bytes, code[i+2].bytes = appendSigned([]byte{opConst}, n), []byte{opAdd}
		}
		code[i+3].bytes, code[i+4].bytes = nil, nil
	}
	for _, in := range code {
		out = append(out, in.bytes...)
	}
	return out, nil
}

// stackAddress says whether code begins with an address as it is above, and
// its n.
func stackAddress(code []instruction) (n int64, ok bool) {
	if len(code) < 6 {
		return 0, false
	}
	for i, op := range [...]byte{opLocalGet, opExtend, opConst64, opAdd64, opWrap} {
		if code[i].op != op || len(code[i].bytes) == 0 {
			return 0, false
		}
	}
	n, _ = signed(code[2].bytes[1:])
	return n, n > 0 && n < 1<<30
}

// addressed is the index of the load or store in code that takes the address
// which is on the stack, -1 if it is not seen.
func addressed(code []instruction) int {
	for i, depth := 0, 1; i < len(code); i++ {
		takes, gives := code[i].effect()
		if takes < 0 {
			return -1
		}
		if depth-takes <= 0 {
			op := code[i].op
			if depth == takes && (takes == 1 && op >= opLoadFirst && op < opStoreFirst || takes == 2 && op >= opStoreFirst) && op <= opStoreLast {
				return i
			}
			return -1
		}
		depth += gives - takes
	}
	return -1
}
