package main

import (
	"encoding/json"
	"fmt"
	"slices"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/wasm/benchkernels/figures"
	"github.com/pairlab/pairlab/wasm/drive/browser"
)

// benchReport is dist/bench.json.
type benchReport struct {
	Schema      string                 `json:"schema"`
	Browser     string                 `json:"browser"`
	Machine     string                 `json:"machine"`
	Environment experiment.Environment `json:"environment"`
	Training    []*benchCase           `json:"training"` // every model by every kernel set, one worker
	Workers     []*benchCase           `json:"workers"`  // one run, or several, on more workers
	Cores       []*benchCase           `json:"cores"`    // training steps in workers that share nothing, without the page; one run of several is reckoned
	Kernels     []figures.Kernels      `json:"kernels"`
	Steps       []figures.Step         `json:"steps"`
}

// benchCase is something that is measured several times, in turns with others.
type benchCase struct {
	Model     model.Kind `json:"model"`
	Kernels   string     `json:"kernels"`
	Workers   int        `json:"workers"`
	Transport string     `json:"transport,omitempty"` // how workers that share a run meet
	Runs      int        `json:"runs"`                // made side by side

	// PairsPerSecond is the median of Samples: while it trained if there is
	// one run, else of all runs' training pairs in the time from the start to
	// the end, evaluations and all.
	PairsPerSecond float64   `json:"pairsPerSecond"`
	Samples        []float64 `json:"samples"`
	// Ratio is the median of the ratios to the case that this one is measured
	// against, each of the same turn.
	Ratio   float64 `json:"ratio"`
	against *benchCase
}

// benchSets are the settings that bench sets itself: how long it trains, and on
// which images, is its own affair.
var benchSets = []string{"rounds", "epochs", "pool"}

// bench measures training, workers, kernels and steps.
func bench(j *job) error {
	report := benchReport{Schema: "pairlab.bench/v1", Machine: machine()}
	if v, err := chromedp.CallBrowser(j.page.Ctx, cdpbrowser.GetVersion, cdp.Empty{}); err == nil {
		report.Browser = v.Product
	}
	fmt.Fprintf(j.out, "%s on %s%s\n", report.Browser, report.Machine, load())
	b := &bencher{job: j, rates: map[string]float64{}, cleanUp: func() {}}
	defer func() { b.cleanUp() }()
	for _, part := range []func(*benchReport) error{b.training, b.workers, b.cores, b.kernels, b.steps} {
		if err := part(&report); err != nil {
			return err
		}
	}
	report.Environment = b.environment
	fmt.Fprintln(j.out)
	return j.save("bench.json", report)
}

// bencher makes the measurements.
type bencher struct {
	*job
	rates       map[string]float64 // pairs/s by model and kernel set, as last measured
	environment experiment.Environment

	program string // the compiled benchmark program, once it is needed
	cleanUp func()
}

// sets are the kernel sets to measure: all that the setting can name, or the
// one that it does.
func (b *bencher) sets() []string {
	if b.settings["kernels"] != "" {
		return []string{b.config.Kernels}
	}
	var sets []string
	for _, choice := range experiment.FieldByName("kernels").Choices {
		sets = append(sets, choice.Value)
	}
	return sets
}

// inTurns measures all cases one after the other, and so again: what the
// machine does meanwhile falls on all alike, and their ratios hold.
func (b *bencher) inTurns(turns int, cases []*benchCase, seconds float64) error {
	for turn := range turns {
		for _, c := range cases {
			if c.Kernels == portableName && turn > 0 {
				continue // slow, and measured often enough by once
			}
			rate, err := b.measure(c, seconds)
			if err != nil {
				return err
			}
			c.Samples = append(c.Samples, rate)
		}
	}
	summarize(cases)
	return nil
}

// summarize fills in the medians and the ratios.
func summarize(cases []*benchCase) {
	for _, c := range cases {
		c.PairsPerSecond = median(c.Samples)
		if c.against == nil {
			continue
		}
		var ratios []float64
		for i, sample := range c.Samples {
			// What was measured only once is compared with each.
			ratios = append(ratios, sample/c.against.Samples[min(i, len(c.against.Samples)-1)])
		}
		c.Ratio = median(ratios)
	}
}

// portableName is the reference among kernel sets.
const portableName = "portable"

// measure makes the case's runs, which last about so long, and returns their
// rate.
func (b *bencher) measure(c *benchCase, seconds float64) (float64, error) {
	config := b.config
	config.Models = []model.Kind{c.Model}
	config.Kernels, config.Workers, config.Rounds = c.Kernels, c.Workers, c.Runs
	config.Pool = 10000
	if c.Transport != "" {
		config.Transport = c.Transport
	}
	key := string(c.Model) + " " + c.Kernels
	if b.rates[key] == 0 {
		b.setLength(&config, 0)
		if _, err := b.run(config); err != nil { // fetches, compiles and assembles
			return 0, err
		}
		result, err := b.run(config)
		if err != nil {
			return 0, err
		}
		b.rates[key] = result.rate()
	}
	// Workers that the case before did not have are new. The browser compiles
	// what they run while they run it, once quickly and once well, on the cores
	// that the others train on.
	b.setLength(&config, b.rates[key]*warmUpSeconds/float64(c.Runs))
	if _, err := b.run(config); err != nil {
		return 0, err
	}
	b.setLength(&config, b.rates[key]*seconds/float64(c.Runs))
	result, err := b.run(config)
	if err != nil {
		return 0, err
	}
	b.environment = result.Result.Environment
	if c.Runs > 1 {
		return float64(c.Runs*config.Epochs*config.Pairs) / result.Seconds, nil
	}
	if c.Workers == 1 {
		b.rates[key] = result.rate()
	}
	return result.rate(), nil
}

// setLength has a run train on so many pairs, in epochs of at most what a round usually
// has.
func (b *bencher) setLength(c *experiment.Config, pairs float64) {
	batches := max(int(min(pairs, float64(b.config.Pairs)))/c.Batch, 1)
	c.Pairs = batches * c.Batch
	c.Epochs = min(max(int(pairs)/c.Pairs, 1), 1000)
}

// outcome is an experiment's result and the seconds from its start to its end.
type outcome struct {
	Seconds float64
	Result  experiment.Result
}

// rate is the training rate of an experiment of one run.
func (o outcome) rate() float64 { return o.Result.Models[0].Rounds[0].PairsPerSecond }

// run makes an experiment. The page times it, and nothing asks it meanwhile.
func (b *bencher) run(c experiment.Config) (outcome, error) {
	o, err := object(c)
	if err != nil {
		return outcome{}, err
	}
	settings, err := json.Marshal(o)
	if err != nil {
		return outcome{}, fmt.Errorf("drive: settings: %w", err)
	}
	result, err := browser.Eval[outcome](b.page, fmt.Sprintf(`new Promise((resolve, reject) => {
		const began = performance.now();
		const ends = [
			pairlab.on("done", (result) => {
				for (const end of ends) end();
				resolve({ seconds: (performance.now() - began) / 1000, result });
			}),
			pairlab.on("error", ({ message }) => {
				for (const end of ends) end();
				reject(new Error(message));
			}),
		];
		pairlab.start(%s);
	})`, settings))
	if err != nil {
		return result, fmt.Errorf("drive: %w", err)
	}
	for _, m := range result.Result.Models {
		if len(m.Rounds) != c.Rounds {
			return result, fmt.Errorf("drive: %s: %d of %d runs were made", m.Name, len(m.Rounds), c.Rounds)
		}
	}
	return result, nil
}

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
