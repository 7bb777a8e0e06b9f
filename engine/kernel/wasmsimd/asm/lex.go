package asm

import "strings"

// Program is a text in the package's language, read once.
type Program struct {
	tokens []token
	names  []string
	ids    map[string]int // the reverse of names
	defs   []int          // by name: the token where the macro's parameters start, or 0
}

// token is a name, a number or a sign.
type token struct {
	kind  byte // aName, aNumber or the sign
	binds int8 // how closely a sign of two operands binds; else 0
	n     int  // the name's id; the number; of a '{' the token after its '}'
	line  int
}

const (
	aName   = 'a'
	aNumber = '0'
	end     = 0
)

// Signs of two characters, = after those of firstSigns.
const (
	isEqual   = 'e'
	notEqual  = 'n'
	atLeast   = 'g'
	plusEqual = 'p'

	firstSigns = "=!>+"
	twoSigns   = "engp"
)

// The first names are those of the instructions, and then the words that the
// language itself knows.
const (
	wDef = len(instructions) + iota
	wLet
	wVar
	wTimes
	wRepeat
	wFor
	wCut
	wBy
	wWhile
	wIf
	wElse
	wReturn
	wYield
	wCopy
	wNew
	wList
	wMin
	wMax
	wFrame
)

var words = [...]string{
	"def", "let", "var", "times", "repeat", "for", "cut", "by", "while", "if", "else", "return", "yield",
	"copy", "new", "list", "min", "max", "frame",
}

// Parse reads a text. It finds the tokens and macros; what else is wrong in a
// text is found when it is run.
func Parse(text string) *Program {
	p := &Program{ids: map[string]int{}}
	for i := range instructions {
		p.id(instructions[i].name)
	}
	for _, w := range words {
		p.id(w)
	}
	line := 1
	var open []int
	for i := 0; i < len(text); {
		c, start := text[i], i
		i++
		t := token{kind: c, line: line}
		switch {
		case c == '\n':
			line++
			continue
		case c <= ' ':
			continue
		case c == '/' && i < len(text) && text[i] == '/':
			for i < len(text) && text[i] != '\n' {
				i++
			}
			continue
		case isLetter(c):
			for i < len(text) && (isLetter(text[i]) || isDigit(text[i])) {
				i++
			}
			t.kind, t.n = aName, p.id(text[start:i])
		case isDigit(c):
			t.kind, t.n = aNumber, int(c-'0')
			for ; i < len(text) && isDigit(text[i]); i++ {
				t.n = 10*t.n + int(text[i]-'0')
			}
		case c == '{':
			open = append(open, len(p.tokens))
		case c == '}' && len(open) > 0:
			p.tokens[open[len(open)-1]].n = len(p.tokens) + 1
			open = open[:len(open)-1]
		case i < len(text) && text[i] == '=':
			if j := strings.IndexByte(firstSigns, c); j >= 0 {
				t.kind = twoSigns[j]
				i++
			}
		}
		for j := range operators {
			if operators[j].sign == t.kind {
				t.binds = operators[j].binds
			}
		}
		if n := len(p.tokens); n > 0 && p.tokens[n-1].kind == aName && p.tokens[n-1].n == wDef {
			p.defs[t.n] = n + 1
		}
		p.tokens = append(p.tokens, t)
	}
	p.tokens = append(p.tokens, token{kind: end, line: line})
	return p
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// id is the number of a name.
func (p *Program) id(name string) int {
	id, ok := p.ids[name]
	if !ok {
		id = len(p.names)
		p.ids[name] = id
		p.names, p.defs = append(p.names, name), append(p.defs, 0)
	}
	return id
}
