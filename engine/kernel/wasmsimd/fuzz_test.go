package wasmsimd_test

import (
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
)

// fresh is a set on a host of its own, so that fuzzing does not fill a table;
// in wasm, where only the seeds run, on the program's one host.
func fresh(t *testing.T, mode wasmsimd.Mode) *wasmsimd.Set {
	t.Helper()
	h, err := host()
	if runtime.GOOS != "js" {
		h, err = hosttest.New()
	}
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := h.(io.Closer); ok {
		t.Cleanup(func() { c.Close() })
	}
	s, err := wasmsimd.New(h, mode)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// within maps any byte to 1 … limit.
func within(b byte, limit int) int { return 1 + int(b)%limit }

func FuzzConv2DShapes(f *testing.F) {
	f.Add(byte(7), byte(7), byte(63), byte(63), byte(3), byte(3), byte(12), true)
	f.Add(byte(7), byte(7), byte(8), byte(12), byte(2), byte(2), byte(17), false)
	f.Add(byte(0), byte(0), byte(16), byte(6), byte(0), byte(0), byte(4), false)
	f.Add(byte(4), byte(6), byte(2), byte(8), byte(1), byte(6), byte(1), true)
	f.Fuzz(func(t *testing.T, h, w, in, out, kh, kw, n byte, relu bool) {
		c := kernel.Conv{H: within(h, 12), W: within(w, 12), I: within(in, 70), O: within(out, 70), ReLU: relu}
		c.KH, c.KW = within(kh, c.H), within(kw, c.W)
		for _, mode := range []wasmsimd.Mode{wasmsimd.SIMD, wasmsimd.Direct} {
			checkConv(t, fresh(t, mode), c, within(n, 20), rand.New(rand.NewPCG(uint64(in), uint64(out))))
		}
	})
}

func FuzzConvPool2DShapes(f *testing.F) {
	f.Add(byte(13), byte(13), byte(1), byte(63), byte(3), byte(3), byte(3), byte(0), true)
	f.Add(byte(13), byte(13), byte(0), byte(9), byte(2), byte(2), byte(1), byte(1), false)
	f.Add(byte(9), byte(30), byte(4), byte(4), byte(0), byte(1), byte(2), byte(2), true)
	f.Fuzz(func(t *testing.T, h, w, in, out, kh, kw, window, stride byte, relu bool) {
		c := kernel.Conv{H: within(h, 16), W: within(w, 40), I: within(in, 6), O: within(out, 70)}
		c.KH, c.KW = within(kh, c.H), within(kw, c.W)
		p := kernel.Pool{H: c.OH(), W: c.OW(), C: c.O, ReLU: relu, Stride: within(stride, 5)}
		p.K = within(window, min(p.H, p.W))
		for _, mode := range []wasmsimd.Mode{wasmsimd.SIMD, wasmsimd.Direct} {
			checkConvPool(t, fresh(t, mode), c, p, 2, rand.New(rand.NewPCG(uint64(in), uint64(out))))
		}
	})
}
