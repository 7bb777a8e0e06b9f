package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
)

const (
	coreTurns = 3
	coreWait  = 6 * time.Second // for the programs to load and to be compiled
)

// cores measures what the machine gives to workers that share nothing, neither
// a run nor a page: the most that workers of the page could have, with several
// runs, and with one whose steps all of them must have done before the next.
func (b *bencher) cores(report *benchReport) error {
	if err := b.compile(); err != nil {
		return err
	}
	n, set := b.several(), b.config.Kernels
	for _, kind := range model.Kinds {
		alone := &benchCase{Model: kind, Kernels: set, Workers: 1, Runs: 1}
		report.Cores = append(report.Cores, alone,
			&benchCase{Model: kind, Kernels: set, Workers: n, Runs: n, against: alone},
			&benchCase{Model: kind, Kernels: set, Workers: n, Runs: 1, against: alone})
	}
	for range coreTurns {
		alone, err := b.pacesTogether(set, 1)
		if err != nil {
			return err
		}
		all, err := b.pacesTogether(set, n)
		if err != nil {
			return err
		}
		for k := range model.Kinds {
			sum := 0.0
			for _, p := range all[k] {
				sum += p.PairsPerSecond
			}
			for i, rate := range []float64{alone[k][0].PairsPerSecond, sum, inStep(all[k])} {
				c := report.Cores[3*k+i]
				c.Samples = append(c.Samples, rate)
			}
		}
	}
	summarize(report.Cores)
	rows := [][]string{{"cores, " + set + " kernels", "workers", "wait for each other", "pairs/s", "lowest", "highest", "× one worker"}}
	for _, c := range report.Cores {
		ratio, wait := "", "–"
		if c.against != nil {
			ratio, wait = fmt.Sprintf("%.2f", c.Ratio), "never"
			if c.Runs == 1 {
				wait = "once a step"
			}
		}
		rows = append(rows, append([]string{experiment.Label(c.Model), fmt.Sprint(c.Workers), wait}, c.spread(ratio)...))
	}
	fmt.Fprintln(b.out)
	printRows(b.out, rows)
	return nil
}

// pacesTogether is, by model, how so many programs train that do so at the same
// time.
func (b *bencher) pacesTogether(set string, workers int) ([][]figures.Pace, error) {
	at := strconv.FormatInt(time.Now().Add(coreWait).UnixMilli(), 10)
	each, errs := make([][]figures.Pace, workers), make([]error, workers)
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() { errs[i] = b.ask("paces", set, &each[i], at) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	byModel := make([][]figures.Pace, len(model.Kinds))
	for _, paces := range each {
		for k, p := range paces {
			byModel[k] = append(byModel[k], p)
		}
	}
	return byModel, nil
}

// inStep is the pairs a second that programs with these paces would have made of
// one run, each doing an equal part of every step and beginning the next when
// all have done it, if nothing else took any time.
func inStep(paces []figures.Pace) float64 {
	var begun float64
	for _, p := range paces {
		begun = max(begun, float64(p.Ends[0]))
	}
	for now, steps := begun, 0; ; steps++ {
		next := now
		for _, p := range paces {
			done, ok := worked(p.Ends, now, 1/float64(len(paces)))
			if !ok {
				return 1e6 * float64(steps*p.Batch) / (now - begun)
			}
			next = max(next, done)
		}
		now = next
	}
}

// worked is when the program whose steps have these ends has done so many steps
// from a time on, each at the same speed throughout; false if they do not tell.
func worked(ends []int64, from, steps float64) (until float64, ok bool) {
	i, _ := slices.BinarySearchFunc(ends, from, func(end int64, t float64) int { return cmp.Compare(float64(end), t) })
	i = max(i-1, 0)
	if i+1 >= len(ends) {
		return 0, false
	}
	whole, rest := math.Modf(float64(i) + (from-float64(ends[i]))/float64(ends[i+1]-ends[i]) + steps)
	i = int(whole)
	if i+1 >= len(ends) {
		return 0, false
	}
	return float64(ends[i]) + rest*float64(ends[i+1]-ends[i]), true
}
