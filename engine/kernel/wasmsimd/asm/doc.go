// Package asm assembles WebAssembly modules: a function's Go source reads like
// the loop it emits.
//
//	m := asm.New("axpy")
//	m.ImportMemory("go", "mem")
//	m.Func("axpy", []asm.Type{asm.I32, asm.I32, asm.I32, asm.F32}, nil, func(f *asm.Func) {
//		y, x, n, a := f.ParamInt(0), f.ParamInt(1), f.ParamInt(2), f.ParamFloat(3)
//		s := f.NewVec(a.Splat())
//		f.Times(n, func() { // n vectors of 4
//			y.StoreVec(0, y.Vec(0).Add(x.Vec(0).Mul(s)))
//			y.Inc(16)
//			x.Inc(16)
//		})
//	})
//	bytes, err := m.Bytes()
//
// The values [Int], [Float] and [Vec] are expressions, or local variables if
// made by New…. An expression emits nothing until a statement (Set, Store,
// If, …) uses it, and is computed again at each use: Set it to a variable to
// compute it once.
//
// While it emits, the package keeps the stack of operand types that the
// WebAssembly specification's validation keeps, and reports the first
// instruction that does not fit it with the names of the module and of the
// function. It knows the instructions that this project's kernels need and
// no others.
//
// It imports nothing of the project.
package asm
