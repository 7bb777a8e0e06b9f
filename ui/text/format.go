package text

import (
	"math"
	"strconv"
	"time"

	"github.com/pairlab/pairlab/engine/experiment"
)

// none stands where there is no figure yet.
const none = "–"

// nbsp keeps a figure and its sign on one line.
const nbsp = "\u00a0"

// Percent is a fraction as a percentage: 97.23 %.
func Percent(fraction float64, decimals int) string {
	if math.IsNaN(fraction) {
		return none
	}
	return strconv.FormatFloat(100*fraction, 'f', decimals, 64) + nbsp + "%"
}

// meanStd is a mean with its standard deviation, if there is one, as
// percentages: 97.23 and "± 0.57 %".
func meanStd(mean, std experiment.Number) (string, string) {
	if !mean.Valid() {
		return none, ""
	}
	value := strconv.FormatFloat(100*float64(mean), 'f', 2, 64)
	if !std.Valid() {
		return value + nbsp + "%", ""
	}
	return value, "±" + nbsp + strconv.FormatFloat(100*float64(std), 'f', 2, 64) + nbsp + "%"
}

// Count is a whole number with its thousands set apart: 289,666.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// seconds is a measured time: 0.42 s, 12.3 s, 125 s.
func seconds(s float64) string {
	decimals := 0
	switch {
	case s < 10:
		decimals = 2
	case s < 100:
		decimals = 1
	}
	return strconv.FormatFloat(s, 'f', decimals, 64) + nbsp + "s"
}

// speed is a training speed: 1,520 pairs/s.
func speed(pairsPerSecond float64) string {
	return Count(int(math.Round(pairsPerSecond))) + " pairs/s"
}

// loss has three significant digits or so, however large it grows.
func loss(v float64) string {
	switch {
	case v >= 1e5:
		return strconv.FormatFloat(v, 'e', 1, 64)
	case v >= 100:
		return Count(int(math.Round(v)))
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// roughly is an estimated time, no finer than it can be known: 8 s, 1 min 20 s,
// 12 min, 3 h 10 min.
func roughly(d time.Duration) string {
	s := int(math.Ceil(d.Seconds()))
	switch {
	case s < 10:
		return strconv.Itoa(max(1, s)) + " s"
	case s <= 55:
		return strconv.Itoa((s+4)/5*5) + " s"
	case s < 5*60:
		s = (s + 9) / 10 * 10
		if s%60 == 0 {
			return strconv.Itoa(s/60) + " min"
		}
		return strconv.Itoa(s/60) + " min " + strconv.Itoa(s%60) + " s"
	case s <= 59*60:
		return strconv.Itoa((s+59)/60) + " min"
	}
	m := (s + 599) / 600 * 10
	if m%60 == 0 {
		return strconv.Itoa(m/60) + " h"
	}
	return strconv.Itoa(m/60) + " h " + strconv.Itoa(m%60) + " min"
}

// megabytes is a number of bytes: 3.4 MB.
func megabytes(n int64) string {
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64)
}

// Times is a number of things: 1 round, 10 rounds.
func Times(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + one + "s"
}
