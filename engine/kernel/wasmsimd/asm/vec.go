package asm

// Vec is a v128: four f32, four i32 or eight i16 lanes, as the operation says.
type Vec struct{ *node }

// Zero is the vector of zeros.
//
//go:noinline
func (f *Func) Zero() Vec {
	return Vec{f.expr(V128, append(opcode(simd+12), make([]byte, 16)...), nil, nil, nil)}
}

// NewVec is a new variable with the value v.
//
//go:noinline
func (f *Func) NewVec(v Vec) Vec {
	n := Vec{f.newLocal(V128)}
	n.Set(v)
	return n
}

// Var is a new variable that is not set yet.
//
//go:noinline
func (f *Func) Var() Vec { return Vec{f.newLocal(V128)} }

// SplatInt is n in all four i32 lanes.
func (f *Func) SplatInt(n Int) Vec { return Vec{unaryOp(V128, simd+17, n.node)} }

// SplatInt16 is n in all eight i16 lanes.
func (f *Func) SplatInt16(n Int) Vec { return Vec{unaryOp(V128, simd+16, n.node)} }

// Set assigns w to the variable v.
//
//go:noinline
func (v Vec) Set(w Vec) { v.set(w.node) }

func (v Vec) unary(op uint32) Vec { return Vec{unaryOp(V128, simd+op, v.node)} }

func (v Vec) binary(op uint32, w Vec) Vec { return Vec{binaryOp(V128, simd+op, v.node, w.node)} }

// Add is v + w (f32x4).
//
//go:noinline
func (v Vec) Add(w Vec) Vec { return v.binary(0xe4, w) }

// Sub is v - w (f32x4).
//
//go:noinline
func (v Vec) Sub(w Vec) Vec { return v.binary(0xe5, w) }

// Mul is v · w (f32x4).
//
//go:noinline
func (v Vec) Mul(w Vec) Vec { return v.binary(0xe6, w) }

// Div is v / w (f32x4).
func (v Vec) Div(w Vec) Vec { return v.binary(0xe7, w) }

// Sqrt is √v (f32x4).
func (v Vec) Sqrt() Vec { return v.unary(0xe3) }

// Pmax is v < w ? w : v in each f32 lane: v where either is NaN.
func (v Vec) Pmax(w Vec) Vec { return v.binary(0xeb, w) }

// Gt is all ones in each f32 lane where v > w, else 0.
//
//go:noinline
func (v Vec) Gt(w Vec) Vec { return v.binary(0x44, w) }

// Ne is all ones in each f32 lane where v != w, else 0.
func (v Vec) Ne(w Vec) Vec { return v.binary(0x42, w) }

// And is the bitwise v & w.
//
//go:noinline
func (v Vec) And(w Vec) Vec { return v.binary(78, w) }

// Or is the bitwise v | w.
//
//go:noinline
func (v Vec) Or(w Vec) Vec { return v.binary(80, w) }

// AndNot is the bitwise v &^ w.
func (v Vec) AndNot(w Vec) Vec { return v.binary(79, w) }

// Select takes v's bits where mask has ones, else w's.
//
//go:noinline
func (v Vec) Select(w, mask Vec) Vec {
	return Vec{v.f.expr(V128, opcode(simd+82), v.node, w.node, mask.node)}
}

// Add16 is v + w (i16x8).
func (v Vec) Add16(w Vec) Vec { return v.binary(142, w) }

// Sub16 is v - w (i16x8).
func (v Vec) Sub16(w Vec) Vec { return v.binary(145, w) }

// Narrow is the eight i32 lanes of v and w as i16, saturated: masks stay
// masks.
func (v Vec) Narrow(w Vec) Vec { return v.binary(133, w) }

// AnyTrue is 1 if v has any bit set.
func (v Vec) AnyTrue() Int { return Int{unaryOp(I32, simd+83, v.node)} }

// Lane is f32 lane i.
func (v Vec) Lane(i int) Float {
	v.f.checkLane(i, 4)
	return Float{v.f.expr(F32, append(opcode(simd+31), byte(i)), v.node, nil, nil)}
}

// Shuffle takes f32 lanes a, b, c, d of v (0..3) and w (4..7).
func (v Vec) Shuffle(w Vec, a, b, c, d int) Vec {
	code := opcode(simd + 13)
	for _, lane := range [4]int{a, b, c, d} {
		v.f.checkLane(lane, 8)
		for i := range 4 {
			code = append(code, byte(4*lane+i))
		}
	}
	return Vec{v.f.expr(V128, code, v.node, w.node, nil)}
}

// MulAdd is v·w + x, rounded once or twice as the machine likes
// (f32x4.relaxed_madd): only for engines that know relaxed SIMD.
func (v Vec) MulAdd(w, x Vec) Vec {
	return Vec{v.f.expr(V128, opcode(simd+0x105), v.node, w.node, x.node)}
}
