package experiment

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/train"
)

// codec is how a setting of type T is written as text and, the text having
// been checked, read again.
type codec[T any] struct {
	format func(T) string
	parse  func(string) T
}

// shared makes f a setting that all models share, kept at at(config).
func shared[T any](codec func() codec[T], at func(*Config) *T, f Field) Field {
	as := codec()
	f.text = func(c Config) (string, bool) { return as.format(*at(&c)), true }
	f.set = func(c *Config, text string) { *at(c) = as.parse(text) }
	return f
}

// perModel makes f an override, kept at on(config), of the models' at(train).
func perModel[T any](codec func() codec[T], on func(*Config) **T, at func(*train.Config) *T, f Field) Field {
	as := codec()
	f.text = func(c Config) (string, bool) {
		if p := *on(&c); p != nil {
			return as.format(*p), true
		}
		return "", false
	}
	f.set = func(c *Config, text string) { *on(c) = new(as.parse(text)) }
	f.override = &override{
		clear: func(c *Config) { *on(c) = nil },
		apply: func(c *Config, t *train.Config) {
			if p := *on(c); p != nil {
				*at(t) = *p
			}
		},
		own: func(t *train.Config) string { return as.format(*at(t)) },
	}
	return f
}

func text() codec[string] {
	same := func(s string) string { return s }
	return codec[string]{same, same}
}

func choice[T ~string]() func() codec[T] {
	return func() codec[T] {
		return codec[T]{func(v T) string { return string(v) }, func(s string) T { return T(s) }}
	}
}

func schedule() codec[optim.Schedule] {
	return codec[optim.Schedule]{optim.Schedule.String, func(s string) (v optim.Schedule) {
		_ = v.UnmarshalText([]byte(s)) // which has no errors
		return v
	}}
}

func integer() codec[int] {
	return codec[int]{strconv.Itoa, func(s string) int {
		n, _ := strconv.Atoi(s)
		return n
	}}
}

func seed() codec[uint64] {
	return codec[uint64]{func(n uint64) string { return strconv.FormatUint(n, 10) }, func(s string) uint64 {
		n, _ := strconv.ParseUint(s, 10, 64)
		return n
	}}
}

func toggle() codec[bool] {
	return codec[bool]{func(on bool) string {
		if on {
			return "1"
		}
		return "0"
	}, func(s string) bool { return s == "1" }}
}

func number() codec[float64] {
	return codec[float64]{formatNumber, func(s string) float64 {
		v, _ := strconv.ParseFloat(s, 64)
		return v
	}}
}

// formatNumber is the shortest text that reads as v again, without a plus sign
// (which would be a space in a query): 0.001, 1e6, 2.5e-7.
func formatNumber(v float64) string {
	switch a := math.Abs(v); {
	case a == 0: // also -0
		return "0"
	case a >= 1e-4 && a < 1e6 || !finite(v):
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return mantissa + "e" + strconv.Itoa(e)
}

// kinds is a list of models, always in the order in which they are shown.
func kinds() codec[[]model.Kind] {
	return codec[[]model.Kind]{func(list []model.Kind) string {
		names := make([]string, len(list))
		for i, kind := range list {
			names[i] = string(kind)
		}
		return strings.Join(names, ",")
	}, func(s string) []model.Kind {
		names := strings.Split(s, ",")
		var list []model.Kind
		for _, kind := range model.Kinds {
			if slices.Contains(names, string(kind)) {
				list = append(list, kind)
			}
		}
		return list
	}}
}
