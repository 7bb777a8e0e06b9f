package wasmsimd

import (
	"fmt"
	"strings"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

// Mode chooses how kernels compute.
type Mode string

const (
	// SIMD multiplies and adds in two IEEE operations: the same bits on
	// every machine.
	SIMD Mode = "simd"
	// Fused uses f32x4.relaxed_madd: faster where the processor fuses, and
	// other bits where it does not.
	Fused Mode = "fused"
	// Direct is SIMD without the forms that take fewer multiplications.
	Direct Mode = "direct"
)

// Set is the kernel set of one mode on one host.
type Set struct {
	host    Host
	mode    Mode
	program *asm.Program

	loaded map[string]int // first slot of what was loaded, by name and shape
	elem   *elementwise
	plans  [planned]rowPlan
}

var _ kernel.Set[float32] = (*Set)(nil)

// New returns the kernel set of a mode. It fails if the host does not accept
// its instructions: no SIMD, or no relaxed SIMD for [Fused].
func New(host Host, mode Mode) (*Set, error) {
	if mode != SIMD && mode != Direct && mode != Fused {
		return nil, fmt.Errorf("wasmsimd: mode %q: want %q, %q or %q", mode, SIMD, Fused, Direct)
	}
	if mode == Fused && !host.Relaxed() {
		return nil, fmt.Errorf("wasmsimd: mode %q: this engine has no relaxed SIMD instructions", mode)
	}
	s := &Set{host: host, mode: mode, program: asm.Parse(kernelText()), loaded: map[string]int{}}
	s.plans = rowPlans(mode == Fused)
	m, err := s.load("elementwise", "", nil, elementwiseFunctions)
	s.elem = &elementwise{m}
	return s, err
}

// Name implements [kernel.Set].
func (s *Set) Name() string { return string(s.mode) }

// Elementwise implements [kernel.Set].
func (s *Set) Elementwise() kernel.Elementwise[float32] { return s.elem }

// CrossEntropy implements [kernel.Set]. It is portable's: a siamese's step takes
// two thousand exponentials, about a hundredth of its time, and they are the same
// on every machine.
func (s *Set) CrossEntropy(classes int) kernel.CrossEntropy[float32] {
	return portable.Float32().CrossEntropy(classes)
}

// load loads a kind of kernel for a shape: numbers, with their names. Names, and
// those of the kernel's functions, have spaces between. What was loaded before
// is used again.
func (s *Set) load(kind, names string, shape []int, functions string) (*module, error) {
	name := fmt.Sprint(kind, shape)
	first, ok := s.loaded[name]
	if !ok {
		var err error
		first, err = s.host.Load(name, 1+strings.Count(functions, " "), func(first int) ([]byte, error) {
			m := asm.New(name)
			m.Program, m.Extra = s.program, s.extra
			m.Import(memoryModule, memoryName, asm.AnyMemory)
			m.Import(tableModule, tableName, asm.AnyTable)
			for fn, rest := "", functions; rest != ""; {
				fn, rest, _ = strings.Cut(rest, " ")
				f := m.Begin(fn, asm.Kernel)
				f.Bind("fused", number(s.mode == Fused))
				name, left := "", names
				for _, n := range shape {
					name, left, _ = strings.Cut(left, " ")
					f.Bind(name, n)
				}
				f.End(kind + fn)
			}
			m.Elements(first)
			return m.Bytes()
		})
		if err != nil {
			return nil, fmt.Errorf("wasmsimd: %s: %w", name, err)
		}
		s.loaded[name] = first
	}
	return &module{set: s, first: first}, nil
}

// mustLoad is load for a set whose first module was accepted: what fails now
// is a fault of this package, or memory has run out.
func (s *Set) mustLoad(kind, names string, shape []int, functions string) *module {
	m, err := s.load(kind, names, shape, functions)
	must(err)
	return m
}

// must panics on a shape that no kernel can have.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
