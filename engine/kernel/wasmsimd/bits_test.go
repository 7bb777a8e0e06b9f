package wasmsimd_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
)

// TestSameBitsInEveryEngine pins what the kernels of a mode compute: wazero,
// Node and Chromium run this test. The inputs are made without functions that
// could be rounded otherwise on another machine.
func TestSameBitsInEveryEngine(t *testing.T) {
	want := map[string]string{
		"simd":   "78fb84130103ad78",
		"direct": "96ab7d6a791e2349",
	}
	const n = 13
	for _, s := range sets(t) {
		pinned, ok := want[s.Name()]
		if !ok { // fused: the processor decides
			continue
		}
		r := rand.New(rand.NewPCG(11, 12))
		numbers := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(r.IntN(1<<20)-1<<19) / (1 << 17)
			}
			return x
		}
		hash := sha256.New()
		add := func(vectors ...[]float32) {
			var b []byte
			for _, v := range vectors {
				for _, x := range v {
					b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
				}
			}
			hash.Write(b)
		}
		for _, c := range []kernel.Conv{
			{H: 8, W: 8, I: 13, O: 18, KH: 4, KW: 4, ReLU: true},
			{H: 6, W: 5, I: 7, O: 9, KH: 3, KW: 2},
			{H: 1, W: 1, I: 33, O: 10, KH: 1, KW: 1},
		} {
			k := s.Conv2D(c, n)
			w, b := numbers(c.O*c.K()), numbers(c.O)
			x, y := numbers(n*c.H*c.W*c.I), make([]float32, n*c.OH()*c.OW()*c.O)
			dx, dw, db := make([]float32, len(x)), make([]float32, len(w)), make([]float32, len(b))
			k.Pack(w, b)
			k.Forward(y, x, n)
			k.BackwardInput(dx, y, n)
			k.BackwardWeights(dw, db, y, x, n)
			add(y, dx, dw, db)
		}
		c := kernel.Conv{H: 14, W: 14, I: 2, O: 11, KH: 4, KW: 4}
		p := kernel.Pool{H: 11, W: 11, C: 11, K: 4, Stride: 1, ReLU: true}
		k := s.ConvPool2D(c, p, n)
		x, y, arg := numbers(n*c.H*c.W*c.I), make([]float32, n*p.OH()*p.OW()*p.C), make([]uint16, n*p.OH()*p.OW()*p.C)
		dw, db := make([]float32, c.O*c.K()), make([]float32, c.O)
		k.Pack(numbers(c.O*c.K()), numbers(c.O))
		k.Forward(y, arg, x, n)
		k.BackwardWeights(dw, db, y, arg, x, n)
		mean, m2 := make([]float32, p.C), make([]float32, p.C)
		bn := s.BatchNorm(p.C)
		bn.Moments(mean, m2, y, len(y)/p.C)
		bn.Normalize(y, y, mean, m2, db, len(y)/p.C)
		add(y, dw, db, mean, m2)
		if got := hex.EncodeToString(hash.Sum(nil)[:8]); got != pinned {
			t.Errorf("%s: digest %s, want %s", s.Name(), got, pinned)
		}
	}
}
