package inspect

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pairlab/pairlab/engine/autograd"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/safetensors"
)

// Layer is a network's first layer: its convolution and, where the network has
// it, the batch norm on running statistics after it. A siamese without shared
// weights has two branches, any other network one.
type Layer struct {
	Branches []Branch
	Inputs   int // channels that a filter reads: 2 of Baseline, which sees the pair at once
	Channels int // filters
	Side     int // of a filter, in pixels
}

// Branch is one branch's first layer.
type Branch struct {
	Weight, Bias          []float32 // [O, I, K, K], [O]
	gamma, beta, mean, sd []float32 // [O]; nil without batch norm. sd is √(variance + ε)
}

var prefixes = [...]string{"", "left.", "right."}

// maxLayer is the largest layer that DecodeLayer takes, in bytes.
const maxLayer = 1 << 20

// EncodeLayer writes a network's first layer as a safetensors file: a few
// kilobytes, as many for every network of one kind.
func EncodeLayer(m *model.Model[float32]) ([]byte, error) {
	f := safetensors.File{Tensors: map[string]safetensors.Tensor{}}
	for _, p := range m.Params.List {
		if isFirst(p.Name) {
			f.Tensors[p.Name] = safetensors.FromFloat32(p.Data, p.Shape...)
		}
	}
	for _, b := range m.Params.Buffers {
		if isFirst(b.Name) {
			f.Tensors[b.Name] = safetensors.FromFloat32(b.Data, b.Shape...)
		}
	}
	return f.Encode()
}

// isFirst says whether a tensor is of the first layer, by its name.
func isFirst(name string) bool {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "left."), "right.")
	return strings.HasPrefix(name, "conv1.") || strings.HasPrefix(name, "bn1.")
}

// DecodeLayer reads what EncodeLayer wrote.
func DecodeLayer(b []byte) (*Layer, error) {
	f, err := safetensors.Decode(b, maxLayer)
	if err != nil {
		return nil, fmt.Errorf("inspect: layer: %w", err)
	}
	l := &Layer{}
	for _, prefix := range prefixes {
		weight, there := f.Tensors[prefix+"conv1.weight"]
		if !there {
			continue
		}
		s := weight.Shape
		if len(s) != 4 || s[0] < 1 || s[1] != 1 && s[1] != 2 || s[2] < 1 || s[2] > model.Side || s[3] != s[2] {
			return nil, fmt.Errorf("inspect: layer: filters of shape %v: want [O, 1 or 2, K, K]", s)
		}
		if n := len(l.Branches); n > 0 && (s[1] != 1 || !slices.Equal(s, []int{l.Channels, l.Inputs, l.Side, l.Side})) {
			return nil, fmt.Errorf("inspect: layer: filters of shape %v in a second branch", s)
		}
		l.Channels, l.Inputs, l.Side = s[0], s[1], s[2]
		if window, _ := l.pooling(); model.Side-l.Side+1 < window {
			return nil, fmt.Errorf("inspect: layer: filters of shape %v leave less than %dx%d values to pool", s, window, window)
		}
		branch := Branch{}
		if branch.Weight, err = weight.Float32(); err != nil {
			return nil, fmt.Errorf("inspect: layer: %w", err)
		}
		if branch.Bias, err = channels(f, prefix+"conv1.bias", s[0]); err != nil {
			return nil, err
		}
		if _, normed := f.Tensors[prefix+"bn1.weight"]; normed {
			if err := branch.norm(f, prefix+"bn1.", s[0]); err != nil {
				return nil, err
			}
		}
		l.Branches = append(l.Branches, branch)
	}
	if n := len(l.Branches); n == 0 || n > 2 {
		return nil, fmt.Errorf("inspect: layer: %d branches, want 1 or 2", n)
	}
	return l, nil
}

func (b *Branch) norm(f *safetensors.File, prefix string, n int) (err error) {
	for _, v := range []struct {
		to   *[]float32
		name string
	}{{&b.gamma, "weight"}, {&b.beta, "bias"}, {&b.mean, "running_mean"}, {&b.sd, "running_var"}} {
		if *v.to, err = channels(f, prefix+v.name, n); err != nil {
			return err
		}
	}
	for i, variance := range b.sd {
		b.sd[i] = float32(math.Sqrt(float64(variance) + autograd.BatchNormEps))
	}
	return nil
}

func channels(f *safetensors.File, name string, n int) ([]float32, error) {
	x, err := f.Tensors[name].Float32()
	if err == nil && len(x) != n {
		err = fmt.Errorf("%d values, want %d", len(x), n)
	}
	if err != nil {
		return nil, fmt.Errorf("inspect: layer: %s: %w", name, err)
	}
	return x, nil
}

// Tiles are small square pictures of one size, one after the other.
type Tiles struct {
	Side   int
	Values []float32 // [N, Side, Side]
}

// Filters are the filters as pictures: of the first digit and the second where
// they differ (Baseline's two channels, a siamese's two branches), else one
// group for both.
func (l *Layer) Filters() []Tiles {
	if len(l.Branches) == 2 || l.Inputs == 1 {
		var groups []Tiles
		for _, b := range l.Branches {
			groups = append(groups, Tiles{l.Side, b.Weight})
		}
		return groups
	}
	area := l.Side * l.Side
	groups := []Tiles{{Side: l.Side}, {Side: l.Side}}
	for at, w := 0, l.Branches[0].Weight; at < len(w); at += 2 * area {
		groups[0].Values = append(groups[0].Values, w[at:at+area]...)
		groups[1].Values = append(groups[1].Values, w[at+area:at+2*area]...)
	}
	return groups
}

// Maps are what the layer makes of a pair's images [14, 14], standardised as
// the network's are: one group of maps for Baseline, else one of each digit.
// passed chooses what the next layer gets (after max pooling, ReLU and batch
// norm) over the bare convolution.
func (l *Layer) Maps(left, right []float32, passed bool) []Tiles {
	first, last := l.Branches[0], l.Branches[len(l.Branches)-1]
	if l.Inputs == 2 {
		return []Tiles{l.maps(first, passed, left, right)}
	}
	return []Tiles{l.maps(first, passed, left), l.maps(last, passed, right)}
}

// maps is y[o,i,j] = b[o] + Σ_{c,u,v} x[c,i+u,j+v] · w[o,c,u,v].
func (l *Layer) maps(b Branch, passed bool, images ...[]float32) Tiles {
	k, area := l.Side, l.Side*l.Side
	side := model.Side - k + 1
	t := Tiles{Side: side, Values: make([]float32, l.Channels*side*side)}
	for o := range l.Channels {
		for p := range side * side {
			sum := b.Bias[o]
			for c, x := range images {
				w := b.Weight[(o*l.Inputs+c)*area:][:area]
				for q, v := range w {
					sum += v * x[(p/side+q/k)*model.Side+p%side+q%k]
				}
			}
			t.Values[o*side*side+p] = sum
		}
	}
	if passed {
		return l.pass(b, t)
	}
	return t
}

// pooling is the layer's max pooling: Baseline's 4x4 with stride 1, or a
// siamese's 2x2 with stride 2.
func (l *Layer) pooling() (window, stride int) {
	if l.Inputs == 2 {
		return 4, 1
	}
	return 2, 2
}

// pass is max pooling, then ReLU, then batch norm.
func (l *Layer) pass(b Branch, in Tiles) Tiles {
	window, stride := l.pooling()
	side := (in.Side-window)/stride + 1
	out := Tiles{Side: side, Values: make([]float32, l.Channels*side*side)}
	for i := range out.Values {
		o, p := i/(side*side), i%(side*side)
		top := float32(0) // ReLU
		for q := range window * window {
			y, x := p/side*stride+q/window, p%side*stride+q%window
			top = max(top, in.Values[(o*in.Side+y)*in.Side+x])
		}
		if b.sd != nil {
			top = (top-b.mean[o])/b.sd[o]*b.gamma[o] + b.beta[o]
		}
		out.Values[i] = top
	}
	return out
}
