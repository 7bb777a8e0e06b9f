package asm

import (
	"encoding/binary"
	"math"
)

// simd is added to the numbers of the instructions with the prefix 0xfd, bulk
// to those with the prefix 0xfc.
const (
	simd = 0x10000
	bulk = 0x20000
)

// Instructions that statements are made of.
const (
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opEnd          = 0x0b
	opBrIf         = 0x0d
	opCallIndirect = 0x11
	opLocalGet     = 0x20
	opLocalSet     = 0x21
	opConst        = 0x41
	opFloat        = 0x43
	opGreater      = 0x4a
)

// instruction is one that programs use by name, with its operands in order.
// Numbers that it has built in are given after the operands, but the offset of
// one that uses memory after the address.
type instruction struct {
	name  string
	takes string // the operands' types
	gives string // the result's type, empty if there is none
	op    uint32
	form  byte   // what is built in
	tail  string // what always follows
}

// What instructions have built in.
const (
	plain  = iota // nothing
	memory        // an offset
	lane2         // after an offset, if it has an address, one of 2, 4 or 8 lanes
	lane4
	lane8
	four // four of the eight floats of two vectors
)

// Types in strings.
const (
	ti = "\x7f"
	tf = "\x7d"
	tv = "\x7b"
)

const zeros16 = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

var instructions = [...]instruction{
	{"int", ti, ti, 0x28, memory, ""},
	{"u16", ti, ti, 0x2f, memory, ""},
	{"float", ti, tf, 0x2a, memory, ""},
	{"vec", ti, tv, simd + 0, memory, ""},
	{"splat", ti, tv, simd + 9, memory, ""},        // a float, in all lanes
	{"vec1", ti, tv, simd + 92, memory, ""},        // a float, and zeros
	{"vec2", ti, tv, simd + 93, memory, ""},        // two floats, and zeros
	{"veclane", ti + tv, tv, simd + 86, lane4, ""}, // a float in one lane, and a vector's others
	{"setint", ti + ti, "", 0x36, memory, ""},
	{"setfloat", ti + tf, "", 0x38, memory, ""},
	{"setvec", ti + tv, "", simd + 11, memory, ""},
	{"setlane", ti + tv, "", simd + 90, lane4, ""},
	{"setlane16", ti + tv, "", simd + 89, lane8, ""},
	{"setlane64", ti + tv, "", simd + 91, lane2, ""},
	{"fill", ti + ti + ti, "", bulk + 11, plain, "\x00"},     // address, byte, count
	{"move", ti + ti + ti, "", bulk + 10, plain, "\x00\x00"}, // to, from, count
	{"tofloat", ti, tf, 0xb2, plain, ""},
	{"zero", "", tv, simd + 12, plain, zeros16},
	{"shuffle", tv + tv, tv, simd + 13, four, ""},
	{"all16", ti, tv, simd + 16, plain, ""}, // an integer in all eight lanes
	{"all32", ti, tv, simd + 17, plain, ""},
	{"all", tf, tv, simd + 19, plain, ""}, // a float in all lanes
	{"lane", tv, tf, simd + 31, lane4, ""},
	{"add16", tv + tv, tv, simd + 142, plain, ""},
	{"narrow", tv + tv, tv, simd + 133, plain, ""},     // eight 32-bit lanes as 16 bits, saturated: masks stay masks
	{"any", tv, ti, simd + 83, plain, ""},              // 1 if any bit is set
	{"select", tv + tv + tv, tv, simd + 82, plain, ""}, // a's bits where the third has ones, else b's
	{"sqrt", tv, tv, simd + 0xe3, plain, ""},
	{"pmax", tv + tv, tv, simd + 0xeb, plain, ""}, // a < b ? b : a: a where either is NaN
	{"muladd", tv + tv + tv, tv, simd + 0x105, plain, ""},
}

// operator is what a sign means for each type; 0: nothing.
type operator struct {
	sign     byte
	binds    int8
	compares bool
	i32, f32 uint32
	v128     uint32
}

var operators = [...]operator{
	{'+', 2, false, 0x6a, 0x92, simd + 0xe4},
	{'-', 2, false, 0x6b, 0x93, simd + 0xe5},
	{'*', 3, false, 0x6c, 0x94, simd + 0xe6},
	{'/', 3, false, 0x6e, 0x95, simd + 0xe7}, // unsigned
	{'%', 3, false, 0x70, 0, 0},              // unsigned
	{'<', 1, true, 0x48, 0x5d, simd + 0x43},
	{'>', 1, true, opGreater, 0x5e, simd + 0x44},
	{atLeast, 1, true, 0x4e, 0x60, simd + 0x46},
	{isEqual, 1, true, 0x46, 0x5b, simd + 0x41},
	{notEqual, 1, true, 0x47, 0x5c, simd + 0x42},
	{'&', 3, false, 0x71, 0, simd + 78},
	{'|', 2, false, 0x72, 0, simd + 80},
}

// opcode is the bytes of an instruction.
func opcode(op uint32) []byte {
	switch {
	case op >= bulk:
		return []byte{0xfc, byte(op)}
	case op >= simd:
		return appendU32([]byte{0xfd}, op-simd)
	}
	return []byte{byte(op)}
}

// Instr is an instruction that args are the operands of, as an expression; one
// without a result is emitted. Arguments that are too many are left out.
func (f *Func) Instr(name string, args ...Value) Value {
	for i := range instructions {
		if in := &instructions[i]; in.name == name {
			return f.instr(in, args[:min(len(args), len(in.takes))])
		}
	}
	f.fail(name, ": there is no such instruction")
	return Value{}
}

func (f *Func) instr(in *instruction, args []Value) Value {
	n := &node{local: -1, code: opcode(in.op), takes: in.takes, args: make([]*node, len(in.takes))}
	hasOffset := in.form != plain && in.form != four && in.takes[0] == byte(I32)
	for j := range n.args {
		n.args[j] = f.node(f.argument(in, &args))
		if j == 0 && hasOffset {
			// after the alignment, a hint that changes nothing
			n.code = appendU32(appendU32(n.code, 0), uint32(f.builtIn(in, &args, 1<<31)))
		}
	}
	switch in.form {
	case lane2, lane4, lane8:
		n.code = appendU32(n.code, uint32(f.builtIn(in, &args, 2<<(in.form-lane2))))
	case four:
		for range 4 {
			lane := f.builtIn(in, &args, 8)
			for b := range 4 {
				n.code = appendU32(n.code, uint32(4*lane+b))
			}
		}
	}
	if len(args) > 0 {
		f.fail(in.name, ": too many arguments")
	}
	n.code = append(n.code, in.tail...)
	if in.gives == "" {
		f.push(n)
		return Value{}
	}
	n.typ = Type(in.gives[0])
	return Value{node: n}
}

// argument takes the first of args.
func (f *Func) argument(in *instruction, args *[]Value) Value {
	if len(*args) == 0 {
		f.fail(in.name, ": too few arguments")
	}
	v := (*args)[0]
	*args = (*args)[1:]
	return v
}

// builtIn takes the first of args, which must be a known number below limit.
func (f *Func) builtIn(in *instruction, args *[]Value, limit int) int {
	v := f.argument(in, args)
	if v.node != nil || v.N < 0 || v.N >= limit {
		f.fail(in.name, ": want known numbers in range for what it has built in")
	}
	return v.N
}

// Op is a sign applied to two values: a number if both are, else an
// expression.
func (f *Func) Op(sign byte, a, b Value) Value {
	if a.node == nil && b.node == nil {
		return Value{N: f.calculate(sign, a.N, b.N)}
	}
	x, y := f.node(a), f.node(b)
	for i := range operators {
		o := &operators[i]
		if o.sign != sign {
			continue
		}
		n := &node{typ: x.typ, local: -1, args: []*node{x, y}, takes: string([]Type{x.typ, x.typ})}
		op := o.i32
		switch x.typ {
		case F32:
			op = o.f32
		case V128:
			op = o.v128
		}
		if op == 0 {
			break
		}
		if o.compares && x.typ == F32 {
			n.typ = I32
		}
		n.code = opcode(op)
		return Value{node: n}
	}
	f.fail(string(rune(sign)), " cannot be applied to "+x.typ.String())
	return Value{}
}

// calculate is a sign applied to numbers.
func (f *Func) calculate(sign byte, a, b int) int {
	is := false
	switch sign {
	case '+':
		return a + b
	case '-':
		return a - b
	case '*':
		return a * b
	case '/':
		return a / b
	case '%':
		return a % b
	case '<':
		is = a < b
	case '>':
		is = a > b
	case atLeast:
		is = a >= b
	case isEqual:
		is = a == b
	case notEqual:
		is = a != b
	default:
		f.fail(string(rune(sign)), " cannot be applied to numbers")
	}
	if is {
		return 1
	}
	return 0
}

// Float is the constant x.
func (f *Func) Float(x float32) Value {
	code := binary.LittleEndian.AppendUint32([]byte{opFloat}, math.Float32bits(x))
	return Value{node: &node{typ: F32, local: -1, code: code}}
}
