package shrink

import "encoding/binary"

// instruction is one of a function's, with its bytes.
type instruction struct {
	op    byte
	bytes []byte
}

// local is the local that a local.get is of.
func (in *instruction) local() uint64 {
	x, _ := binary.Uvarint(in.bytes[1:])
	return x
}

// addOffset adds n to the offset of a load or store, if that does not make it
// too large.
func (in *instruction) addOffset(n int64) bool {
	align := in.bytes[1] // one byte, as no instruction has more than 4
	offset, _ := binary.Uvarint(in.bytes[2:])
	if offset += uint64(n); offset >= 1<<31 {
		return false
	}
	in.bytes = binary.AppendUvarint([]byte{in.op, align}, offset)
	return true
}

// decode returns the first instruction of code.
func decode(code []byte) (instruction, error) {
	at := 1
	number := func() { // of any size
		for at < len(code) && code[at] >= 0x80 {
			at++
		}
		at++
	}
	op := code[0]
	switch {
	case op >= 0x02 && op <= 0x04 || op == 0x3f || op == 0x40: // blocks; memory's size
		at++
	case op == opBrIf || op == 0x0c || op == 0x10 || op >= opLocalGet && op <= 0x24 || op == opConst || op == opConst64:
		number()
	case op == 0x0e: // br_table
		count, _ := binary.Uvarint(code[at:])
		for i := uint64(0); i < count+2 && at < len(code); i++ { // itself, targets and the last
			number()
		}
	case op == 0x11 || op >= opLoadFirst && op <= opStoreLast: // call_indirect; memory
		number()
		number()
	case op == 0x43:
		at += 4
	case op == 0x44:
		at += 8
	case op == 0xfc:
		number()
		switch {
		case at > len(code) || code[1] < 8: // conversions
		case code[1] == 10: // memory.copy
			at += 2
		case code[1] == 11: // memory.fill
			at++
		default:
			return instruction{}, errCode
		}
	case op <= 0x01 || op == 0x05 || op == opEnd || op == 0x0f || op == 0x1a || op == 0x1b || op >= 0x45 && op <= 0xc4:
	default:
		return instruction{}, errCode
	}
	if at > len(code) {
		return instruction{}, errCode
	}
	return instruction{op, code[:at:at]}, nil
}

// effect is how many values an instruction takes off the stack and puts on it;
// takes is -1 for calls, branches and what else is not known.
func (in *instruction) effect() (takes, gives int) {
	op := in.op
	switch {
	case len(in.bytes) == 0: // taken out
		return 0, 0
	case op == opLocalGet || op == 0x23 || op >= opConst && op <= 0x44:
		return 0, 1
	case op == 0x21 || op == 0x24 || op == 0x1a: // local.set, global.set, drop
		return 1, 0
	case op == opLocalTee || op >= opLoadFirst && op < opStoreFirst:
		return 1, 1
	case op >= opStoreFirst && op <= opStoreLast:
		return 2, 0
	case op == 0x45 || op == 0x50 || op >= 0x67 && op <= 0x69 || op >= 0x79 && op <= 0x7b ||
		op >= 0x8b && op <= 0x91 || op >= 0x99 && op <= 0x9f || op >= 0xa7 && op <= 0xc4:
		return 1, 1
	case op >= 0x46 && op <= 0xa6:
		return 2, 1
	}
	return -1, 0
}
