package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// tally counts tests and their subtests.
type tally struct{ passed, failed, skipped int }

func (t tally) plus(u tally) tally {
	return tally{t.passed + u.passed, t.failed + u.failed, t.skipped + u.skipped}
}

func (t tally) String() string {
	s := fmt.Sprintf("%d passed, %d failed", t.passed, t.failed)
	if t.skipped > 0 {
		s += fmt.Sprintf(", %d skipped", t.skipped)
	}
	return s
}

// event is what `go test -json` writes, one a line (go doc test2json).
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// report reads the events of one go test and writes a line for each package,
// with all the output of the tests that failed. A package that fails outside
// its tests (it does not build, it panics) counts as one failure.
func report(w io.Writer, events io.Reader) (tally, error) {
	var total tally
	perPackage := map[string]tally{}
	output := map[[2]string]*strings.Builder{}
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(w, lines.Text()) // not an event: go's own words
			continue
		}
		key := [2]string{e.Package, e.Test}
		counts := perPackage[e.Package]
		switch e.Action {
		case "output":
			if output[key] == nil {
				output[key] = new(strings.Builder)
			}
			output[key].WriteString(e.Output)
		case "build-output":
			fmt.Fprint(w, e.Output)
		case "pass", "fail", "skip":
			text := ""
			if b := output[key]; b != nil {
				text = b.String()
				delete(output, key)
			}
			if e.Test == "" {
				if e.Action == "fail" && counts.failed == 0 {
					counts.failed++
					fmt.Fprint(w, text)
				}
				if counts != (tally{}) {
					fmt.Fprintf(w, "%s\t%s\t%.1fs\t%s\n", e.Action, e.Package, e.Elapsed, counts)
				}
				total = total.plus(counts)
				break
			}
			switch e.Action {
			case "pass":
				counts.passed++
			case "fail":
				counts.failed++
				fmt.Fprint(w, text)
			case "skip":
				counts.skipped++
			}
			perPackage[e.Package] = counts
		}
	}
	if err := lines.Err(); err != nil {
		return total, fmt.Errorf("suite: read the tests' events: %w", err)
	}
	return total, nil
}
