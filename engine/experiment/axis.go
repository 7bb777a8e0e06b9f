package experiment

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// MaxAxisValues is the most values that one axis of a grid may have.
const MaxAxisValues = 1000

// Axis is one dimension of a Grid: the values that a setting takes, or that
// several settings take together.
type Axis struct {
	Fields []string   // names of settings; mostly one
	Values [][]string // each a text for every one of Fields, as Field.Text has it
}

// String is the axis as ParseAxis reads it, every value written out.
func (a Axis) String() string {
	values := make([]string, len(a.Values))
	for i, v := range a.Values {
		values[i] = strings.Join(v, ":")
	}
	return strings.Join(a.Fields, ":") + "=" + strings.Join(values, ",")
}

// SearchFields are the settings that a grid may have axes of: those of the
// networks and of their training. (A grid's rounds share their seeds, and it
// has every network of its Config; workers and kernels change only the speed.)
func SearchFields() []Field {
	var list []Field
	for _, f := range Fields() {
		if searchable(f) {
			list = append(list, f)
		}
	}
	return list
}

func searchable(f Field) bool {
	switch f.Name {
	case "epochs", "batch", "pairs", "pool":
		return true
	}
	return f.PerModel()
}

// ParseAxis reads one axis. After the setting's name and "=" come values and
// ranges, separated by commas:
//
//	lr=0.01,0.03,0.1
//	ch1=16..64 step 16        16, 32, 48, 64; of whole numbers the step may be left out
//	lr=0.001..1 times 10      0.001, 0.01, 0.1, 1
//	pairloss:aux=1:0,1:1,0:1  two settings that go together
//
// Every value must be one that its setting may have. The error is an Errors,
// which names the setting and the value.
func ParseAxis(text string) (Axis, error) {
	head, tail, _ := strings.Cut(text, "=")
	axis := Axis{Fields: strings.Split(head, ":")}
	var fields []Field
	for i, name := range axis.Fields {
		name = strings.TrimSpace(name)
		axis.Fields[i] = name
		f := FieldByName(name)
		wrong := &FieldError{Name: name, Value: strings.TrimSpace(tail)}
		switch {
		case f.Name == "":
			wrong.Message, wrong.Unknown = "there is no setting of this name", true
		case !searchable(f):
			wrong.Message = "is not a setting to search over: want one of " + strings.Join(names(SearchFields()), ", ")
		case slices.Contains(axis.Fields[:i], name):
			wrong.Message = "given more than once"
		default:
			fields = append(fields, f)
			continue
		}
		return Axis{}, Errors{wrong}
	}
	var errs Errors
	for item := range strings.SplitSeq(tail, ",") {
		values, err := readItem(fields, strings.TrimSpace(item))
		if err == nil && len(axis.Values)+len(values) > MaxAxisValues {
			err = &FieldError{Name: axis.Fields[0], Value: strings.TrimSpace(item), Message: "makes more than " + strconv.Itoa(MaxAxisValues) + " values"}
			values = nil
		}
		if err != nil {
			errs = append(errs, err)
		}
		for _, v := range values {
			if slices.ContainsFunc(axis.Values, func(w []string) bool { return slices.Equal(v, w) }) {
				errs = append(errs, &FieldError{Name: strings.Join(axis.Fields, ":"), Value: strings.Join(v, ":"), Message: "given more than once"})
				continue
			}
			axis.Values = append(axis.Values, v)
		}
	}
	if len(errs) > 0 {
		return Axis{}, errs
	}
	return axis, nil
}

func names(fields []Field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Name
	}
	return list
}

// readItem reads a value of the fields together, or a range of a single one.
func readItem(fields []Field, item string) ([][]string, *FieldError) {
	texts := strings.Split(item, ":")
	if len(texts) != len(fields) {
		return nil, &FieldError{
			Name: strings.Join(names(fields), ":"), Value: item,
			Message: "want a value for each of these settings, with a : between two",
		}
	}
	if len(fields) == 1 && strings.Contains(item, "..") {
		return fields[0].readRange(item)
	}
	value := make([]string, len(fields))
	for i, f := range fields {
		text := strings.TrimSpace(texts[i])
		if err := f.check(text); err != nil {
			return nil, err
		}
		value[i] = f.canonical(text)
	}
	return [][]string{value}, nil
}

// canonical is a checked text as Text gives it: 0.1 for 0.10.
func (f Field) canonical(text string) string {
	var c Config
	f.set(&c, text)
	text, _ = f.text(c)
	return text
}

// readRange reads "16..64 step 16" or "0.001..1 times 10".
func (f Field) readRange(item string) ([][]string, *FieldError) {
	wrong := func(message string) ([][]string, *FieldError) {
		return nil, &FieldError{Name: f.Name, Value: item, Message: message}
	}
	if f.Kind != IntegerField && f.Kind != NumberField {
		return wrong("a range needs numbers: want " + f.Range())
	}
	first, rest, _ := strings.Cut(item, "..")
	words := strings.Fields(rest)
	if len(words) == 1 && f.Kind == IntegerField {
		words = append(words, "step", strconv.Itoa(max(1, int(f.Step))))
	}
	if len(words) != 3 || words[1] != "step" && words[1] != "times" {
		return wrong("want a range such as 1..9 step 2 or 1..100 times 10")
	}
	var number [3]float64 // first, last, step or factor
	for i, text := range []string{strings.TrimSpace(first), words[0], words[2]} {
		if i < 2 {
			if err := f.check(text); err != nil {
				return nil, err
			}
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !finite(v) || strings.Trim(text, "+-.0123456789eE") != "" {
			return wrong(text + " is not a number")
		}
		number[i] = v
	}
	from, to, by := number[0], number[1], number[2]
	times := words[1] == "times"
	switch {
	case to < from:
		return wrong("the range ends before it begins")
	case times && (by <= 1 || from <= 0):
		return wrong("want a factor above 1 and a range that begins above 0")
	case !times && by <= 0:
		return wrong("want a step above 0")
	}
	var values [][]string
	for v := from; len(values) <= MaxAxisValues && v <= to+1e-9*math.Abs(to); {
		text := f.rounded(v)
		switch { // the ends are as they were given
		case len(values) == 0:
			text = f.format(from)
		case math.Abs(v-to) <= 1e-9*math.Abs(to):
			text = f.format(to)
		}
		if err := f.check(text); err != nil {
			return nil, err
		}
		values = append(values, []string{text})
		if times {
			v *= by
		} else {
			v = from + float64(len(values))*by
		}
	}
	return values, nil
}

// rounded is v without what the rounding of sums and powers adds to it: 0.3 for
// 0.1+0.2.
func (f Field) rounded(v float64) string {
	if short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64); err == nil {
		v = short
	}
	return f.format(v)
}

func (f Field) format(v float64) string {
	if f.Kind == IntegerField {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return formatNumber(v)
}
