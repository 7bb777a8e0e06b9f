package asm

const (
	opBlock        = 0x02
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opEnd          = 0x0b
	opBrIf         = 0x0d
	opCallIndirect = 0x11
	opLocalGet     = 0x20
	opLocalSet     = 0x21
)

// Loop runs body, and again while the condition that body returns is not 0.
func (f *Func) Loop(body func() Int) {
	f.block(opLoop, nil, func() {
		again := body()
		again.push()
		f.emit([]byte{opBrIf, 0}, []Type{I32})
	})
}

// Times runs body n times; n may be 0 or less. n is read once.
func (f *Func) Times(n Int, body func()) {
	left := f.NewInt(n)
	f.If(left.Gt(f.Int(0)), func() {
		f.Loop(func() Int {
			body()
			left.Inc(-1)
			return left
		})
	})
}

// Repeat runs body n times; n is known now and a count of 0 or 1 emits no
// loop.
func (f *Func) Repeat(n int, body func()) {
	switch {
	case n == 1:
		body()
	case n > 1:
		left := f.NewInt(f.Int(n))
		f.Loop(func() Int {
			body()
			left.Inc(-1)
			return left
		})
	}
}

// If runs body if cond is not 0.
func (f *Func) If(cond Int, body func()) {
	cond.push()
	f.block(opIf, []Type{I32}, body)
}

// IfElse runs yes if cond is not 0, else no.
func (f *Func) IfElse(cond Int, yes, no func()) {
	cond.push()
	f.block(opIf, []Type{I32}, func() {
		yes()
		if len(f.stack) != f.base {
			f.fail("block leaves %v on the stack", f.stack[f.base:])
			f.stack = f.stack[:f.base]
		}
		f.code = append(f.code, opElse)
		no()
	})
}

// CallIndirect calls the function in table slot index, of type (i32) → ().
func (f *Func) CallIndirect(index, arg Int) {
	t := f.m.typeIndex([]Type{I32}, nil)
	arg.push()
	index.push()
	f.emit(append(appendU32([]byte{opCallIndirect}, t), 0), []Type{I32, I32})
}

// Return leaves v as the function's result; it is the last statement.
func (f *Func) Return(v Vec) { v.push() }
