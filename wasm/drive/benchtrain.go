package main

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/pairlab/pairlab/engine/experiment"
)

// How often each case is measured, and for how long, in seconds.
const (
	trainingTurns   = 3
	trainingSeconds = 1
	splitTurns      = 11 // a processor's core may be slower than the other for seconds
	splitSeconds    = 2
	sideTurns       = 3
	sideRuns        = 10
	sideSeconds     = 15 // of all runs together, on one worker
	warmUpSeconds   = 1
)

// training measures every model by every kernel set, on one worker.
func (b *bencher) training(report *benchReport) error {
	sets := b.sets()
	for _, kind := range b.config.Models {
		var reference *benchCase
		if slices.Contains(sets, portableName) {
			reference = &benchCase{Model: kind, Kernels: portableName, Workers: 1, Runs: 1}
		}
		for _, set := range sets {
			c := &benchCase{Model: kind, Kernels: set, Workers: 1, Runs: 1, against: reference}
			if set == portableName {
				c = reference
			}
			report.Training = append(report.Training, c)
		}
	}
	if err := b.inTurns(trainingTurns, report.Training, trainingSeconds); err != nil {
		return err
	}
	rows := [][]string{{"training, one worker", "kernels", "pairs/s", "lowest", "highest", "× portable"}}
	for _, c := range report.Training {
		ratio := ""
		if c.against != nil {
			ratio = fmt.Sprintf("%.1f", c.Ratio)
		}
		rows = append(rows, append([]string{experiment.Label(c.Model), c.Kernels}, c.spread(ratio)...))
	}
	fmt.Fprintln(b.out)
	printRows(b.out, rows)
	return nil
}

// spread are the cells of what was measured, and the ratio's.
func (c *benchCase) spread(ratio string) []string {
	return []string{
		fmt.Sprintf("%.0f", c.PairsPerSecond),
		fmt.Sprintf("%.0f", slices.Min(c.Samples)), fmt.Sprintf("%.0f", slices.Max(c.Samples)),
		ratio,
	}
}

// several is the number of workers that are compared with one.
func (b *bencher) several() int {
	if b.settings["workers"] != "" && b.config.Workers > 0 {
		return b.config.Workers
	}
	return max(2, min(runtime.NumCPU(), 8))
}

// workers measures what more workers are good for: one run that they share, by
// either way to meet, and several runs side by side.
func (b *bencher) workers(report *benchReport) error {
	n, set := b.several(), b.config.Kernels
	var split, side []*benchCase
	for _, kind := range b.config.Models {
		alone := &benchCase{Model: kind, Kernels: set, Workers: 1, Runs: 1}
		split = append(split, alone)
		for _, transport := range []string{"shared", "ports"} {
			split = append(split, &benchCase{Model: kind, Kernels: set, Workers: n, Transport: transport, Runs: 1, against: alone})
		}
		inTurn := &benchCase{Model: kind, Kernels: set, Workers: 1, Runs: sideRuns}
		side = append(side, inTurn, &benchCase{Model: kind, Kernels: set, Workers: n, Runs: sideRuns, against: inTurn})
	}
	if err := b.inTurns(splitTurns, split, splitSeconds); err != nil {
		return err
	}
	if err := b.inTurns(sideTurns, side, sideSeconds); err != nil {
		return err
	}
	report.Workers = append(split, side...)
	rows := [][]string{{"workers, " + set + " kernels", "runs", "workers", "meet by", "pairs/s", "lowest", "highest", "× one worker"}}
	for _, c := range report.Workers {
		ratio, transport := "", c.Transport
		if c.against != nil {
			ratio = fmt.Sprintf("%.2f", c.Ratio)
		}
		if transport == "" {
			transport = "–"
		}
		rows = append(rows, append([]string{experiment.Label(c.Model), fmt.Sprint(c.Runs), fmt.Sprint(c.Workers), transport}, c.spread(ratio)...))
	}
	fmt.Fprintln(b.out)
	printRows(b.out, rows)
	return nil
}
