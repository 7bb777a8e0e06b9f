package model

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/parallel"
)

// variants are networks with every technique on and off, and of other widths.
func variants() []Config {
	var list []Config
	for _, kind := range Kinds {
		for i := range 32 {
			c := Paper(kind)
			c.BatchNorm, c.Sharing, c.Soft, c.LogitReLU = i&1 == 0, i&2 == 0, i&4 > 0, i&8 == 0
			if i&16 > 0 {
				c.Ch1, c.Ch2, c.FC, c.PairLoss, c.AuxLoss = 5, 7, 11, 0.5, 0
			}
			list = append(list, c)
		}
	}
	return list
}

// The layers have the parameters that the network has, by name and in all.
func TestLayersHaveTheNetworksParameters(t *testing.T) {
	for _, c := range variants() {
		m, err := New[float32](c, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		found, copies := map[string]int{}, map[string]map[string]bool{}
		for _, p := range m.Params.List {
			prefix, name := "", p.Name[:strings.LastIndexByte(p.Name, '.')]
			if before, after, ok := strings.Cut(name, "."); ok {
				prefix, name = before, after
			}
			found[name] += len(p.Data)
			if copies[name] == nil {
				copies[name] = map[string]bool{}
			}
			copies[name][prefix] = true
		}
		told := map[string]int{}
		for _, l := range c.Layers() {
			if l.Parameters == 0 {
				continue
			}
			told[l.Name] += l.Parameters * c.Copies(l)
			if len(copies[l.Name]) != c.Copies(l) {
				t.Errorf("%+v: %s has %d copies, want %d", c, l.Name, c.Copies(l), len(copies[l.Name]))
			}
		}
		if !reflect.DeepEqual(told, found) || c.Parameters() != m.Params.Count() {
			t.Errorf("%+v: layers %v, %d in all, want %v, %d", c, told, c.Parameters(), found, m.Params.Count())
		}
	}
}

// Their outputs have the shapes of what the network puts onto its tape.
func TestLayersHaveTheTapesShapes(t *testing.T) {
	for _, c := range variants() {
		m, err := New[float32](c, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		net := m.Record(portable.New[float32](), parallel.Solo[float32]{}, 1)
		var want []string
		for _, v := range net.Tape.Values() {
			shape := v.Shape
			for len(shape) < 3 {
				shape = append([]int{1}, shape...)
			}
			want = append(want, fmt.Sprint(shape))
		}
		got := []string{"[14 14 2]"}
		if c.Siamese() {
			got = []string{"[14 14 1]", "[14 14 1]"}
		}
		layers := c.Layers()
		for i, l := range layers {
			if i+1 < len(layers) && layers[i+1].Kind == PoolLayer {
				continue // one operation with the pooling
			}
			if l.Kind == FlattenLayer {
				continue // one operation with the fully connected layer
			}
			got = append(got, fmt.Sprint(l.Out))
			if l.Branch {
				got = append(got, fmt.Sprint(l.Out))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: layers put out\n%v, the tape has\n%v", c, got, want)
		}
	}
}

func TestLayersSayWhatTrainsThem(t *testing.T) {
	for _, c := range []struct {
		kind       Kind
		named      float64 // weight of the digits' loss
		compared   float64
		idle, relu bool // of the head
	}{
		{Baseline, 0, 1, false, false},
		{Siamese2, 1, 1, false, true},
		{Siamese10, 1, 0, true, true},
	} {
		layers := Paper(c.kind).Layers()
		head := layers[len(layers)-1]
		if head.Loss != c.compared || head.Idle != c.idle || head.ReLU != c.relu || head.Branch {
			t.Errorf("%s: head %+v, want %+v", c.kind, head, c)
		}
		named := 0.0
		for _, l := range layers[:len(layers)-1] {
			if l.Branch != (c.kind != Baseline && l.Kind != JoinLayer) || l.Idle {
				t.Errorf("%s: %+v", c.kind, l)
			}
			named += l.Loss
		}
		if named != c.named {
			t.Errorf("%s: the digits' loss counts %v, want %v", c.kind, named, c.named)
		}
	}
}
