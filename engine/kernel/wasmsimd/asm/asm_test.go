package asm

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// run assembles a module with one page of memory and one function (i32) → (),
// and calls it on memory that starts as in, at address 0.
func run(t *testing.T, in []byte, body func(f *Func, p Int)) []byte {
	t.Helper()
	m := New("test")
	m.Memory("mem", 1)
	m.Func("f", []Type{I32}, nil, func(f *Func) { body(f, f.ParamInt(0)) })
	code, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	mod, err := r.Instantiate(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	mod.Memory().Write(0, in)
	if _, err := mod.ExportedFunction("f").Call(ctx, api.EncodeI32(0)); err != nil {
		t.Fatal(err)
	}
	out, _ := mod.Memory().Read(0, mod.Memory().Size())
	return bytes.Clone(out)
}

func floats(x ...float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func floatAt(b []byte, i int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
}

var nan = float32(math.NaN())

// TestVectorInstructions applies each to a and b and stores it at 64.
func TestVectorInstructions(t *testing.T) {
	a, b := []float32{1, 2, -3, nan}, []float32{4, -5, -3, 1}
	for name, c := range map[string]struct {
		op   func(f *Func, p Int, a, b Vec) Vec
		want []float32
	}{
		"Add":  {func(_ *Func, _ Int, a, b Vec) Vec { return a.Add(b) }, []float32{5, -3, -6, nan}},
		"Sub":  {func(_ *Func, _ Int, a, b Vec) Vec { return a.Sub(b) }, []float32{-3, 7, 0, nan}},
		"Mul":  {func(_ *Func, _ Int, a, b Vec) Vec { return a.Mul(b) }, []float32{4, -10, 9, nan}},
		"Div":  {func(_ *Func, _ Int, a, b Vec) Vec { return a.Div(b) }, []float32{0.25, -0.4, 1, nan}},
		"Sqrt": {func(_ *Func, _ Int, _, b Vec) Vec { return b.Mul(b).Sqrt() }, []float32{4, 5, 3, 1}},
		"Pmax": {func(_ *Func, _ Int, a, b Vec) Vec { return a.Pmax(b) }, []float32{4, 2, -3, nan}},
		"Gt":   {func(_ *Func, _ Int, a, b Vec) Vec { return b.And(a.Gt(b)) }, []float32{0, -5, 0, 0}},
		"Ne":   {func(_ *Func, _ Int, a, b Vec) Vec { return b.And(a.Ne(a)) }, []float32{0, 0, 0, 1}},
		"Or":   {func(f *Func, _ Int, _, b Vec) Vec { return f.Zero().Or(b) }, b},
		"AndNot": {func(_ *Func, _ Int, a, b Vec) Vec { return b.AndNot(a.Gt(b)) },
			[]float32{4, 0, -3, 1}},
		"Select":    {func(_ *Func, _ Int, a, b Vec) Vec { return a.Select(b, a.Gt(b)) }, []float32{4, 2, -3, 1}},
		"Shuffle":   {func(_ *Func, _ Int, a, b Vec) Vec { return a.Shuffle(b, 1, 4, 7, 0) }, []float32{2, 4, 1, 1}},
		"Lane":      {func(_ *Func, _ Int, a, _ Vec) Vec { return a.Lane(1).Splat() }, []float32{2, 2, 2, 2}},
		"Splat":     {func(_ *Func, p Int, _, _ Vec) Vec { return p.Splat(8) }, []float32{-3, -3, -3, -3}},
		"Vec1":      {func(_ *Func, p Int, _, _ Vec) Vec { return p.Vec1(4) }, []float32{2, 0, 0, 0}},
		"Vec2":      {func(_ *Func, p Int, _, _ Vec) Vec { return p.Vec2(16) }, []float32{4, -5, 0, 0}},
		"VecLane":   {func(_ *Func, p Int, a, _ Vec) Vec { return p.VecLane(20, 2, a) }, []float32{1, 2, -5, nan}},
		"FromInt":   {func(f *Func, _ Int, _, _ Vec) Vec { return f.FromInt(f.Int(-7)).Splat() }, []float32{-7, -7, -7, -7}},
		"constants": {func(f *Func, _ Int, _, _ Vec) Vec { return f.Float(1.5).Splat() }, []float32{1.5, 1.5, 1.5, 1.5}},
	} {
		t.Run(name, func(t *testing.T) {
			out := run(t, floats(append(append([]float32{}, a...), b...)...), func(f *Func, p Int) {
				p.StoreVec(64, c.op(f, p, f.NewVec(p.Vec(0)), f.NewVec(p.Vec(16))))
			})
			for i, w := range c.want {
				if g := floatAt(out, 16+i); g != w && (g == g || w == w) {
					t.Errorf("lane %d = %v, want %v", i, g, w)
				}
			}
		})
	}
}

// TestScalarInstructions computes with i32 and 16-bit lanes.
func TestScalarInstructions(t *testing.T) {
	in := make([]byte, 64)
	binary.LittleEndian.PutUint16(in[6:], 40000)
	out := run(t, in, func(f *Func, p Int) {
		n := f.NewInt(f.Int(17))
		for i, v := range []Int{
			n.Plus(-20), n.Times(3), n.Div(5), n.Rem(5), n.Sub(f.Int(1)), n.Eq(f.Int(17)),
			n.Ne(f.Int(17)), n.Lt(f.Int(3)), n.Gt(f.Int(3)), n.Ge(f.Int(17)), n.And(f.Int(5)), p.U16(6),
			f.SplatInt(n).AnyTrue(), f.Float(2).Gt(f.Float(1)), f.Float(2).Ne(f.Float(2)),
			f.Int(1 << 30), f.Int(-65), f.Int(64),
		} {
			p.StoreInt(256+4*i, v)
		}
		eight := f.SplatInt16(n).Add16(f.SplatInt16(f.Int(2))).Sub16(f.SplatInt16(f.Int(1)))
		p.StoreLane16(400, 7, eight)
		wide := f.SplatInt(f.Int(-1)).Narrow(f.Zero())
		p.StoreLane64(408, 0, wide)
		p.StoreLane64(416, 1, wide)
	})
	for i, w := range []int32{-3, 51, 3, 2, 16, 1, 0, 0, 1, 1, 1, 40000, 1, 1, 0, 1 << 30, -65, 64} {
		if g := int32(binary.LittleEndian.Uint32(out[256+4*i:])); g != w {
			t.Errorf("value %d = %d, want %d", i, g, w)
		}
	}
	if g := binary.LittleEndian.Uint16(out[400:]); g != 18 {
		t.Errorf("16-bit lane = %d, want 18", g)
	}
	if lo, hi := binary.LittleEndian.Uint64(out[408:]), binary.LittleEndian.Uint64(out[416:]); lo != math.MaxUint64 || hi != 0 {
		t.Errorf("narrowed masks %x, %x, want all ones and 0", lo, hi)
	}
}

// TestLoops counts how often bodies run.
func TestLoops(t *testing.T) {
	out := run(t, nil, func(f *Func, p Int) {
		at := 256
		count := func(loop func(body func())) {
			n := f.NewInt(f.Int(0))
			loop(func() { n.Inc(1) })
			p.StoreInt(at, n)
			at += 4
		}
		for _, times := range []int{0, 1, 7} {
			count(func(body func()) { f.Times(f.Int(times), body) })
			count(func(body func()) { f.Repeat(times, body) })
		}
		count(func(body func()) { f.If(f.Int(0), body) })
		count(func(body func()) { f.IfElse(f.Int(0), func() {}, body) })
		count(func(body func()) { f.IfElse(f.Int(1), body, func() {}) })
	})
	for i, w := range []uint32{0, 0, 1, 1, 7, 7, 0, 1, 1} {
		if g := binary.LittleEndian.Uint32(out[256+4*i:]); g != w {
			t.Errorf("loop %d ran %d times, want %d", i, g, w)
		}
	}
}

func TestFillAndCopy(t *testing.T) {
	out := run(t, []byte{1, 2, 3, 4, 5, 6, 7, 8}, func(f *Func, p Int) {
		p.Plus(16).Copy(p, f.Int(5))
		p.Plus(2).Fill(f.Int(3))
	})
	if want := []byte{1, 2, 0, 0, 0, 6, 7, 8}; !bytes.Equal(out[:8], want) {
		t.Errorf("filled %v, want %v", out[:8], want)
	}
	if want := []byte{1, 2, 3, 4, 5, 0}; !bytes.Equal(out[16:22], want) {
		t.Errorf("copied %v, want %v", out[16:22], want)
	}
}

// TestMistakesAreNamed makes mistakes; each must be an error that says where.
func TestMistakesAreNamed(t *testing.T) {
	for want, body := range map[string]func(f *Func){
		"not a variable":           func(f *Func) { f.Int(1).Set(f.Int(2)) },
		"negative offset -4":       func(f *Func) { f.ParamInt(0).StoreInt(-4, f.Int(0)) },
		"no parameter 3":           func(f *Func) { f.ParamInt(3) },
		"lane 4 of 4":              func(f *Func) { f.ParamInt(0).StoreLane(0, 4, f.Zero()) },
		"leaves [i32]":             func(f *Func) { f.Int(1).push() },
		"needs [i32 i32], the blo": func(f *Func) { f.Int(1).push(); f.emit([]byte{0x6a}, []Type{I32, I32}, I32) },
		"needs [v128], has [i32]": func(f *Func) {
			f.Int(1).push()
			f.emit(opcode(simd+83), []Type{V128})
		},
		"block leaves [v128]": func(f *Func) { f.If(f.Int(1), func() { f.Zero().push() }) },
		"another function": func(f *Func) {
			f.m.Func("other", nil, nil, func(g *Func) { g.NewInt(f.Int(1)) })
		},
	} {
		m := New("broken")
		m.Memory("mem", 1)
		m.Func("f", []Type{I32}, nil, body)
		_, err := m.Bytes()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "asm: broken: ") {
			t.Errorf("error %v, want one that names the module and says %q", err, want)
		}
	}
	m := New("both")
	m.ImportMemory("go", "mem")
	m.Table("table", 1)
	if _, err := m.Bytes(); err == nil {
		t.Error("a module with imports and a table of its own: no error")
	}
}

func TestLEB128(t *testing.T) {
	for _, c := range []struct {
		x    int32
		want []byte
	}{ // values and bytes from the DWARF 4 specification, figures 22 and 23
		{2, []byte{2}}, {-2, []byte{0x7e}}, {127, []byte{0xff, 0}}, {-127, []byte{0x81, 0x7f}},
		{128, []byte{0x80, 1}}, {-128, []byte{0x80, 0x7f}}, {129, []byte{0x81, 1}}, {-129, []byte{0xff, 0x7e}},
	} {
		if got := appendS32(nil, c.x); !bytes.Equal(got, c.want) {
			t.Errorf("signed %d = %x, want %x", c.x, got, c.want)
		}
	}
	for x, want := range map[uint32][]byte{2: {2}, 127: {0x7f}, 128: {0x80, 1}, 129: {0x81, 1}, 12857: {0xb9, 0x64}} {
		if got := appendU32(nil, x); !bytes.Equal(got, want) {
			t.Errorf("unsigned %d = %x, want %x", x, got, want)
		}
	}
}
