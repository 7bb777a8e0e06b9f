package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

const (
	coreTurns = 3
	coreWait  = 6 * time.Second // for the programs to load and to be compiled
)

// cores measures what the machine gives to workers that share nothing, neither
// a run nor a page: the most that workers of the page could have.
func (b *bencher) cores(report *benchReport) error {
	if err := b.compile(); err != nil {
		return err
	}
	n, set := b.several(), b.config.Kernels
	for _, kind := range model.Kinds {
		alone := &benchCase{Model: kind, Kernels: set, Workers: 1, Runs: 1}
		report.Cores = append(report.Cores, alone, &benchCase{Model: kind, Kernels: set, Workers: n, Runs: n, against: alone})
	}
	for range coreTurns {
		for i, workers := range []int{1, n} {
			rates, err := b.ratesTogether(set, workers)
			if err != nil {
				return err
			}
			for k := range model.Kinds {
				c := report.Cores[2*k+i]
				c.Samples = append(c.Samples, rates[k])
			}
		}
	}
	summarize(report.Cores)
	rows := [][]string{{"cores, " + set + " kernels", "workers", "pairs/s", "lowest", "highest", "× one worker"}}
	for _, c := range report.Cores {
		ratio := ""
		if c.against != nil {
			ratio = fmt.Sprintf("%.2f", c.Ratio)
		}
		rows = append(rows, append([]string{experiment.Label(c.Model), fmt.Sprint(c.Workers)}, c.spread(ratio)...))
	}
	fmt.Fprintln(b.out)
	printRows(b.out, rows)
	return nil
}

// ratesTogether is what so many programs that train at the same time make
// together, in pairs a second by model.
func (b *bencher) ratesTogether(set string, workers int) ([]float64, error) {
	at := strconv.FormatInt(time.Now().Add(coreWait).UnixMilli(), 10)
	each, errs := make([][]float64, workers), make([]error, workers)
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() { errs[i] = b.ask("rates", set, &each[i], at) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	sums := slices.Clone(each[0])
	for _, rates := range each[1:] {
		for k, rate := range rates {
			sums[k] += rate
		}
	}
	return sums, nil
}
