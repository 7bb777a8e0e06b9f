// Package asm assembles WebAssembly modules from a small language, in which a
// function's text reads like the loop that it emits:
//
//	def axpy() {
//		let y = copy(frame.int(0)), x = copy(frame.int(8)), a = copy(frame.splat(16))
//		times frame.int(20) { // n vectors of 4
//			y.setvec(0, y.vec(0) + x.vec(0)*a)
//			y += 16
//			x += 16
//		}
//	}
//
//	m := asm.New("axpy")
//	m.Program = asm.Parse(text)
//	m.Import("go", "mem", asm.AnyMemory)
//	m.Begin("axpy", asm.Kernel).End("axpy")
//	bytes, err := m.Bytes()
//
// A text is run when a function is assembled. Its values are numbers, which
// are known then, expressions, which the function will compute, variables of
// the function, and lists of these:
//
//	let a = e, b = e    gives values names, to the end of the block
//	let l[i] = e        puts a value into a list
//	var a = e, b = e    emits new variables, set to the values
//	a = e    a += e     emits an assignment if a is a variable, else gives a
//	                    the new value; lists' elements likewise
//	times e { }         emits a loop that runs e times, which may be 0
//	repeat n { }        emits a loop, or for n of 1 or 0 none
//	if e { } else { }   chooses now if e is a number, else emits the choice
//	for i < n { }       emits the block n times, for each number i
//	cut d < n by s { }  repeats the block n/s times with d = s, and then emits
//	                    it with d = n%s if that is not 0
//	while n { }         emits the block as long as the number is not 0
//	def f(a, b) { }     is a macro; return e ends it with a value
//	f(a, b) { }         calls a macro whose yield emits the block
//
// Signs are those of Go, on numbers, integers, floats and vectors of floats;
// comparisons give 1 or 0, those of vectors masks. copy(e) is a new variable
// set to e, new() one for a vector that is not set yet, list(n) a list, and
// min and max are of numbers. frame is the function's parameter. What else has
// a name is an instruction, of which instr.go has the list, or one of the
// module's [Extra] functions. x.f(y) is f(x, y).
//
// An expression emits nothing until a statement uses it, and is computed again
// at each use: copy it to compute it once. A name means the latest value that
// was given to it, also in a macro, which sees the names of what calls it.
//
// Why a language, and not Go? Go's compiler makes some hundred bytes of each
// call and closure, of which kernels are full: as Go they took twice the room.
//
// While it emits, the package keeps the stack of operand types that the
// WebAssembly specification's validation keeps. What is wrong in a text is
// reported with its line. It knows the instructions that this project's
// kernels need and no others, and imports nothing of the project.
package asm
