package experiment

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/train"
)

// csvHeader names the columns of WriteCSV.
const csvHeader = "model,parameters,seed,finished,diverged,epoch,trainLoss,testLoss,trainAccuracy,testAccuracy,seconds,pairsPerSecond,digest"

// WriteCSV writes the result as one table with a line for each epoch of each
// run, what is true of the run as a whole repeated in every line: whether it is
// finished, the epoch it diverged at (0 if it did not), training time in
// seconds, training speed, and digest. Figures that are not known are empty. A
// run with no epochs has one line. Lines end in "\n".
func (r Result) WriteCSV(w io.Writer) error {
	var b strings.Builder
	b.WriteString(csvHeader + "\n")
	run := func(m ModelResult, seed uint64, epochs []train.Epoch, finished int, tail string, diverged int) {
		head := fmt.Sprintf("%s,%d,%d,%d,%d,", m.Name, m.Parameters, seed, finished, diverged)
		for i, e := range epochs {
			b.WriteString(head + strconv.Itoa(i+1))
			for _, v := range []float64{e.TrainLoss, e.TestLoss, e.TrainAccuracy, e.TestAccuracy} {
				b.WriteString("," + csvNumber(v))
			}
			b.WriteString("," + tail + "\n")
		}
		if len(epochs) == 0 {
			b.WriteString(head + ",,,,," + tail + "\n")
		}
	}
	for _, m := range r.Models {
		for _, t := range m.Rounds {
			tail := csvNumber(t.Seconds) + "," + csvNumber(t.PairsPerSecond) + "," + t.Digest
			run(m, t.Seed, t.Epochs, 1, tail, t.Diverged)
		}
		for _, u := range m.Unfinished {
			run(m, u.Seed, u.Epochs, 0, ",,", 0)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("experiment: result as CSV: %w", err)
	}
	return nil
}

func csvNumber(v float64) string {
	if !finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
