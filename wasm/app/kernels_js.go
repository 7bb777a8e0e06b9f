package main

import (
	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/host"
	"github.com/pairlab/pairlab/wasm/web"
)

// kernelSets makes a worker's kernel sets by the names of the setting, each
// once: what they have assembled serves all later runs.
type kernelSets struct {
	host *host.Host
	made map[string]kernel.Set[float32]
}

// newKernelSets returns the sets of the program that JavaScript started.
func newKernelSets(started safejs.Value) (*kernelSets, error) {
	probe, err := wasmsimd.RelaxedProbe()
	if err != nil {
		return nil, err
	}
	relaxed, err := validates(probe)
	if err != nil {
		return nil, err
	}
	link := func(module []byte, _ int) error {
		bytes, err := web.Copy(module)
		if err != nil {
			return err
		}
		_, err = started.Call("link", bytes)
		return err
	}
	return &kernelSets{host: host.New(link, relaxed), made: map[string]kernel.Set[float32]{}}, nil
}

// named is the kernel set with the setting's name.
func (k *kernelSets) named(name string) (kernel.Set[float32], error) {
	if set, ok := k.made[name]; ok {
		return set, nil
	}
	set := portable.Float32()
	if name != set.Name() {
		var err error
		if set, err = wasmsimd.New(k.host, wasmsimd.Mode(name)); err != nil {
			return nil, err
		}
	}
	k.made[name] = set
	return set, nil
}

// instructions are what kernel sets need of a browser.
type instructions struct{ simd, fused bool }

// findInstructions asks the browser for them.
func findInstructions() (can instructions, err error) {
	for _, ask := range []struct {
		probe  func() ([]byte, error)
		answer *bool
	}{{wasmsimd.Probe, &can.simd}, {wasmsimd.RelaxedProbe, &can.fused}} {
		probe, err := ask.probe()
		if err != nil {
			return can, err
		}
		if *ask.answer, err = validates(probe); err != nil {
			return can, err
		}
	}
	return can, nil
}

// usable is the kernel set with the setting's name, or the next best that this
// browser can run, and then what it lacks.
func (can instructions) usable(name string) (usable, lacking string) {
	if name == string(wasmsimd.Fused) && !can.fused {
		name, lacking = string(wasmsimd.SIMD), "fused multiply-add"
	}
	if name != portable.Float32().Name() && !can.simd {
		name, lacking = portable.Float32().Name(), "SIMD instructions"
	}
	return name, lacking
}

// validates says whether the browser takes a module.
func validates(module []byte) (bool, error) {
	bytes, err := web.Copy(module)
	if err != nil {
		return false, err
	}
	assembly, err := safejs.Global().Get("WebAssembly")
	if err != nil {
		return false, err
	}
	valid, err := assembly.Call("validate", bytes)
	if err != nil {
		return false, err
	}
	return valid.Truthy()
}
