// Package shrink makes a program smaller that Go's linker made for
// WebAssembly. The program does what it did before, but that the traces of a
// crash name functions without their folders, and no files and lines.
//
// What is taken out:
//
//   - The table by which the runtime finds the function of a program counter.
//     The linker gives each function 64 KiB of counters, and the table has 20
//     bytes for each 4 KiB of them: 1.5 MB, of which the file has 0.7 MB as
//     data segments. As every function takes exactly 16 entries, they can be
//     computed: a function that WebAssembly calls at the start does, and also
//     where each function begins.
//   - What the runtime has for traces: files, lines, inlined functions (see
//     traces.go).
//   - The headers of small data segments: the linker begins a new one after 8
//     zeros, which saves nothing and does not compress.
//   - Needless instructions where addresses on the stack are computed (see
//     code.go).
//
// What is not found as it is expected, in a program of another version of Go,
// is left as it is.
package shrink
