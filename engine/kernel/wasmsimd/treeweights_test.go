package wasmsimd_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
)

// The gradient of several chunks has the bits of the chunks' own gradients
// added up in the tree's order.
func TestTreeWeightsHaveTheBitsOfTheChunks(t *testing.T) {
	sizes := []int{3, 2, 4, 0, 1, 4, 3, 2}
	eachSet(t, func(t *testing.T, s *wasmsimd.Set) {
		tried := 0
		for i, c := range convShapes {
			k, ok := s.Conv2D(c, 4).(kernel.TreeConv2D[float32])
			if !ok {
				continue
			}
			tree := k.TreeWeights()
			if (tree != nil) != (c.O%8 == 0) {
				t.Errorf("%+v: tree weights %v, want them for panels of 8 channels", c, tree)
			}
			if tree == nil {
				continue
			}
			tried++
			r := rand.New(rand.NewPCG(uint64(i), 8))
			var dy, x [][]float32
			for _, n := range sizes {
				dy = append(dy, normal(r, n*c.OH()*c.OW()*c.O))
				x = append(x, normal(r, n*c.H*c.W*c.I))
			}
			for _, chunks := range []int{1, 2, 4, 8} {
				t.Run(fmt.Sprintf("%+v %d chunks", c, chunks), func(t *testing.T) {
					got, check := guarded(t, "dw", c.O*c.K())
					tree.Backward(got, dy[:chunks], x[:chunks], sizes[:chunks])
					check()
					parts := make([][]float32, chunks)
					for j := range parts {
						parts[j] = make([]float32, c.O*c.K())
						bias, own := make([]float32, c.O), make([]float32, c.O)
						k.BackwardWeights(parts[j], bias, dy[j], x[j], sizes[j])
						tree.BackwardBias(own, dy[j], sizes[j])
						if !slices.Equal(own, bias) {
							t.Errorf("bias of chunk %d: %v, want %v", j, own, bias)
						}
					}
					for step := 1; step < chunks; step *= 2 {
						for j := 0; j < chunks; j += 2 * step {
							for q, v := range parts[j+step] {
								parts[j][q] += v
							}
						}
					}
					if !slices.Equal(got, parts[0]) {
						t.Error("other bits than the chunks' sums")
					}
				})
			}
		}
		if tried < 5 {
			t.Errorf("%d shapes were tried", tried)
		}
	})
}
