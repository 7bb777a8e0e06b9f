package inspect

import (
	"sort"

	"github.com/pairlab/pairlab/engine/ask"
)

// Digits is the number of a digit's classes.
const Digits = 10

// Answers are what one network says about pairs, from the first pair on: all
// are as long as there are answers, Left and Right empty for a network that
// reads no digits.
type Answers struct {
	Yes         []bool    `json:"yes"` // the first digit is at most the second
	Probability []float32 `json:"p"`   // of the answer, as in [ask.Answer]
	Left        []int8    `json:"left,omitempty"`
	Right       []int8    `json:"right,omitempty"` // the digits read
}

// Add appends one answer.
func (a *Answers) Add(x ask.Answer) {
	a.Yes, a.Probability = append(a.Yes, x.Yes), append(a.Probability, float32(x.Probability))
	if left, right, ok := x.Digits(); ok {
		a.Left, a.Right = append(a.Left, int8(left)), append(a.Right, int8(right))
	}
}

// Append appends the answers to the pairs that come next.
func (a *Answers) Append(next Answers) {
	a.Yes, a.Probability = append(a.Yes, next.Yes...), append(a.Probability, next.Probability...)
	a.Left, a.Right = append(a.Left, next.Left...), append(a.Right, next.Right...)
}

// Whole says whether the parts of the answers belong to n pairs, and their
// digits are digits.
func (a *Answers) Whole(n int) bool {
	if len(a.Yes) != n || len(a.Probability) != n || len(a.Left) != len(a.Right) || a.Reads() && len(a.Left) != n {
		return false
	}
	for i := range a.Left {
		if min(a.Left[i], a.Right[i]) < 0 || max(a.Left[i], a.Right[i]) >= Digits {
			return false
		}
	}
	return true
}

// Len is the number of answers.
func (a *Answers) Len() int { return len(a.Yes) }

// Reads says whether the network reads digits.
func (a *Answers) Reads() bool { return len(a.Left) > 0 }

// Correct says whether answer i is right of a pair of these digits.
func (a *Answers) Correct(i int, left, right uint8) bool { return a.Yes[i] == (left <= right) }

// Cell counts the answers to the pairs of two digits.
type Cell struct {
	Right int `json:"right"`
	Pairs int `json:"pairs"`
}

// Share is the share of right answers, 0..1; 0 of no pairs.
func (c Cell) Share() float64 {
	if c.Pairs == 0 {
		return 0
	}
	return float64(c.Right) / float64(c.Pairs)
}

// Matrix counts answers by the first digit and the second.
type Matrix [Digits][Digits]Cell

// Matrix counts the answers. digits [2·N] are the pairs' classes.
func (a *Answers) Matrix(digits []uint8) (m Matrix) {
	for i := range a.Yes {
		left, right := digits[2*i], digits[2*i+1]
		c := &m[left][right]
		c.Pairs++
		if a.Correct(i, left, right) {
			c.Right++
		}
	}
	return m
}

// Sum counts all answers.
func (m *Matrix) Sum() (sum Cell) {
	for _, row := range m {
		for _, c := range row {
			sum.Right += c.Right
			sum.Pairs += c.Pairs
		}
	}
	return sum
}

// Confusion counts digits, both of every pair, by what they are and by what
// the network takes them for.
type Confusion [Digits][Digits]int

// Confusion counts the digits read; all zero for a network that reads none.
func (a *Answers) Confusion(digits []uint8) (c Confusion) {
	for i := range a.Left {
		c[digits[2*i]][a.Left[i]]++
		c[digits[2*i+1]][a.Right[i]]++
	}
	return c
}

// Sum counts all digits, and those that are read right.
func (c *Confusion) Sum() (sum Cell) {
	for i, row := range c {
		sum.Right += row[i]
		for _, n := range row {
			sum.Pairs += n
		}
	}
	return sum
}

// Any, in a Filter, is every digit.
const Any = -1

// Filter chooses pairs by their digits: 0..9, or Any.
type Filter struct {
	First  int `json:"first"`
	Second int `json:"second"`
	Either int `json:"either"` // at least one of the two
}

// All lets every pair through.
var All = Filter{Any, Any, Any}

// Has says whether a pair of these digits is let through.
func (f Filter) Has(left, right uint8) bool {
	is := func(want int, digit uint8) bool { return want == Any || want == int(digit) }
	return is(f.First, left) && is(f.Second, right) && (is(f.Either, left) || is(f.Either, right))
}

// Order lists the answered pairs that a filter lets through, by index: first
// those with a wrong answer, the surest first; then those with a right one,
// the least sure first. Of equals the earlier pair is first. wrong is how many
// are wrong.
func (a *Answers) Order(digits []uint8, f Filter) (order []int, wrong int) {
	o := ordering{of: a, wrong: make([]bool, a.Len())}
	for i := range a.Yes {
		left, right := digits[2*i], digits[2*i+1]
		if !f.Has(left, right) {
			continue
		}
		o.list = append(o.list, i)
		if !a.Correct(i, left, right) {
			o.wrong[i] = true
			wrong++
		}
	}
	sort.Sort(&o)
	return o.list, wrong
}

type ordering struct {
	of    *Answers
	wrong []bool // by pair
	list  []int
}

func (o *ordering) Len() int      { return len(o.list) }
func (o *ordering) Swap(i, j int) { o.list[i], o.list[j] = o.list[j], o.list[i] }
func (o *ordering) Less(i, j int) bool {
	a, b := o.list[i], o.list[j]
	p, q := o.of.Probability[a], o.of.Probability[b]
	switch {
	case o.wrong[a] != o.wrong[b]:
		return o.wrong[a]
	case p != q:
		return (p > q) == o.wrong[a]
	}
	return a < b
}
