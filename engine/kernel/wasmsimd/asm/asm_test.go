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

// module assembles one page of memory and a function of type [Kernel] that runs
// the macro "f" of the text.
func module(text string) ([]byte, error) {
	m := New("test")
	m.Program = Parse(text)
	m.Memory("mem", 1)
	m.Begin("f", Kernel).End("f")
	return m.Bytes()
}

// run calls a text's macro "f" on memory that starts as in, at address 0.
func run(t *testing.T, in []byte, text string) []byte {
	t.Helper()
	code, err := module(text)
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

func intAt(b []byte, i int) int { return int(int32(binary.LittleEndian.Uint32(b[4*i:]))) }

var nan = float32(math.NaN())

// TestVectorInstructions stores what each expression makes of a and b.
func TestVectorInstructions(t *testing.T) {
	a, b := []float32{1, 2, -3, nan}, []float32{4, -5, -3, 1}
	for text, want := range map[string][]float32{
		"a + b":                    {5, -3, -6, nan},
		"a - b":                    {-3, 7, 0, nan},
		"a*b":                      {4, -10, 9, nan},
		"a/b":                      {0.25, -0.4, 1, nan},
		"a + b*b":                  {17, 27, 6, nan},
		"(a + b)*b":                {20, 15, 18, nan},
		"a - b - b":                {-7, 12, 3, nan},
		"sqrt(b*b)":                {4, 5, 3, 1},
		"pmax(a, b)":               {4, 2, -3, nan},
		"b & (a > b)":              {0, -5, 0, 0},
		"b & (a < b)":              {4, 0, 0, 0},
		"b & (a >= b)":             {0, -5, -3, 0},
		"b & (a == b)":             {0, 0, -3, 0},
		"b & (a != a)":             {0, 0, 0, 1},
		"zero() | b":               b,
		"select(a, b, a > b)":      {4, 2, -3, 1},
		"shuffle(a, b, 1, 4, 7,0)": {2, 4, 1, 1},
		"all(lane(a, 1))":          {2, 2, 2, 2},
		"a.lane(1).all()":          {2, 2, 2, 2},
		"frame.splat(8)":           {-3, -3, -3, -3},
		"frame.vec1(4)":            {2, 0, 0, 0},
		"frame.vec2(16)":           {4, -5, 0, 0},
		"frame.veclane(20, a, 2)":  {1, 2, -5, nan},
		"all(tofloat(0 - 7))":      {-7, -7, -7, -7},
		"all(frame.float(4)*frame.float(16) - frame.float(0))": {7, 7, 7, 7},
	} {
		out := run(t, floats(append(append([]float32{}, a...), b...)...),
			"def f() {\n var a = frame.vec(0), b = frame.vec(16)\n frame.setvec(64, "+text+") }")
		for i, w := range want {
			if g := floatAt(out, 16+i); g != w && (g == g || w == w) {
				t.Errorf("%s: lane %d = %v, want %v", text, i, g, w)
			}
		}
	}
}

// TestScalarInstructions computes with integers that are not known before.
func TestScalarInstructions(t *testing.T) {
	in := make([]byte, 64)
	binary.LittleEndian.PutUint16(in[6:], 40000)
	for text, want := range map[string]int{
		"n + -20": -3, "n*3": 51, "n/5": 3, "n%5": 2, "n - 1": 16, "n == 17": 1, "n != 17": 0, "n < 3": 0, "n > 3": 1,
		"n >= 17": 1, "n & 5": 1, "n | 6": 23, "frame.u16(6)": 40000, "n%5 + n/5*2": 8,
		"any(all32(n))": 1, "any(zero())": 0, "tofloat(n) > tofloat(2)": 1, "tofloat(n) != tofloat(n)": 0,
		"1073741824": 1 << 30, "-65": -65, "64": 64,
	} {
		out := run(t, in, "def f() {\n var n = 17\n frame.setint(256, "+text+") }")
		if got := intAt(out, 64); got != want {
			t.Errorf("%s = %d, want %d", text, got, want)
		}
	}
}

func TestLanes(t *testing.T) {
	out := run(t, floats(1, 2, 3, 4), `def f() {
		var eight = add16(all16(17), all16(1)), masks = narrow(all32(-1), zero()), v = frame.vec(0)
		frame.setlane16(400, eight, 7)
		frame.setlane64(408, masks, 0)
		frame.setlane64(416, masks, 1)
		frame.setlane(424, v, 2)
		frame.setfloat(428, frame.float(4) + frame.float(12))
	}`)
	if got := binary.LittleEndian.Uint16(out[400:]); got != 18 {
		t.Errorf("16-bit lane = %d, want 18", got)
	}
	if lo, hi := binary.LittleEndian.Uint64(out[408:]), binary.LittleEndian.Uint64(out[416:]); lo != math.MaxUint64 || hi != 0 {
		t.Errorf("narrowed masks %x, %x, want all ones and 0", lo, hi)
	}
	if a, b := floatAt(out, 106), floatAt(out, 107); a != 3 || b != 6 {
		t.Errorf("floats %v, %v, want 3 and 6", a, b)
	}
}

// TestStatements counts what bodies do; each text leaves its count in n.
func TestStatements(t *testing.T) {
	for text, want := range map[string]int{
		"times 0 { n += 1 }":                                    0,
		"times 1 { n += 1 }":                                    1,
		"times k - 3 { n += 1 }":                                7,
		"times 0 - k { n += 1 }":                                0,
		"repeat 0 { n += 1 }":                                   0,
		"repeat 1 { n += 1 }":                                   1,
		"repeat 7 { n += 1 }":                                   7,
		"if k > 9 { n = 4 }":                                    4,
		"if k > 10 { n = 4 } else { n = 5 }":                    5,
		"if k == 10 { n = 4 } else { n = 5 }":                   4,
		"if 2 > 1 { n = 4 } else { nothing() }":                 4,
		"if 0 { nothing() } n += 2":                             2,
		"for i < 4 { n += i }":                                  6,
		"cut d < 11 by 4 { n += d }":                            11,
		"cut d < 3 by 4 { n += 10*d }":                          30,
		"cut d < 8 by 4 { n += d }":                             8,
		"let i = 1 while i < 100 { i += i n += 1 }":             7,
		"let x = list(3) for i < 3 { let x[i] = 2*i } n = x[2]": 4,
		"let x = list(2) let x[1] = list(2) let x[1][0] = copy(k) x[1][0] += 1 n = x[1][0]": 11,
		"n = double(k) - double(2)":                     16,
		"n = sign(3) + 10*sign(0)":                      11,
		"n = down(5)":                                   5,
		"each(3) { n += 2 }":                            6,
		"each(3) { n += e }":                            3,
		"let a = 5, b = a + 1 n = a*b":                  30,
		"let a = n a = 7":                               7, // another name of the variable
		"var a = n a = 7":                               0,
		"let a = 1 if 1 { let a = 2 n += a } n += 10*a": 12,
		"n = min(3, 4) + max(3, 4)":                     7,
		"n = 7 // not 8":                                7,
	} {
		out := run(t, nil, `
			def double(x) { return x + x }
			def sign(x) { if x > 0 { return 1 } return 1 - x - x }
			def down(x) { if x == 0 { return 0 } return down(x - 1) + 1 }
			def each(count) { for e < count { yield } }
			def f() {
				var n = 0, k = 10
				`+text+`
				frame.setint(256, n)
			}`)
		if got := intAt(out, 64); got != want {
			t.Errorf("%s: n = %d, want %d", text, got, want)
		}
	}
}

func TestFillAndMove(t *testing.T) {
	out := run(t, []byte{1, 2, 3, 4, 5, 6, 7, 8}, "def f() { move(frame + 16, frame, 5) fill(frame + 2, 0, 3) }")
	if want := []byte{1, 2, 0, 0, 0, 6, 7, 8}; !bytes.Equal(out[:8], want) {
		t.Errorf("filled %v, want %v", out[:8], want)
	}
	if want := []byte{1, 2, 3, 4, 5, 0}; !bytes.Equal(out[16:22], want) {
		t.Errorf("moved %v, want %v", out[16:22], want)
	}
}

// TestExtra calls a function that the language does not have.
func TestExtra(t *testing.T) {
	m := New("test")
	m.Program = Parse("def f() { let x = pair(3) frame.setint(0, x[0] + x[1]) }")
	m.Extra = func(f *Func, name string, args []Value) (Value, bool) {
		return List([]Value{args[0], f.Op('*', args[0], Value{N: 2})}), name == "pair"
	}
	m.Memory("mem", 1)
	m.Begin("f", Kernel).End("f")
	code, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(code, []byte{opConst, 9}) { // 3 + 2·3, known now
		t.Errorf("code %x has no constant 9", code)
	}
}

// TestMistakesAreNamed makes mistakes; each must be an error that says where.
func TestMistakesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"n = x":                       "x is not known",
		"n = nothing(1)":              "nothing: there is no such function",
		"frame.setint(-4, 0)":         "setint: want known numbers in range",
		"frame.setint(n, 0)":          "setint: want known numbers in range",
		"frame.setlane(0, zero(), 4)": "setlane: want known numbers in range",
		"n = zero()":                  "needs i32 , the block's stack holds v128 ",
		"n = n + zero()":              "needs i32 i32 ",
		"n = sqrt(n)":                 "needs",
		"n = tofloat(n) & tofloat(1)": "cannot be applied to f32",
		"n = 3 & 4":                   "cannot be applied to numbers",
		"repeat n { }":                "want a known number",
		"let a = list(2) n = a[2]":    "no such element",
		"let a = list(2) n = a + 1":   "a list, want a value",
		"one(1, 2)":                   "), want a",
		"sqrt()":                      "too few arguments",
		"n = any(zero(), 1)":          "any: too many arguments",
		"n += }":                      "want an expression",
		"n 4":                         "0, want =",
	} {
		_, err := module("def one(x) { n = x }\ndef f() {\n var n = 0\n " + text + "\n}")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "asm: test: f: line ") {
			t.Errorf("%s: error %v, want one that names the function and line and says %q", text, err, want)
		}
	}
	if _, err := module("def f() {\n var n = 0\n n = x }"); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("error %v, want one about line 3", err)
	}
	m := New("both")
	m.Import("go", "mem", AnyMemory)
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
