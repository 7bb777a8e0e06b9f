package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ParseQuery reads settings from a query string, with or without its "?". What
// is left out comes from the preset. On an error, which is an Errors, the
// Config still has every setting that was good, so that nothing is lost.
func ParseQuery(query string) (Config, error) {
	values := map[string]string{}
	var errs Errors
	for piece := range strings.SplitSeq(strings.TrimPrefix(query, "?"), "&") {
		if piece == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(piece, "=")
		name, okName := unescape(rawName)
		value, okValue := unescape(rawValue)
		switch _, twice := values[name]; {
		case !okName || !okValue:
			errs = append(errs, &FieldError{Name: name, Value: value, Message: "a % is not followed by two hexadecimal digits"})
		case twice:
			errs = append(errs, &FieldError{Name: name, Value: value, Message: "given more than once"})
		default:
			values[name] = value
		}
	}
	return parse(values, errs)
}

// ParseValues reads settings from texts by name, as a form has them. A text of
// a setting that models have their own values for may be empty: it is left to
// the preset. Errors are as ParseQuery's.
func ParseValues(values map[string]string) (Config, error) {
	given := map[string]string{}
	for name, value := range values {
		value = strings.TrimSpace(value)
		if value != "" || !FieldByName(name).PerModel() {
			given[name] = value
		}
	}
	return parse(given, nil)
}

// ParseObject reads settings from an object as JavaScript or JSON has it:
// numbers as numbers, models as an array, switches as booleans or 0 and 1.
// Errors are as ParseQuery's.
func ParseObject(object map[string]any) (Config, error) { return parseObject(object, "") }

// ParseTrials is ParseObject for the settings of a set of trials, with what the
// view has of its own: weights and target of techniques, grid and shard of a
// search.
func ParseTrials(object map[string]any, view string) (Config, error) {
	c, err := parseObject(object, view)
	c.Views.View = view
	return c, err
}

func parseObject(object map[string]any, view string) (Config, error) {
	values := map[string]string{}
	var errs Errors
	for _, f := range Fields() {
		v, given := object[f.Name]
		if !given || v == nil {
			continue
		}
		text, ok := f.objectText(v)
		if !ok {
			errs = append(errs, &FieldError{Name: f.Name, Value: fmt.Sprint(v), Message: "want " + f.objectWant()})
			continue
		}
		if f.QueryOnly && !slices.Contains(viewFields(view), f.Name) {
			errs = append(errs, &FieldError{Name: f.Name, Value: text, Message: "is a setting of the page's address only"})
			continue
		}
		values[f.Name] = text
	}
	for name, v := range object {
		if FieldByName(name).Name == "" {
			values[name] = fmt.Sprint(v) // parse reports it
		}
	}
	return parse(values, errs)
}

func (f Field) objectWant() string {
	switch f.Kind {
	case SwitchField:
		return "true or false"
	case ChoicesField:
		return "an array of some of " + f.Range()
	case ChoiceField:
		return "one of " + f.Range()
	case TextField:
		return "a text"
	}
	return "a number, " + f.Range()
}

// objectText is the text of a value that has the type that the field's has in
// an object.
func (f Field) objectText(v any) (text string, ok bool) {
	if n, isInt := v.(int); isInt {
		v = float64(n)
	}
	switch v := v.(type) {
	case string:
		return v, f.Kind == ChoiceField || f.Kind == TextField
	case bool:
		return toggle().format(v), f.Kind == SwitchField
	case float64:
		if f.Kind == IntegerField && v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', 0, 64), true
		}
		return formatNumber(v), f.Kind == IntegerField || f.Kind == NumberField || f.Kind == SwitchField
	case []any:
		names := make([]string, len(v))
		for i := range v {
			if names[i], ok = v[i].(string); !ok {
				return "", false
			}
		}
		return strings.Join(names, ","), f.Kind == ChoicesField
	}
	return "", false
}

func parse(values map[string]string, errs Errors) (Config, error) {
	// All else is relative to the preset, which must be known first. A bad one
	// is reported below.
	c := presetOf(values["preset"]).config()
	known := map[string]bool{}
	for _, f := range Fields() {
		known[f.Name] = true
		value, given := values[f.Name]
		if !given {
			continue
		}
		if err := f.check(value); err != nil {
			errs = append(errs, err)
			continue
		}
		f.set(&c, value)
	}
	var unknown []string
	for name := range values {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		errs = append(errs, &FieldError{Name: name, Value: values[name], Message: "there is no setting of this name", Unknown: true})
	}
	c = c.shortest()
	c.Views = c.Views.short()
	if len(errs) > 0 {
		return c, errs
	}
	return c, c.checkTogether(c.Train)
}

// Encode is the shortest query string, without a "?", that ParseQuery reads as
// c: what differs from the preset.
func (c Config) Encode() string {
	c = c.shortest()
	var pieces []string
	for _, f := range Fields() {
		value, set := f.Text(c)
		if !set {
			continue
		}
		if f.Name == "preset" {
			if value == DefaultPreset {
				continue
			}
		} else if !f.Changed(c) {
			continue
		}
		pieces = append(pieces, f.Name+"="+value)
	}
	return strings.Join(pieces, "&")
}

// unescape undoes a query's escapes; false, and the text as it is, if one is
// malformed. (net/url would bring a tenth of a megabyte of other things.)
func unescape(s string) (string, bool) {
	if !strings.ContainsAny(s, "%+") {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b.WriteByte(' ')
		case s[i] == '%':
			if i+2 >= len(s) {
				return s, false
			}
			n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return s, false
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), true
}
