package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// FieldError says what is wrong with one setting.
type FieldError struct {
	Name    string // the setting's name, as it was given
	Value   string // as it was given
	Message string // what was expected, in words that follow the value
	Unknown bool   // there is no setting of this name
}

func (e *FieldError) Error() string { return e.Name + "=" + e.Value + ": " + e.Message }

// Errors are all that is wrong with some settings.
type Errors []*FieldError

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return "experiment: " + strings.Join(lines, "; ")
}

// Unwrap gives the settings' errors to errors.As.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, err := range e {
		list[i] = err
	}
	return list
}

// Range says in words what values the setting may have: 1 to 100 rounds.
func (f Field) Range() string {
	bound := func(v float64) string {
		if f.Kind == IntegerField {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return formatNumber(v)
	}
	switch f.Kind {
	case SwitchField:
		return "0 or 1"
	case ChoiceField, ChoicesField:
		values := make([]string, len(f.Choices))
		for i, c := range f.Choices {
			values[i] = c.Value
		}
		return strings.Join(values, ", ")
	}
	low, high := bound(f.Min)+" to ", bound(f.Max)
	if f.MinOpen {
		low = "above " + low
	}
	if f.MaxOpen {
		low += "just under "
	}
	if f.Unit != "" {
		high += " " + f.Unit
	}
	if f.Step > 0 {
		high += " in steps of " + bound(f.Step)
	}
	return low + high
}

// check says whether text is a value that the field may have.
func (f Field) check(text string) *FieldError {
	wrong := func(format string, args ...any) *FieldError {
		return &FieldError{Name: f.Name, Value: text, Message: fmt.Sprintf(format, args...)}
	}
	switch f.Kind {
	case SwitchField:
		if text != "0" && text != "1" {
			return wrong("want 0 or 1")
		}
	case ChoiceField:
		if !f.offers(text) {
			return wrong("want one of %s", f.Range())
		}
	case TextField:
		if err := checkText(f.Name, text); err != nil {
			return wrong("%s", strings.TrimPrefix(err.Error(), "experiment: "))
		}
	case ChoicesField:
		names := strings.Split(text, ",")
		for i, name := range names {
			if !f.offers(name) {
				return wrong("want one or more of %s", f.Range())
			}
			if slices.Contains(names[:i], name) {
				return wrong("%s is named twice", name)
			}
		}
	case IntegerField:
		// An integer of up to 2^53 is exact as a float64; larger ones are out of
		// range whatever their last digits.
		v, err := strconv.ParseFloat(text, 64)
		if strings.Trim(text, "0123456789") != "" || err != nil || !f.holds(v) {
			return wrong("want a whole number, %s", f.Range())
		}
	case NumberField:
		// ParseFloat also reads "inf", "nan" and hexadecimal digits.
		v, err := strconv.ParseFloat(text, 64)
		if strings.Trim(text, "+-.0123456789eE") != "" || err != nil || !f.holds(v) {
			return wrong("want a number, %s", f.Range())
		}
	}
	return nil
}

func (f Field) offers(value string) bool {
	return slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == value })
}

// holds says whether the field may have a value, as it is and as the float32
// that it is for the engine.
func (f Field) holds(v float64) bool {
	if f.Kind == NumberField && v != 0 {
		single := float64(float32(v))
		if single == 0 || single == f.Min && f.MinOpen || single == f.Max && f.MaxOpen {
			return false
		}
	}
	switch {
	case v < f.Min || v > f.Max || v == f.Min && f.MinOpen || v == f.Max && f.MaxOpen:
		return false
	case f.Step > 0:
		return math.Mod(v, f.Step) == 0
	}
	return true
}
