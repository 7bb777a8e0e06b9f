package bench

import (
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/kernel"
)

// chunk is the larger size of the eight chunks of a batch of 100.
const chunk = 13

// Cases makes the kernels of the three models' layers at a chunk of 13
// samples, and two large products, as in the layers' doc comments.
func Cases(set kernel.Set[float32]) []Case {
	l := &layer{set: set, rand: rand.New(rand.NewPCG(1, 2))}
	linear := func(i, o int) kernel.Conv { return kernel.Conv{H: 1, W: 1, I: i, O: o, KH: 1, KW: 1} }
	l.conv("product 64x1024x200", linear(1024, 200), 64)
	l.conv("product 200x1024x64", linear(1024, 64), 200)
	l.convPool("baseline conv1", kernel.Conv{H: 14, W: 14, I: 2, O: 64, KH: 4, KW: 4}, 4, 1)
	l.conv("baseline conv2", kernel.Conv{H: 8, W: 8, I: 64, O: 64, KH: 4, KW: 4, ReLU: true}, chunk)
	l.conv("baseline fc1", kernel.Conv{H: 5, W: 5, I: 64, O: 128, KH: 5, KW: 5, ReLU: true}, chunk)
	l.conv("baseline fc2", linear(128, 128), chunk)
	l.conv("baseline fc3", linear(128, 2), chunk)
	l.batchNorm("baseline bn1", 64, 64*chunk)
	l.batchNorm("baseline bn2", 64, 25*chunk)
	l.convPool("siamese conv1", kernel.Conv{H: 14, W: 14, I: 1, O: 64, KH: 3, KW: 3}, 2, 2)
	l.conv("siamese2 conv2", kernel.Conv{H: 6, W: 6, I: 64, O: 8, KH: 6, KW: 6, ReLU: true}, chunk)
	l.conv("siamese10 conv2", kernel.Conv{H: 6, W: 6, I: 64, O: 16, KH: 6, KW: 6, ReLU: true}, chunk)
	l.conv("siamese fc1", linear(16, 64), chunk)
	l.conv("siamese fc2", linear(64, 10), chunk)
	l.batchNorm("siamese bn1", 64, 36*chunk)
	l.batchNorm("siamese bn2", 16, chunk)
	l.crossEntropy("cross-entropy 10", 10)
	l.updates("baseline", 289_666)
	return l.cases
}

func (l *layer) conv(name string, c kernel.Conv, n int) {
	k := l.set.Conv2D(c, n)
	w, b := l.floats(c.O*c.K()), l.floats(c.O)
	x, dx := l.floats(n*c.H*c.W*c.I), l.floats(n*c.H*c.W*c.I)
	y, dy := l.floats(n*c.OH()*c.OW()*c.O), l.floats(n*c.OH()*c.OW()*c.O)
	dw, db := l.floats(c.O*c.K()), l.floats(c.O)
	flops := 2 * float64(n*c.OH()*c.OW()*c.O*c.K())
	size := float64(len(x) + len(y) + len(w))
	k.Pack(w, b)
	l.add(name+" forward", flops, size, func() { k.Forward(y, x, n) })
	l.add(name+" input gradient", flops, size, func() { k.BackwardInput(dx, dy, n) })
	l.add(name+" weight gradient", flops, size, func() { k.BackwardWeights(dw, db, dy, x, n) })
	l.add(name+" pack", 0, 3*float64(len(w)), func() { k.Pack(w, b) })
}

func (l *layer) convPool(name string, c kernel.Conv, window, stride int) {
	p := kernel.Pool{H: c.OH(), W: c.OW(), C: c.O, K: window, Stride: stride, ReLU: true}
	k := l.set.ConvPool2D(c, p, chunk)
	w, b, x := l.floats(c.O*c.K()), l.floats(c.O), l.floats(chunk*c.H*c.W*c.I)
	size := chunk * p.OH() * p.OW() * c.O
	y, dy, arg := l.floats(size), l.floats(size), make([]uint16, size)
	dw, db := l.floats(c.O*c.K()), l.floats(c.O)
	flops := 2 * float64(chunk*c.OH()*c.OW()*c.O*c.K())
	floats := float64(len(x) + size + len(w))
	k.Pack(w, b)
	k.Forward(y, arg, x, chunk)
	l.add(name+"+pool forward", flops, floats, func() { k.Forward(y, arg, x, chunk) })
	l.add(name+"+pool weight gradient", flops, floats, func() { k.BackwardWeights(dw, db, dy, arg, x, chunk) })
}

func (l *layer) batchNorm(name string, c, rows int) {
	k := l.set.BatchNorm(c)
	x, y := l.floats(rows*c), l.floats(rows*c)
	var v [7][]float32
	for i := range v {
		v[i] = l.floats(c)
	}
	size := float64(rows * c)
	l.add(name+" moments", 5*size, size, func() { k.Moments(v[0], v[1], x, rows) })
	l.add(name+" normalize", 3*size, 2*size, func() { k.Normalize(y, x, v[0], v[1], v[2], rows) })
	l.add(name+" gradient sums", 4*size, 2*size, func() { k.GradientSums(v[3], v[4], y, x, v[0], rows) })
	l.add(name+" input gradient", 5*size, 3*size, func() { k.BackwardInput(y, y, x, v[0], v[1], v[2], v[5], rows, true) })
}

func (l *layer) crossEntropy(name string, classes int) {
	k := l.set.CrossEntropy(classes)
	x, d, label := l.floats(chunk*classes), l.floats(chunk*classes), make([]int32, chunk)
	l.add(name, 0, float64(2*len(x)), func() { k.Forward(d, x, label, chunk) })
}

func (l *layer) updates(name string, n int) {
	k := l.set.Elementwise()
	p, g, m, v := l.floats(n), l.floats(n), l.floats(n), make([]float32, n)
	var parts [8][]float32
	for i := range parts {
		parts[i] = l.floats(n)
	}
	size := float64(n)
	l.add(name+" sum of 8 gradients", 7*size, 9*size, func() { k.Sum8(g, &parts) })
	l.add(name+" SGD", 4*size, 3*size, func() { k.SGD(p, g, nil, 1e-9, 0, 0) })
	l.add(name+" Adam", 13*size, 7*size, func() {
		k.Adam(p, g, m, v, kernel.AdamStep[float32]{Rate: 1e-9, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, C1: 0.1, C2: 0.001})
	})
	l.add(name+" ReLU", size, 2*size, func() { k.ReLU(g, p) })
}
