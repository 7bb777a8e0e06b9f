// Command benchkernels measures, in the browser that it runs in, what a page
// cannot show: each kernel against the machine's peak, and where the time of a
// training step goes. `make bench` compiles it, and runs it in a worker; it
// is no part of the site.
//
//	benchkernels kernels simd    prints figures.Kernels
//	benchkernels steps simd      prints a list of figures.Step
//	benchkernels paces simd AT   prints a list of figures.Pace, measured from AT on
//	                             (milliseconds since 1970): several at once tell
//	                             what the machine's cores give together
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchkernels:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 || (len(args) == 3) != (args[0] == "paces") || len(args) > 3 {
		return fmt.Errorf("arguments %q: want kernels or steps, and a kernel set; or paces, a kernel set and the time to begin at", args)
	}
	host, err := hosttest.New()
	if err != nil {
		return err
	}
	set := portable.Float32()
	if args[1] != set.Name() {
		if set, err = wasmsimd.New(host, wasmsimd.Mode(args[1])); err != nil {
			return err
		}
	}
	var report any
	switch args[0] {
	case "kernels":
		report, err = measureKernels(host, set)
	case "steps":
		var steps []figures.Step
		for _, kind := range model.Kinds {
			steps = append(steps, measureStep(set, kind, second))
		}
		report = steps
	case "paces":
		report, err = pacesFrom(set, args[2])
	default:
		err = fmt.Errorf("%q: want kernels, steps or paces", args[0])
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report)
}
