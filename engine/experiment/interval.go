package experiment

import (
	"math"

	"github.com/pairlab/pairlab/engine/train"
)

// Interval is the mean of a figure over rounds with the 95 % confidence
// interval that Student's t distribution gives it: were the rounds drawn again
// and again, 95 of 100 such intervals would hold the mean of them all. It
// takes the rounds to be independent and their figures to be about normal.
type Interval struct {
	N    int    `json:"n"`    // rounds
	Mean Number `json:"mean"` // NaN (null) without rounds
	Low  Number `json:"low"`  // NaN (null), as High, with fewer than two
	High Number `json:"high"`
}

// MeanInterval is the interval of the mean of x.
func MeanInterval(x []float64) Interval {
	i := Interval{N: len(x), Mean: mean(x), Low: Number(math.NaN()), High: Number(math.NaN())}
	if i.N > 1 {
		half := Number(StudentT95(i.N-1)/math.Sqrt(float64(i.N))) * std(x)
		i.Low, i.High = i.Mean-half, i.Mean+half
	}
	return i
}

// PairedInterval is the interval of the mean of with[i] - without[i], where
// both are of the same round: what rounds have in common (their pairs, their
// seed) cancels out. It panics if the numbers of figures differ.
func PairedInterval(with, without []float64) Interval {
	if len(with) != len(without) {
		panic("experiment: PairedInterval: figures that are not in pairs")
	}
	differences := make([]float64, len(with))
	for i := range with {
		differences[i] = with[i] - without[i]
	}
	return MeanInterval(differences)
}

// AccuracyInterval is the interval of the mean test accuracy, a fraction, over
// the rounds that did not diverge, as Summarize takes them.
func AccuracyInterval(rounds []train.Result) Interval {
	var accuracy []float64
	for _, r := range rounds {
		if r.Diverged == 0 {
			accuracy = append(accuracy, r.TestAccuracy)
		}
	}
	return MeanInterval(accuracy)
}

// Bounded says whether there are enough rounds for bounds.
func (i Interval) Bounded() bool { return i.Low.Valid() && i.High.Valid() }

// Includes says whether v lies between the bounds; false if there are none.
func (i Interval) Includes(v float64) bool { return float64(i.Low) <= v && v <= float64(i.High) }

// StudentT95 is the t within which, on both sides of 0, Student's distribution
// with the given degrees of freedom (1 or more) has 95 % of its mass: 12.7 for
// 1, 2.26 for 9, 1.96 for very many.
func StudentT95(degrees int) float64 {
	// The mass is a short sum in the angle whose tangent is t/sqrt(degrees),
	// and grows with it.
	low, high := 0.0, 13.0 // the tangent for one degree is 12.7
	for range 60 {
		if middle := (low + high) / 2; studentMass(middle, degrees) < 0.95 {
			low = middle
		} else {
			high = middle
		}
	}
	return low * math.Sqrt(float64(degrees))
}

// studentMass is Abramowitz and Stegun's 26.7.3 and 26.7.4 for n degrees of
// freedom: with s and c the sine and cosine of the angle,
//
//	n odd:  2/π (angle + s (c + 2/3 c³ + 2·4/(3·5) c⁵ + … cⁿ⁻²))
//	n even: s (1 + 1/2 c² + 1·3/(2·4) c⁴ + … cⁿ⁻²)
func studentMass(tangent float64, n int) float64 {
	cos := 1 / math.Sqrt(1+tangent*tangent)
	sin := tangent * cos
	term, sum := 1.0, 0.0
	if n%2 == 1 {
		term = cos
	}
	for power := n % 2; power <= n-2; power += 2 {
		sum += term
		term *= cos * cos * float64(power+1) / float64(power+2)
	}
	if n%2 == 1 {
		return 2 / math.Pi * (math.Atan(tangent) + sin*sum)
	}
	return sin * sum
}
