package wasmsimd

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/kernel"
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
	host Host
	mode Mode

	loaded map[string]int // first slot of what was loaded, by name and shape
	elem   *elementwise
	plans  [planned]rowPlan
}

var _ kernel.Set[float32] = (*Set)(nil)

// New returns the kernel set of a mode. It fails if the host does not accept
// its instructions: no SIMD, or no relaxed SIMD for [Fused].
func New(host Host, mode Mode) (*Set, error) {
	switch mode {
	case SIMD, Direct:
	case Fused:
		if !host.Relaxed() {
			return nil, fmt.Errorf("wasmsimd: mode %q: this engine has no relaxed SIMD instructions", mode)
		}
	default:
		return nil, fmt.Errorf("wasmsimd: mode %q: want %q, %q or %q", mode, SIMD, Fused, Direct)
	}
	s := &Set{host: host, mode: mode, loaded: map[string]int{}, plans: rowPlans(mode == Fused)}
	s.elem = &elementwise{set: s}
	var err error
	s.elem.first, err = s.load("elementwise", s.elem,
		"relu", "reluBackward", "add", "sum8", "scale", "sgd", "momentum", "adam")
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Name implements [kernel.Set].
func (s *Set) Name() string { return string(s.mode) }

// Elementwise implements [kernel.Set].
func (s *Set) Elementwise() kernel.Elementwise[float32] { return s.elem }

// emitter emits the functions of a module; their doc comments are the loops
// that they emit.
type emitter interface {
	// emit emits function fn, counted in the order of the names that were
	// given to load.
	emit(k *kern, fn int)
}

// assemble emits a module of functions that go into the table from slot first
// on.
func (s *Set) assemble(name string, first int, e emitter, functions []string) ([]byte, error) {
	m := asm.New(name)
	m.ImportMemory(memoryModule, memoryName)
	m.ImportTable(tableModule, tableName)
	for i, fn := range functions {
		m.Func(fn, []asm.Type{asm.I32}, nil, func(f *asm.Func) {
			e.emit(&kern{Func: f, set: s, fused: s.mode == Fused, frame: f.ParamInt(0)}, i)
		})
	}
	m.Elements(first)
	return m.Bytes()
}

// load loads the functions, once for each name, and returns the first's slot.
func (s *Set) load(name string, e emitter, functions ...string) (int, error) {
	if first, ok := s.loaded[name]; ok {
		return first, nil
	}
	first, err := s.host.Load(name, len(functions), func(first int) ([]byte, error) {
		return s.assemble(name, first, e, functions)
	})
	if err != nil {
		return 0, fmt.Errorf("wasmsimd: %s: %w", name, err)
	}
	s.loaded[name] = first
	return first, nil
}

// mustLoad is load for a set whose first module was accepted: what fails now
// is a fault of this package, or memory has run out.
func (s *Set) mustLoad(name string, e emitter, functions ...string) int {
	first, err := s.load(name, e, functions...)
	if err != nil {
		panic(err)
	}
	return first
}
