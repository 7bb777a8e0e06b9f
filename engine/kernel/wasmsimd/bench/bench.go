// Package bench measures the kernels of a set at the shapes of the three
// models, against what the machine's 128-bit unit reaches in the same engine.
//
// It imports the kernel packages only; a program that prints [Run]'s rows is a
// benchmark of the browser it runs in.
package bench

import (
	"math/rand/v2"
	"time"

	"github.com/pairlab/pairlab/engine/kernel"
)

// Case is one kernel at one shape, ready to be called.
type Case struct {
	Name  string
	Flops float64 // additions and multiplications of a call, 0 if it only moves data
	Bytes float64 // read and written by a call
	Call  func()
}

// Row is what a case measured.
type Row struct {
	Name   string
	Micros float64 // per call
	GFlops float64 // 10⁹ operations a second, of the direct form
	GBytes float64 // 10⁹ bytes a second
	Share  float64 // GFlops as a share of the peak
}

// Peaker is a set whose engine's peak can be measured.
type Peaker interface {
	PeakLoop(fused bool) func(rounds int) float64
}

// Peak measures the peak in operations a second.
func Peak(p Peaker, fused bool) float64 {
	loop := p.PeakLoop(fused)
	best := 0.0
	for range 20 {
		start := time.Now()
		flops := loop(200_000)
		best = max(best, flops/time.Since(start).Seconds())
	}
	return best
}

// Run measures every case of a set; peak is what [Peak] returned.
func Run(set kernel.Set[float32], peak float64) []Row {
	var rows []Row
	for _, c := range Cases(set) {
		seconds := measure(c.Call)
		rows = append(rows, Row{
			Name: c.Name, Micros: 1e6 * seconds,
			GFlops: c.Flops / seconds / 1e9, GBytes: c.Bytes / seconds / 1e9,
			Share: c.Flops / seconds / peak,
		})
	}
	return rows
}

// measure is the time of a call in seconds: the least of several means over
// 20 ms, after the engine has had time to optimise.
func measure(call func()) float64 {
	n := 1
	for {
		start := time.Now()
		for range n {
			call()
		}
		if d := time.Since(start); d > 20*time.Millisecond {
			break
		}
		n *= 2
	}
	best := 0.0
	for i := range 7 {
		start := time.Now()
		for range n {
			call()
		}
		if s := time.Since(start).Seconds() / float64(n); i == 0 || s < best {
			best = s
		}
	}
	return best
}

// layer makes cases that share one source of random numbers.
type layer struct {
	set   kernel.Set[float32]
	rand  *rand.Rand
	cases []Case
}

func (l *layer) floats(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(l.rand.NormFloat64())
	}
	return x
}

func (l *layer) add(name string, flops, floats float64, call func()) {
	l.cases = append(l.cases, Case{Name: name, Flops: flops, Bytes: 4 * floats, Call: call})
}
