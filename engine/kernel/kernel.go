package kernel

import "github.com/pairlab/pairlab/engine/tensor"

// A Set makes the kernels of one implementation for given shapes.
type Set[T tensor.Float] interface {
	// Name is the setting's word for the set: "portable", "simd", ….
	Name() string

	// Conv2D makes the convolution for s, for at most maxN samples a call.
	Conv2D(s Conv, maxN int) Conv2D[T]
	// ConvPool2D makes the convolution for c followed by max pooling p over
	// its output, for at most maxN samples a call. c.ReLU must be false;
	// p.ReLU applies after pooling.
	ConvPool2D(c Conv, p Pool, maxN int) ConvPool2D[T]
	// MaxPool2D makes the max pooling for p.
	MaxPool2D(p Pool) MaxPool2D[T]
	// BatchNorm makes the batch normalisation loops for c channels.
	BatchNorm(c int) BatchNorm[T]
	// CrossEntropy makes softmax cross-entropy over the given classes.
	CrossEntropy(classes int) CrossEntropy[T]
	// Elementwise has the loops that need no shape.
	Elementwise() Elementwise[T]
}

// Conv2D is a valid convolution with stride 1, bias and an optional ReLU:
//
//	y[n,i,j,o] = act(b[o] + Σ_{u,v,c} x[n,i+u,j+v,c] · w[o,c,u,v])
//
// A fully connected layer is the case H = W = KH = KW = 1.
type Conv2D[T tensor.Float] interface {
	// Pack reads the weights w [O, I, KH, KW] and the bias b [O] for the
	// calls up to the next Pack. It must be called again when they change.
	Pack(w, b []T)
	// Forward writes y [n, OH, OW, O] from x [n, H, W, I].
	Forward(y, x []T, n int)
	// BackwardInput writes dx [n, H, W, I] from dy [n, OH, OW, O].
	// dy is the gradient before the activation: the caller has masked it.
	BackwardInput(dx, dy []T, n int)
	// BackwardWeights writes dw [O, I, KH, KW] and db [O], the sums over the
	// n samples.
	BackwardWeights(dw, db, dy, x []T, n int)
}

// TreeConv2D is a [Conv2D] that can form the weight gradient of several chunks
// of a batch at once, which spares writing and reading one for each.
type TreeConv2D[T tensor.Float] interface {
	Conv2D[T]
	// TreeWeights makes room for that; nil if the shape does not allow it.
	TreeWeights() TreeWeights[T]
}

// TreeWeights are the weight gradients of a [TreeConv2D].
type TreeWeights[T tensor.Float] interface {
	// Backward writes dw = ((p0+p1)+(p2+p3))+((p4+p5)+(p6+p7)), the bits that
	// BackwardWeights's p of each chunk and additions in that order give, for
	// chunks of n[i] samples, which may be 0; there are 1, 2, 4 or 8.
	Backward(dw []T, dy, x [][]T, n []int)
	// BackwardBias writes db [O], the sum over n samples.
	BackwardBias(db, dy []T, n int)
}

// ConvPool2D is a convolution whose map is max-pooled at once and not kept:
//
//	y = act(maxpool(conv(x)))
//
// The gradient reaches the convolution only at each window's maximum (the
// first in row-major order), which argmax remembers.
type ConvPool2D[T tensor.Float] interface {
	// Pack is as in [Conv2D].
	Pack(w, b []T)
	// Forward writes y [n, PH, PW, O] and argmax [n, PH, PW, O], where
	// argmax is the flat index of the maximum in the OH x OW plane of the
	// convolution's map.
	Forward(y []T, argmax []uint16, x []T, n int)
	// BackwardInput writes dx [n, H, W, I] from dy [n, PH, PW, O], masked by
	// the caller.
	BackwardInput(dx, dy []T, argmax []uint16, n int)
	// BackwardWeights writes dw [O, I, KH, KW] and db [O], the sums over the
	// n samples.
	BackwardWeights(dw, db, dy []T, argmax []uint16, x []T, n int)
}

// MaxPool2D takes the maximum of each window; ties go to the first in
// row-major order, as in PyTorch. NaN wins over every number.
type MaxPool2D[T tensor.Float] interface {
	// Forward writes y [n, OH, OW, C] and argmax [n, OH, OW, C], the flat
	// index in the H x W plane, from x [n, H, W, C].
	Forward(y []T, argmax []uint16, x []T, n int)
	// Backward writes dx [n, H, W, C] from dy [n, OH, OW, C], masked by the
	// caller.
	Backward(dx, dy []T, argmax []uint16, n int)
}

// BatchNorm has the passes of batch normalisation over x [rows, C], each over
// the rows of one chunk; what sums over the batch is merged between them.
type BatchNorm[T tensor.Float] interface {
	// Moments writes, per channel, mean[c] = x[0,c] + Σ (x - x[0,c]) / rows,
	// which is exact for a constant channel, and then
	// m2[c] = Σ (x - mean)². rows is at least 1.
	Moments(mean, m2, x []T, rows int)
	// Normalize writes y = (x - mean)·scale + shift per channel.
	Normalize(y, x, mean, scale, shift []T, rows int)
	// GradientSums writes sumDy[c] = Σ dy and sumDyX[c] = Σ dy·(x - mean).
	GradientSums(sumDy, sumDyX, dy, x, mean []T, rows int)
	// BackwardInput writes dx = dy·a + (x - mean)·b + k per channel, or 0
	// where relu is set and x is not above 0 (x being a ReLU's output).
	BackwardInput(dx, dy, x, mean, a, b, k []T, rows int, relu bool)
}

// CrossEntropy is softmax cross-entropy against class labels, stable at any
// finite logits:
//
//	loss_i = log Σ_k exp(x[i,k]) - x[i,label_i]
type CrossEntropy[T tensor.Float] interface {
	// Forward returns Σ_i loss_i over n rows of logits x [n, classes] and
	// writes d [n, classes] = softmax(x) - onehot(label).
	Forward(d, x []T, label []int32, n int) T
}

// Elementwise has the loops over plain vectors.
type Elementwise[T tensor.Float] interface {
	// ReLU writes y = max(x, 0); NaN stays NaN.
	ReLU(y, x []T)
	// ReLUBackward writes dx = dy where y is above 0, else 0. dx may be dy.
	ReLUBackward(dx, dy, y []T)
	// Add adds x to y: y += x.
	Add(y, x []T)
	// Sum8 writes y = ((p0+p1)+(p2+p3))+((p4+p5)+(p6+p7)), in that order of
	// additions exactly; every part is as long as y, which may be p0.
	Sum8(y []T, parts *[8][]T)
	// Scale writes y = a·x. y may be x.
	Scale(y []T, a T, x []T)
	// SGD updates p by stochastic gradient descent, as PyTorch does:
	// g += decay·p; v = momentum·v + g; p -= rate·v. With momentum 0, v is
	// nil and g stands for it. g is left unchanged.
	SGD(p, g, v []T, rate, momentum, decay T)
	// Adam updates p by Adam (Kingma and Ba 2015), as PyTorch does, with
	// decay added to the gradient: m = β1·m + (1-β1)·g;
	// v = β2·v + (1-β2)·g²; p -= rate·(m/c1) / (sqrt(v/c2) + eps), where
	// c1 = 1-β1^t and c2 = 1-β2^t are passed in.
	Adam(p, g, m, v []T, a AdamStep[T])
}

// AdamStep is what one step of Adam is given beside the vectors.
type AdamStep[T tensor.Float] struct {
	Rate, Beta1, Beta2, Eps, Decay T
	C1, C2                         T // bias corrections 1-β1^t and 1-β2^t
}
