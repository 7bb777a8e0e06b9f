// Package portable has every kernel in generic Go, for float32 and float64.
//
// It is the specification that other kernel sets are tested against, the set
// that gradients are checked on at float64, and what a browser without SIMD
// trains on. It imports package kernel alone; its matrix product is blocked
// for registers because, compiled to WebAssembly, that is several times as
// fast as gonum's Gemm (BenchmarkProduct shows both); gonum is its oracle.
//
// Start reading at product.go: convolutions and fully connected layers are
// that one product over patches.
package portable

import (
	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/tensor"
)

// New returns the portable kernels.
func New[T tensor.Float]() kernel.Set[T] { return set[T]{} }

// Float32 is New for float32. A program that compiles its own packages without
// inlining makes the kernels by this, which is compiled with this package.
func Float32() kernel.Set[float32] { return New[float32]() }

type set[T tensor.Float] struct{}

func (set[T]) Name() string { return "portable" }

func (set[T]) Conv2D(s kernel.Conv, maxN int) kernel.Conv2D[T] { return newConv[T](s, maxN) }

func (set[T]) ConvPool2D(c kernel.Conv, p kernel.Pool, maxN int) kernel.ConvPool2D[T] {
	return newConvPool[T](c, p)
}

func (set[T]) MaxPool2D(p kernel.Pool) kernel.MaxPool2D[T] { return newMaxPool[T](p) }

func (set[T]) BatchNorm(c int) kernel.BatchNorm[T] { return batchNorm[T]{c: c} }

func (set[T]) CrossEntropy(classes int) kernel.CrossEntropy[T] {
	return crossEntropy[T]{classes: classes}
}

func (set[T]) Elementwise() kernel.Elementwise[T] { return elementwise[T]{} }
