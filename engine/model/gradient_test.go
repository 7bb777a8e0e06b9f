package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
	"gonum.org/v1/gonum/diff/fd"
)

// small is a network of kind with few channels, of odd widths.
func small(kind model.Kind) model.Config {
	c := model.Paper(kind)
	c.Ch1, c.Ch2, c.FC = 5, 3, 7
	c.PairLoss = 0.7
	return c
}

// realPairs are the first n of the fixture's real MNIST pairs.
func realPairs(t *testing.T, n int) model.Pairs {
	t.Helper()
	r := fixtureOf(t, "siamese10")
	area := 2 * model.Side * model.Side
	p := model.Pairs{N: n, X: r.floats("x")[:n*area], Target: r.ints("target")[:n], Digits: r.ints("digits")[:2*n]}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestModelGradients compares, at float64, the gradient of each whole network
// with central differences along random directions of its parameters.
func TestModelGradients(t *testing.T) {
	for _, kind := range model.Kinds {
		for _, norm := range []bool{true, false} {
			for _, sharing := range []bool{true, false} {
				if kind == model.Baseline && sharing {
					continue
				}
				c := small(kind)
				c.BatchNorm, c.Sharing = norm, sharing
				t.Run(fmt.Sprintf("%s/norm=%v/sharing=%v", kind, norm, sharing), func(t *testing.T) {
					checkModel(t, c)
				})
			}
		}
	}
}

// TestModelGradientsWithoutLogitReLU does so for the siamese networks as the
// published ones are not: with free logits, and with a comparison that reads
// probabilities.
func TestModelGradientsWithoutLogitReLU(t *testing.T) {
	for _, kind := range []model.Kind{model.Siamese2, model.Siamese10} {
		for _, soft := range []bool{false, true} {
			c := small(kind)
			c.LogitReLU, c.Soft = false, soft
			t.Run(fmt.Sprintf("%s/soft=%v", kind, soft), func(t *testing.T) { checkModel(t, c) })
		}
	}
}

func checkModel(t *testing.T, c model.Config) {
	const n = 13
	rng := rand.New(rand.NewPCG(5, 9))
	m, err := model.New[float64](c, rng)
	if err != nil {
		t.Fatal(err)
	}
	net := m.Record(portable.New[float64](), parallel.Solo[float64]{}, n)
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	net.Load(realPairs(t, n), rows)
	net.Tape.Forward(n, true)
	net.Tape.Backward()
	gradient := append([]float64{}, m.Params.Grad...)
	start := append([]float64{}, m.Params.Data...)
	for range 5 {
		direction := make([]float64, len(start))
		var norm, want float64
		for i := range direction {
			direction[i] = rng.NormFloat64()
			norm += direction[i] * direction[i]
		}
		for i := range direction {
			direction[i] /= math.Sqrt(norm)
			want += direction[i] * gradient[i]
		}
		got := fd.Derivative(func(h float64) float64 {
			for i := range start {
				m.Params.Data[i] = start[i] + h*direction[i]
			}
			m.Params.Changed()
			net.Tape.Forward(n, true)
			return net.Tape.Total()
		}, 0, &fd.Settings{Formula: fd.Central, Step: 1e-6})
		if math.Abs(got-want) > 1e-6*math.Abs(want) {
			t.Errorf("derivative along a direction is %.12g, tape says %.12g", got, want)
		}
	}
}
