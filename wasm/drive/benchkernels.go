package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
	"github.com/pairlab/pairlab/wasm/drive/program"
)

const benchProgram = "github.com/pairlab/pairlab/wasm/benchkernels"

// compile compiles the benchmark program, once.
func (b *bencher) compile() error {
	if b.program != "" {
		return nil
	}
	dir, err := os.MkdirTemp("", "pairlab-bench-")
	if err != nil {
		return fmt.Errorf("drive: %w", err)
	}
	b.cleanUp = func() { os.RemoveAll(dir) }
	file := filepath.Join(dir, "benchkernels.wasm")
	if err := program.Compile(b.page.Ctx, benchProgram, file, false); err != nil {
		return err
	}
	b.program = file
	return nil
}

// ask runs the benchmark program in the browser and decodes what it prints.
func (b *bencher) ask(what, set string, answer any, more ...string) error {
	if err := b.compile(); err != nil {
		return err
	}
	var out bytes.Buffer
	code, err := program.Run(b.page.Ctx, b.program, append([]string{what, set}, more...), &out)
	if err != nil {
		return err
	}
	if code != 0 {
		return fmt.Errorf("drive: %s of %s: exit code %d: %s", what, set, code, &out)
	}
	if err := json.Unmarshal(out.Bytes(), answer); err != nil {
		return fmt.Errorf("drive: %s of %s: %w", what, set, err)
	}
	return nil
}

// kernels measures every emitted kernel against the machine's peak.
func (b *bencher) kernels(report *benchReport) error {
	for _, set := range b.sets() {
		if set == portableName {
			continue
		}
		var k figures.Kernels
		if err := b.ask("kernels", set, &k); err != nil {
			return err
		}
		report.Kernels = append(report.Kernels, k)
	}
	if len(report.Kernels) > 0 {
		fmt.Fprintln(b.out)
		printRows(b.out, kernelRows(report.Kernels))
	}
	return nil
}

// kernelRows are the kernels, with three columns for each set: the time of a
// call, the rate of operations, or of bytes where there are none, and the
// share of the peak.
func kernelRows(sets []figures.Kernels) [][]string {
	head, peak, fused := []string{"kernels, 13 samples"}, []string{"peak of the 128-bit unit"}, []string{"peak, fused"}
	for _, k := range sets {
		head = append(head, k.Set+", µs", "rate", "of peak")
		peak = append(peak, "", fmt.Sprintf("%.1f GFLOP/s", k.Peak), "100 %")
		fused = append(fused, "", fmt.Sprintf("%.1f GFLOP/s", k.FusedPeak), fmt.Sprintf("%.0f %%", 100*k.FusedPeak/k.Peak))
	}
	rows := [][]string{head, peak, fused}
	for i, first := range sets[0].Kernels {
		row := []string{first.Name}
		for _, k := range sets {
			f := k.Kernels[i]
			rate, share := fmt.Sprintf("%.1f GB/s", f.GBytes), "–"
			if f.GFlops > 0 {
				rate, share = fmt.Sprintf("%.1f GFLOP/s", f.GFlops), fmt.Sprintf("%.0f %%", 100*f.Share)
			}
			row = append(row, fmt.Sprintf("%.1f", f.Micros), rate, share)
		}
		rows = append(rows, row)
	}
	return rows
}

// steps takes a training step of every model apart.
func (b *bencher) steps(report *benchReport) error {
	if err := b.ask("steps", b.config.Kernels, &report.Steps); err != nil {
		return err
	}
	for _, step := range report.Steps {
		rows := [][]string{{experiment.Label(step.Model) + ", " + step.Set + " kernels", "", "µs", "of the step"}}
		for _, p := range step.Parts {
			rows = append(rows, []string{p.Op, p.Phase, fmt.Sprintf("%.1f", p.Micros), fmt.Sprintf("%.1f %%", 100*p.Share)})
		}
		rows = append(rows,
			[]string{"rest", "", fmt.Sprintf("%.1f", (1-step.Named)*step.Micros), fmt.Sprintf("%.1f %%", 100*(1-step.Named))},
			[]string{"step", "", fmt.Sprintf("%.1f", step.Micros), "100 %"},
			[]string{"not taken apart", "", fmt.Sprintf("%.1f", step.Plain), fmt.Sprintf("%.1f %%", 100*step.Plain/step.Micros)},
		)
		fmt.Fprintln(b.out)
		printRows(b.out, rows)
	}
	return nil
}
