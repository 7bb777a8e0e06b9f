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
	switch mode {
	case SIMD, Direct:
	case Fused:
		if !host.Relaxed() {
			return nil, fmt.Errorf("wasmsimd: mode %q: this engine has no relaxed SIMD instructions", mode)
		}
	default:
		return nil, fmt.Errorf("wasmsimd: mode %q: want %q, %q or %q", mode, SIMD, Fused, Direct)
	}
	s := &Set{host: host, mode: mode, program: asm.Parse(kernelText()), loaded: map[string]int{}}
	s.plans = rowPlans(mode == Fused)
	m, err := s.load("elementwise", &shape{}, "each",
		"relu", "reluBackward", "add", "sum8", "scale", "sgd", "momentum", "adam")
	s.elem = &elementwise{m}
	return s, err
}

// Name implements [kernel.Set].
func (s *Set) Name() string { return string(s.mode) }

// Elementwise implements [kernel.Set].
func (s *Set) Elementwise() kernel.Elementwise[float32] { return s.elem }

// load loads functions, once for each name.
func (s *Set) load(name string, of *shape, prefix string, functions ...string) (*module, error) {
	first, ok := s.loaded[name]
	if !ok {
		var err error
		first, err = s.host.Load(name, len(functions), func(first int) ([]byte, error) {
			return s.assemble(name, first, of, prefix, functions)
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
func (s *Set) mustLoad(name string, of *shape, prefix string, functions ...string) *module {
	m, err := s.load(name, of, prefix, functions...)
	if err != nil {
		panic(err)
	}
	return m
}
