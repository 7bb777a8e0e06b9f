package inspect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pairlab/pairlab/engine/internal/golden"
	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/safetensors"
)

const area = model.Side * model.Side

// somebody is a network with parameters and running statistics that are all
// different.
func somebody(t *testing.T, c model.Config) *model.Model[float32] {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	m, err := model.New[float32](c, rng)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Params.List {
		for i := range p.Data {
			p.Data[i] += 0.1 * float32(rng.NormFloat64())
		}
	}
	for _, b := range m.Params.Buffers {
		for i := range b.Data {
			b.Data[i] = 0.5 + rng.Float32()
		}
	}
	m.Params.Changed()
	return m
}

func layerOf(t *testing.T, m *model.Model[float32]) *Layer {
	t.Helper()
	b, err := EncodeLayer(m)
	if err != nil {
		t.Fatal(err)
	}
	l, err := DecodeLayer(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The maps of a pair are those that the network itself computes.
func TestMapsAreTheNetworks(t *testing.T) {
	x, err := golden.Tensors(t, golden.Load(t).Models["siamese10"].File)["x"].Float32()
	if err != nil {
		t.Fatal(err)
	}
	left, right := x[:area], x[area:2*area]
	for _, kind := range model.Kinds {
		for _, sharing := range []bool{true, false} {
			for _, norm := range []bool{true, false} {
				c := model.Paper(kind)
				c.Ch1, c.Sharing, c.BatchNorm = 9, sharing, norm
				m := somebody(t, c)
				net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, 1)
				net.SetPair(0, left, right, 0, 0)
				net.Tape.Forward(1, false)
				// On the tape the inputs come first, then each branch's convolution
				// with its pooling, then the batch norm of each.
				values := net.Tape.Values()
				var first [][]float32
				for _, v := range values {
					if len(v.Shape) == 3 && v.Shape[2] == c.Ch1 {
						first = append(first, v.Data)
					}
				}
				maps := layerOf(t, m).Maps(left, right, true)
				if len(maps) != map[bool]int{false: 1, true: 2}[c.Siamese()] {
					t.Fatalf("%s: %d groups of maps", kind, len(maps))
				}
				first = first[len(first)-len(maps):]
				for g, tiles := range maps {
					side := tiles.Side
					for i, got := range tiles.Values {
						o, p := i/(side*side), i%(side*side)
						want := first[g][p*c.Ch1+o] // channels last
						if off := math.Abs(float64(got - want)); !(off <= 1e-4*(1+math.Abs(float64(want)))) {
							t.Fatalf("%s, sharing %v, batch norm %v: map %d of group %d: %v at %d, want %v", kind, sharing, norm, o, g, got, p, want)
						}
					}
				}
			}
		}
	}
}

// The bare convolution of an image with one pixel is the filter, turned round,
// on the bias.
func TestConvolutionOfOnePixelIsTheFilter(t *testing.T) {
	for _, kind := range model.Kinds {
		m := somebody(t, model.Paper(kind))
		l := layerOf(t, m)
		dark, dot := make([]float32, area), make([]float32, area)
		dot[7*model.Side+7] = 1
		filters := l.Filters()
		maps := l.Maps(dark, dot, false)
		last := maps[len(maps)-1]
		filter := filters[len(filters)-1] // those of the second digit
		if want := model.Side - l.Side + 1; last.Side != want || filter.Side != l.Side || len(filter.Values) != l.Channels*l.Side*l.Side {
			t.Fatalf("%s: maps of %d pixels, filters of %d: want %d and %d", kind, last.Side, filter.Side, want, l.Side)
		}
		for o := range l.Channels {
			for v := range l.Side * l.Side {
				y, x := 7-v/l.Side, 7-v%l.Side
				got := last.Values[(o*last.Side+y)*last.Side+x] - l.Branches[0].Bias[o]
				if want := filter.Values[o*l.Side*l.Side+v]; math.Abs(float64(got-want)) > 1e-6 {
					t.Fatalf("%s: filter %d has %v, the map says %v", kind, o, want, got)
				}
			}
		}
	}
}

func TestFiltersAreTheParameters(t *testing.T) {
	unlinked := model.Paper(model.Siamese2)
	unlinked.Sharing = false
	for _, c := range []struct {
		config model.Config
		groups int
	}{{model.Paper(model.Baseline), 2}, {model.Paper(model.Siamese2), 1}, {unlinked, 2}} {
		m := somebody(t, c.config)
		groups := layerOf(t, m).Filters()
		if len(groups) != c.groups {
			t.Errorf("%+v: %d groups of filters, want %d", c.config, len(groups), c.groups)
		}
		var got, want []float32
		for _, g := range groups {
			got = append(got, g.Values...)
		}
		for _, p := range m.Params.List {
			if len(p.Shape) == 4 && p.Shape[0] == c.config.Ch1 && p.Shape[1] <= 2 {
				want = append(want, p.Data...)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%+v: the filters have %d other weights than the parameters' %d", c.config, len(got), len(want))
		}
	}
}

func TestAtlasPutsEveryValueInItsPlace(t *testing.T) {
	groups := []Tiles{{6, make([]float32, 10*36)}, {13, make([]float32, 169)}}
	groups[1].Values[0] = -4
	for i := range groups[0].Values {
		groups[0].Values[i] = float32(i-180) / 90 // -2 to 1.99
	}
	atlases, pixels := Draw(groups)
	// Tiles of 6x6 values are drawn twice as large: eight of 12 pixels in a row.
	if want := (Atlas{Width: 8*14 + 2, Height: 2*14 + 2, Tiles: 10, Side: 6, Least: -2, Most: groups[0].Values[359]}); len(atlases) != 2 || atlases[0] != want {
		t.Fatalf("%+v, want %+v first", atlases, want)
	}
	if want := (Atlas{Width: 17, Height: 17, Tiles: 1, Side: 13, Least: -4}); atlases[1] != want {
		t.Errorf("%+v, want %+v", atlases[1], want)
	}
	if len(pixels) != 4*(114*30+17*17) {
		t.Fatalf("%d bytes", len(pixels))
	}
	opaque := func(v float64) uint8 { return uint8(math.Round(255 * math.Sqrt(v/4))) }
	for _, c := range []struct {
		atlas, x, y int
		want        [4]uint8
	}{
		{0, 1, 1, grid}, {0, 14, 2, grid}, {0, 2, 15, grid}, {0, 113, 29, grid},
		{0, 44, 20, grid}, // where no tile is
		{0, 2, 2, [4]uint8{52, 120, 226, opaque(2)}},
		{0, 3, 3, [4]uint8{52, 120, 226, opaque(2)}},
		{0, 4, 2, [4]uint8{52, 120, 226, opaque(179. / 90)}},      // value 1
		{0, 2, 4, [4]uint8{52, 120, 226, opaque(174. / 90)}},      // value 6
		{0, 16, 2, [4]uint8{52, 120, 226, opaque(144. / 90)}},     // tile 1: value 36
		{0, 27, 27, [4]uint8{230, 118, 20, opaque(179. / 90)}},    // tile 9: value 359
		{0, 16 + 28, 2, [4]uint8{52, 120, 226, opaque(72. / 90)}}, // tile 3: value 108
		{1, 2, 2, [4]uint8{52, 120, 226, 255}}, {1, 3, 2, [4]uint8{230, 118, 20, 0}},
	} {
		from := 0
		if c.atlas > 0 {
			from = 4 * 114 * 30
		}
		if got := [4]uint8(pixels[from+4*(c.y*atlases[c.atlas].Width+c.x):]); got != c.want {
			t.Errorf("picture %d at (%d, %d): %v, want %v", c.atlas, c.x, c.y, got, c.want)
		}
	}
	if _, blank := Draw([]Tiles{{13, make([]float32, 169)}}); blank[4*(2*17+2)+3] != 0 {
		t.Error("a value of 0 is not clear")
	}
}

func TestBadLayersAreRefused(t *testing.T) {
	good := func() map[string]safetensors.Tensor {
		m := somebody(t, model.Paper(model.Siamese10))
		tensors := map[string]safetensors.Tensor{}
		for _, p := range m.Params.List {
			tensors[p.Name] = safetensors.FromFloat32(p.Data, p.Shape...)
		}
		for _, b := range m.Params.Buffers {
			tensors[b.Name] = safetensors.FromFloat32(b.Data, b.Shape...)
		}
		return tensors
	}
	for name, spoil := range map[string]func(map[string]safetensors.Tensor){
		"no convolution": func(x map[string]safetensors.Tensor) { delete(x, "conv1.weight") },
		"no bias":        func(x map[string]safetensors.Tensor) { delete(x, "conv1.bias") },
		"no statistics":  func(x map[string]safetensors.Tensor) { delete(x, "bn1.running_var") },
		"a short bias": func(x map[string]safetensors.Tensor) {
			x["conv1.bias"] = safetensors.FromFloat32(make([]float32, 3), 3)
		},
		"a vector": func(x map[string]safetensors.Tensor) {
			x["conv1.weight"] = safetensors.FromFloat32(make([]float32, 3), 3)
		},
		"large filters": func(x map[string]safetensors.Tensor) {
			x["conv1.weight"] = safetensors.FromFloat32(make([]float32, 64*15*15), 64, 1, 15, 15)
		},
		"filters that leave nothing to pool": func(x map[string]safetensors.Tensor) {
			o := x["conv1.weight"].Shape[0]
			x["conv1.weight"] = safetensors.FromFloat32(make([]float32, o*14*14), o, 1, 14, 14)
		},
		"filters of pairs that leave too little": func(x map[string]safetensors.Tensor) {
			o := x["conv1.weight"].Shape[0]
			x["conv1.weight"] = safetensors.FromFloat32(make([]float32, o*2*12*12), o, 2, 12, 12)
		},
		"branches of two shapes": func(x map[string]safetensors.Tensor) {
			for name, v := range good() {
				delete(x, name)
				x["left."+name], x["right."+name] = v, v
			}
			o := x["left.conv1.weight"].Shape[0]
			x["left.conv1.weight"] = safetensors.FromFloat32(make([]float32, o*6*6), o, 1, 6, 6)
		},
		"three branches": func(x map[string]safetensors.Tensor) {
			for _, side := range []string{"left.", "right."} {
				for name, v := range good() {
					x[side+name] = v
				}
			}
		},
	} {
		tensors := good()
		spoil(tensors)
		b, err := (&safetensors.File{Tensors: tensors}).Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeLayer(b); err == nil {
			t.Errorf("%s: read", name)
		}
	}
	if _, err := DecodeLayer(nil); err == nil {
		t.Error("nothing was read as a layer")
	}
}
