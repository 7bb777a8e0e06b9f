// Command trampoline writes the module that is instantiated before a Go
// program that links wasmsimd/host, to the file named or else to the standard
// output:
//
//	go run ./engine/kernel/wasmsimd/trampoline dist/kernels.wasm
package main

import (
	"fmt"
	"os"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "trampoline:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	module, err := wasmsimd.Trampoline()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		_, err = os.Stdout.Write(module)
		return err
	}
	return os.WriteFile(args[0], module, 0o666)
}
