// Command dump writes the modules that a mode's kernels are emitted as, for
// the layers of the three models, one .wasm file each:
//
//	go run ./engine/kernel/wasmsimd/dump -mode simd /tmp/kernels
//
// wasm2wat or `wasm-objdump -d` shows what is in them.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/bench"
)

func main() {
	mode := flag.String("mode", "simd", "simd, fused or direct")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: dump [-mode simd|fused|direct] folder")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(wasmsimd.Mode(*mode), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "dump:", err)
		os.Exit(1)
	}
}

func run(mode wasmsimd.Mode, folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	set, err := wasmsimd.New(&writer{folder: folder}, mode)
	if err != nil {
		return err
	}
	bench.Cases(set) // which makes the kernels
	return nil
}

// writer is a host that writes what it is given to load, and calls nothing.
type writer struct {
	folder string
	next   int
}

// Load implements wasmsimd.Host.
func (w *writer) Load(name string, slots int, build func(first int) ([]byte, error)) (int, error) {
	first := w.next
	module, err := build(first)
	if err != nil {
		return 0, err
	}
	w.next += slots
	return first, os.WriteFile(filepath.Join(w.folder, name+".wasm"), module, 0o666)
}

// Call implements wasmsimd.Host.
func (w *writer) Call(int, *wasmsimd.Frame) {}

// Relaxed implements wasmsimd.Host.
func (w *writer) Relaxed() bool { return true }
