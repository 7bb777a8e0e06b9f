package main

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// benchRepeats is how often each case is measured; the median is reported.
const benchRepeats = 3

// benchReport is dist/bench.json.
type benchReport struct {
	Schema      string                 `json:"schema"`
	Browser     string                 `json:"browser"`
	Machine     string                 `json:"machine"`
	Environment experiment.Environment `json:"environment"`
	Cases       []*benchCase           `json:"cases"`
}

// benchCase is one model trained by one kernel set on some workers, each of
// which makes a run of its own.
type benchCase struct {
	Model          model.Kind `json:"model"`
	Kernels        string     `json:"kernels"`
	Workers        int        `json:"workers"`
	PairsPerSecond float64    `json:"pairsPerSecond"` // of all workers together: the median of Runs
	Runs           []float64  `json:"runs"`
	Ratio          float64    `json:"ratio"` // to one worker with the first kernel set
}

// bench measures training throughput. The cases take turns, so that what the
// machine does meanwhile falls on all alike and their ratios hold.
func bench(j *job) error {
	report := benchReport{Schema: "pairlab.bench/v1", Machine: machine()}
	if v, err := chromedp.CallBrowser(j.page.Ctx, cdpbrowser.GetVersion, cdp.Empty{}); err == nil {
		report.Browser = v.Product
	}
	fmt.Fprintf(j.out, "%s on %s; %d runs of each case, in turns\n", report.Browser, report.Machine, benchRepeats)
	cases := benchCases(j)
	report.Cases = cases
	for repeat := range benchRepeats {
		for _, c := range cases {
			result, err := j.train(c.config(j, repeat), func(experiment.Result) {})
			if err != nil {
				return err
			}
			report.Environment = result.Environment
			var rate float64
			for _, round := range result.Models[0].Rounds {
				rate += round.PairsPerSecond
			}
			c.Runs = append(c.Runs, rate)
			fmt.Fprintf(j.out, "  %-9s %-9s %d workers: %8.0f pairs/s\n", experiment.Label(c.Model), c.Kernels, c.Workers, rate)
		}
	}
	reference := map[model.Kind]float64{}
	rows := [][]string{{"", "kernels", "workers", "pairs/s", "lowest", "highest", "ratio"}}
	for _, c := range cases {
		sorted := slices.Sorted(slices.Values(c.Runs))
		c.PairsPerSecond = sorted[len(sorted)/2]
		if reference[c.Model] == 0 {
			reference[c.Model] = c.PairsPerSecond
		}
		c.Ratio = c.PairsPerSecond / reference[c.Model]
		rows = append(rows, []string{
			experiment.Label(c.Model), c.Kernels, fmt.Sprint(c.Workers),
			fmt.Sprintf("%.0f", c.PairsPerSecond),
			fmt.Sprintf("%.0f", sorted[0]), fmt.Sprintf("%.0f", sorted[len(sorted)-1]),
			fmt.Sprintf("%.2f", c.Ratio),
		})
	}
	fmt.Fprintln(j.out)
	printRows(j.out, rows)
	return j.save("bench.json", report)
}

// benchCases are every model × kernel set × worker count, or those that the
// settings name.
func benchCases(j *job) []*benchCase {
	var kernels []string
	for _, choice := range experiment.FieldByName("kernels").Choices {
		kernels = append(kernels, choice.Value)
	}
	if j.settings["kernels"] != "" {
		kernels = []string{j.config.Kernels}
	}
	workers := map[int]bool{1: true, runtime.NumCPU(): true}
	if j.settings["workers"] != "" {
		workers = map[int]bool{j.config.Workers: true}
	}
	var cases []*benchCase
	for _, kind := range j.config.Models {
		for _, set := range kernels {
			for _, n := range slices.Sorted(maps.Keys(workers)) {
				cases = append(cases, &benchCase{Model: kind, Kernels: set, Workers: n})
			}
		}
	}
	return cases
}

// config is an experiment that keeps all workers busy: a round for each, on
// few images and for so many epochs that it lasts about a second.
func (c *benchCase) config(j *job, repeat int) experiment.Config {
	config := j.config
	config.Models = []model.Kind{c.Model}
	config.Kernels, config.Workers, config.Rounds = c.Kernels, c.Workers, c.Workers
	config.Pool = 10000
	config.Seed += uint64(repeat * c.Workers)
	if j.settings["epochs"] == "" {
		config.Epochs = 2
		if len(c.Runs) > 0 {
			perEpoch := float64(config.Pairs) / (c.Runs[0] / float64(c.Workers)) // seconds
			config.Epochs = min(max(int(1.5/perEpoch), 2), 1000)
		}
	}
	return config
}

func machine() string {
	return fmt.Sprintf("%s, %d processors", processor(), runtime.NumCPU())
}

// processor is the processor's name where the system tells it.
func processor() string {
	for line := range strings.SplitSeq(readFile("/proc/cpuinfo"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func readFile(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return "" // not a system that has it
	}
	return string(text)
}
