package asm

// Int is an i32: an address, a count, a condition.
type Int struct{ *node }

// Int is the constant n.
//
//go:noinline
func (f *Func) Int(n int) Int {
	return Int{f.expr(I32, appendS32([]byte{0x41}, int32(n)), nil, nil, nil)}
}

// NewInt is a new variable with the value v.
//
//go:noinline
func (f *Func) NewInt(v Int) Int {
	n := Int{f.newLocal(I32)}
	n.Set(v)
	return n
}

// ParamInt is parameter i.
func (f *Func) ParamInt(i int) Int { return Int{f.param(i, I32)} }

// Set assigns w to the variable v.
//
//go:noinline
func (v Int) Set(w Int) { v.set(w.node) }

// Inc adds the constant n to the variable v.
//
//go:noinline
func (v Int) Inc(n int) {
	if n != 0 {
		v.Set(v.Plus(n))
	}
}

func (v Int) binary(op uint32, w Int) Int { return Int{binaryOp(I32, op, v.node, w.node)} }

// Add is v + w.
//
//go:noinline
func (v Int) Add(w Int) Int { return v.binary(0x6a, w) }

// Sub is v - w.
func (v Int) Sub(w Int) Int { return v.binary(0x6b, w) }

// Mul is v · w.
func (v Int) Mul(w Int) Int { return v.binary(0x6c, w) }

// And is the bitwise v & w.
func (v Int) And(w Int) Int { return v.binary(0x71, w) }

// Plus is v + n.
//
//go:noinline
func (v Int) Plus(n int) Int { return v.Add(v.f.Int(n)) }

// Times is v · n.
//
//go:noinline
func (v Int) Times(n int) Int { return v.Mul(v.f.Int(n)) }

// Div is v / n for v of 0 or more.
func (v Int) Div(n int) Int { return v.binary(0x6e, v.f.Int(n)) }

// Rem is v mod n for v of 0 or more.
func (v Int) Rem(n int) Int { return v.binary(0x70, v.f.Int(n)) }

// Eq is v == w.
func (v Int) Eq(w Int) Int { return v.binary(0x46, w) }

// Ne is v != w.
func (v Int) Ne(w Int) Int { return v.binary(0x47, w) }

// Lt is the signed v < w.
func (v Int) Lt(w Int) Int { return v.binary(0x48, w) }

// Gt is the signed v > w.
func (v Int) Gt(w Int) Int { return v.binary(0x4a, w) }

// Ge is the signed v >= w.
func (v Int) Ge(w Int) Int { return v.binary(0x4e, w) }

// Int loads the i32 at v + offset.
func (v Int) Int(offset int) Int { return Int{v.load(I32, 0x28, offset)} }

// U16 loads the unsigned 16-bit integer at v + offset.
func (v Int) U16(offset int) Int { return Int{v.load(I32, 0x2f, offset)} }

// StoreInt stores w at v + offset.
func (v Int) StoreInt(offset int, w Int) { v.store(0x36, offset, w.node) }

// Float loads the f32 at v + offset.
func (v Int) Float(offset int) Float { return Float{v.load(F32, 0x2a, offset)} }

// StoreFloat stores w at v + offset.
func (v Int) StoreFloat(offset int, w Float) { v.store(0x38, offset, w.node) }

// Vec loads the vector at v + offset.
//
//go:noinline
func (v Int) Vec(offset int) Vec { return Vec{v.load(V128, simd+0, offset)} }

// Splat loads the f32 at v + offset into all four lanes.
//
//go:noinline
func (v Int) Splat(offset int) Vec { return Vec{v.load(V128, simd+9, offset)} }

// Vec1 loads the f32 at v + offset into lane 0; the other lanes are 0.
func (v Int) Vec1(offset int) Vec { return Vec{v.load(V128, simd+92, offset)} }

// Vec2 loads two f32 at v + offset into lanes 0 and 1; the others are 0.
func (v Int) Vec2(offset int) Vec { return Vec{v.load(V128, simd+93, offset)} }

// VecLane is w with lane i replaced by the f32 at v + offset.
//
//go:noinline
func (v Int) VecLane(offset, i int, w Vec) Vec {
	v.f.checkLane(i, 4)
	code := append(v.access(simd+86, offset), byte(i))
	return Vec{v.f.expr(V128, code, v.node, w.node, nil)}
}

// StoreVec stores all of w at v + offset.
//
//go:noinline
func (v Int) StoreVec(offset int, w Vec) { v.store(simd+11, offset, w.node) }

// StoreLane stores lane i of w, an f32, at v + offset.
func (v Int) StoreLane(offset, i int, w Vec) { v.storeLane(offset, i, 4, w, simd+90) }

// StoreLane16 stores 16-bit lane i of w at v + offset.
func (v Int) StoreLane16(offset, i int, w Vec) { v.storeLane(offset, i, 8, w, simd+89) }

// StoreLane64 stores 64-bit lane i of w at v + offset.
func (v Int) StoreLane64(offset, i int, w Vec) { v.storeLane(offset, i, 2, w, simd+91) }

//go:noinline
func (v Int) storeLane(offset, i, lanes int, w Vec, op uint32) {
	v.f.checkLane(i, lanes)
	v.push()
	w.push()
	v.f.emit(append(v.access(op, offset), byte(i)), []Type{I32, V128})
}

func (f *Func) checkLane(i, lanes int) {
	if i < 0 || i >= lanes {
		f.fail("lane %d of %d", i, lanes)
	}
}

// Fill sets n bytes from v on to 0.
func (v Int) Fill(n Int) {
	v.push()
	v.f.Int(0).push()
	n.push()
	v.f.emit([]byte{0xfc, 11, 0}, []Type{I32, I32, I32})
}

// Copy copies n bytes from w to v.
func (v Int) Copy(w, n Int) {
	v.push()
	w.push()
	n.push()
	v.f.emit([]byte{0xfc, 10, 0, 0}, []Type{I32, I32, I32})
}
