package experiment

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pairlab/pairlab/engine/train"
)

func TestStudentT95IsGonums(t *testing.T) {
	for degrees := 1; degrees <= 300; degrees++ {
		want := distuv.StudentsT{Sigma: 1, Nu: float64(degrees)}.Quantile(0.975)
		// 1e-10 is what gonum's own inverse of the incomplete beta function gives.
		if got := StudentT95(degrees); math.Abs(got-want) > 1e-10*want {
			t.Errorf("%d degrees of freedom: %.14g, want %.14g", degrees, got, want)
		}
	}
}

// The five-figure table that every textbook prints.
func TestStudentT95IsTheTables(t *testing.T) {
	for degrees, want := range map[int]float64{1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 10: 2.228, 30: 2.042, 120: 1.980} {
		if got := StudentT95(degrees); math.Abs(got-want) > 0.0005 {
			t.Errorf("%d degrees of freedom: %.4f, want %.3f", degrees, got, want)
		}
	}
}

func TestMeanInterval(t *testing.T) {
	for _, test := range []struct {
		x               []float64
		mean, low, high string
	}{
		{nil, "null", "null", "null"},
		{[]float64{0.5}, "0.5", "null", "null"},
		{[]float64{2, 2, 2}, "2", "2", "2"},
	} {
		text, err := json.Marshal(MeanInterval(test.x))
		want := `{"n":` + string('0'+rune(len(test.x))) + `,"mean":` + test.mean + `,"low":` + test.low + `,"high":` + test.high + `}`
		if err != nil || string(text) != want {
			t.Errorf("%v: %s, %v; want %s", test.x, text, err, want)
		}
	}
	// Mean 3, standard deviation sqrt(2.5), t of 4 degrees 2.7764.
	i := MeanInterval([]float64{1, 2, 3, 4, 5})
	if half := 2.776445 * math.Sqrt(2.5/5); math.Abs(float64(i.Low)-(3-half)) > 1e-6 || math.Abs(float64(i.High)-(3+half)) > 1e-6 {
		t.Errorf("%+v, want 3 ± %v", i, half)
	}
	if !i.Includes(4.9) || i.Includes(5) || i.Includes(0) || MeanInterval([]float64{0}).Includes(0) {
		t.Errorf("%+v includes the wrong values", i)
	}
}

// Of intervals of normal samples, 95 % hold the true mean: 5,700 of 6,000, with
// a standard deviation of 17.
func TestIntervalsHoldTheMeanAsOftenAsTheySay(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{2, 3, 10} {
		held := 0
		for range 6000 {
			x := make([]float64, n)
			for i := range x {
				x[i] = 7 + 3*random.NormFloat64()
			}
			if MeanInterval(x).Includes(7) {
				held++
			}
		}
		if held < 5700-4*17 || held > 5700+4*17 {
			t.Errorf("%d values: %d of 6000 intervals hold the mean, want about 5700", n, held)
		}
	}
}

func TestPairedIntervalCancelsWhatRoundsShare(t *testing.T) {
	shared := []float64{0.1, 0.9, 0.5, 0.3}
	with := make([]float64, 4)
	for i, v := range shared {
		with[i] = v + 0.05
	}
	i := PairedInterval(with, shared)
	if i.N != 4 || math.Abs(float64(i.Mean)-0.05) > 1e-15 || i.High-i.Low > 1e-14 {
		t.Errorf("%+v, want 0.05 and no width", i)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for figures that are not in pairs")
		}
	}()
	PairedInterval(with, shared[1:])
}

func TestAccuracyIntervalLeavesDivergedRoundsOut(t *testing.T) {
	i := AccuracyInterval([]train.Result{{TestAccuracy: 0.9}, {TestAccuracy: 0.1, Diverged: 2}, {TestAccuracy: 0.8}})
	if want := MeanInterval([]float64{0.9, 0.8}); i != want {
		t.Errorf("%+v, want %+v", i, want)
	}
}
