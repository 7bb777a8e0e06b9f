package asm

import (
	"encoding/binary"
	"math"
)

// Float is an f32.
type Float struct{ *node }

// Float is the constant x.
func (f *Func) Float(x float32) Float {
	code := binary.LittleEndian.AppendUint32([]byte{0x43}, math.Float32bits(x))
	return Float{f.expr(F32, code, nil, nil, nil)}
}

// NewFloat is a new variable with the value v.
func (f *Func) NewFloat(v Float) Float {
	n := Float{f.newLocal(F32)}
	n.Set(v)
	return n
}

// ParamFloat is parameter i.
func (f *Func) ParamFloat(i int) Float { return Float{f.param(i, F32)} }

// Set assigns w to the variable v.
func (v Float) Set(w Float) { v.set(w.node) }

// Add is v + w.
func (v Float) Add(w Float) Float { return Float{binaryOp(F32, 0x92, v.node, w.node)} }

// Sub is v - w.
func (v Float) Sub(w Float) Float { return Float{binaryOp(F32, 0x93, v.node, w.node)} }

// Mul is v · w.
func (v Float) Mul(w Float) Float { return Float{binaryOp(F32, 0x94, v.node, w.node)} }

// Div is v / w.
func (v Float) Div(w Float) Float { return Float{binaryOp(F32, 0x95, v.node, w.node)} }

// Gt is v > w.
func (v Float) Gt(w Float) Int { return Int{binaryOp(I32, 0x5e, v.node, w.node)} }

// Ne is v != w.
func (v Float) Ne(w Float) Int { return Int{binaryOp(I32, 0x5c, v.node, w.node)} }

// FromInt is the f32 nearest to the signed integer n.
func (f *Func) FromInt(n Int) Float { return Float{unaryOp(F32, 0xb2, n.node)} }

// Splat is v in all four lanes.
func (v Float) Splat() Vec { return Vec{unaryOp(V128, simd+19, v.node)} }
