package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// reproduce trains as the settings say and prints the table beside the
// published one.
func reproduce(j *job) error {
	c := j.config
	fmt.Fprintf(j.out, "training %s: rounds %d, epochs %d, pairs %d, seed %d, workers %d, kernels %s, preset %s\n",
		names(c.Models), c.Rounds, c.Epochs, c.Pairs, c.Seed, c.Workers, c.Kernels, c.Preset)
	begun := time.Now()
	told := map[model.Kind]int{}
	result, err := j.train(c, func(r experiment.Result) {
		for _, m := range r.Models {
			for ; told[m.Name] < len(m.Rounds); told[m.Name]++ {
				round := m.Rounds[told[m.Name]]
				outcome := fmt.Sprintf("test accuracy %.2f %%", 100*round.TestAccuracy)
				if round.Diverged > 0 {
					outcome = fmt.Sprintf("diverged at epoch %d", round.Diverged)
				}
				fmt.Fprintf(j.out, "%6.1f s  %-9s seed %d: %s, %.1f s, %.0f pairs/s\n", time.Since(begun).Seconds(),
					experiment.Label(m.Name), round.Seed, outcome, round.Seconds, round.PairsPerSecond)
			}
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "\n%.1f s in all\n\n", time.Since(begun).Seconds())
	printTable(j.out, result)
	fmt.Fprintf(j.out, "\nThe best published figure for 1,000 pairs is %s %%.\n\n",
		plusMinus(experiment.BestPublishedMean, experiment.BestPublishedStd))
	return j.save("reproduce.json", result)
}

func names(kinds []model.Kind) string {
	var labels []string
	for _, kind := range kinds {
		labels = append(labels, experiment.Label(kind))
	}
	return strings.Join(labels, ", ")
}

// printTable prints a result beside the published figures, as Markdown.
func printTable(w io.Writer, r experiment.Result) {
	rows := [][]string{{"", "test accuracy, %", "median, %", "collapsed", "diverged", "published, %", "parameters", "s / round", "pairs/s"}}
	for _, m := range r.Models {
		published := experiment.PublishedFor(m.Name)
		rows = append(rows, []string{
			experiment.Label(m.Name),
			plusMinus(m.Mean, m.Std),
			percent(m.Median),
			fmt.Sprintf("%d of %d", m.Collapsed, len(m.Rounds)),
			fmt.Sprintf("%d of %d", m.Diverged, len(m.Rounds)),
			plusMinus(experiment.Number(published.Mean), experiment.Number(published.Std)),
			fmt.Sprint(m.Parameters),
			figure("%.2f", m.Seconds),
			figure("%.0f", m.PairsPerSecond),
		})
	}
	printRows(w, rows)
}

func plusMinus(mean, std experiment.Number) string {
	if !std.Valid() {
		return percent(mean)
	}
	return percent(mean) + " ± " + percent(std)
}

func percent(n experiment.Number) string { return figure("%.2f", 100*n) }

func figure(format string, n experiment.Number) string {
	if !n.Valid() {
		return "–"
	}
	return fmt.Sprintf(format, float64(n))
}

// printRows prints a Markdown table whose first row is its head.
func printRows(w io.Writer, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for i, row := range rows {
		for k, cell := range row {
			fill := strings.Repeat(" ", width[k]-len([]rune(cell)))
			if k == 0 {
				fmt.Fprintf(w, "| %s%s |", cell, fill)
			} else {
				fmt.Fprintf(w, " %s%s |", fill, cell)
			}
		}
		fmt.Fprintln(w)
		if i == 0 {
			for k := range row {
				rule := strings.Repeat("-", width[k]+2)
				if k > 0 {
					rule = rule[:len(rule)-1] + ":"
				} else {
					rule = "|" + rule
				}
				fmt.Fprint(w, rule+"|")
			}
			fmt.Fprintln(w)
		}
	}
}
