package wasmsimd

import "github.com/pairlab/pairlab/engine/kernel"

// treeWeights forms a weight gradient of several chunks panel by panel: the
// panels of all chunks fit the cache, where they are added up, and memory sees
// the sum alone.
type treeWeights struct {
	v      *conv
	add    kernel.Elementwise[float32]
	panels [8][]float32 // T of weights.k, by chunk
	sum    []float32    // of all eight
}

var _ kernel.TreeConv2D[float32] = (*conv)(nil)

// TreeWeights implements [kernel.TreeConv2D].
func (v *conv) TreeWeights() kernel.TreeWeights[float32] {
	if v.s.O%8 != 0 {
		return nil
	}
	t := &treeWeights{v: v, add: v.set.Elementwise(), sum: aligned(8 * v.k)}
	for i := range t.panels {
		t.panels[i] = aligned(8 * v.k)
	}
	return t
}

// Backward implements [kernel.TreeWeights].
func (t *treeWeights) Backward(dw []float32, dy, x [][]float32, n []int) {
	v := t.v
	for from := 0; from < v.s.O; from += 8 {
		for i := range n {
			xs, ys, rows := v.sizes(n[i])
			v.frame.num[1] = uint32(word * from)
			v.call(fnPanelWeights, rows, 1, t.panels[i], dy[i][:ys], x[i][:xs], v.tab)
		}
		v.call(fnUnpackPanel, 0, 1, dw[from*v.k:(from+8)*v.k], t.combine(len(n)))
	}
}

// BackwardBias implements [kernel.TreeWeights].
func (t *treeWeights) BackwardBias(db, dy []float32, n int) {
	t.v.columnSums(db, dy, n*t.v.pixels)
}

// combine adds up the panels of n chunks, 1, 2, 4 or 8.
func (t *treeWeights) combine(n int) []float32 {
	if n == 8 {
		t.add.Sum8(t.sum, &t.panels)
		return t.sum
	}
	for step := 1; step < n; step *= 2 {
		for i := 0; i < n; i += 2 * step {
			t.add.Add(t.panels[i], t.panels[i+step])
		}
	}
	return t.panels[0]
}
