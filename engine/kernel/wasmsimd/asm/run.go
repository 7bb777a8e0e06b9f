package asm

// Value is a number that is known now, an expression, or a list.
type Value struct {
	N    int
	node *node
}

// Extra are functions that programs may call beside the language's; it says
// whether it knows the name.
type Extra func(f *Func, name string, args []Value) (v Value, ok bool)

type binding struct {
	name   int
	before int // what latest was
	v      Value
}

// maxNames is the number of names that can be bound at once.
const maxNames = 500

// Bind names a number.
func (f *Func) Bind(name string, n int) { f.bind(f.id(name), Value{N: n}) }

// id is the number of a name, which need not be in the text.
func (f *Func) id(name string) int {
	id := f.p.id(name)
	for id >= len(f.latest) {
		f.latest = append(f.latest, 0)
	}
	return id
}

func (f *Func) bind(name int, v Value) {
	if len(f.env) == maxNames { // it must not move, as find gives addresses in it
		f.fail("too many names at once", "")
	}
	f.env = append(f.env, binding{name, f.latest[name], v})
	f.latest[name] = len(f.env)
}

// unbind takes back the bindings from a height of env on.
func (f *Func) unbind(height int) {
	for i := len(f.env) - 1; i >= height; i-- {
		f.latest[f.env[i].name] = f.env[i].before
	}
	f.env = f.env[:height]
}

// find is where the value of a name is kept: the latest that was bound.
func (f *Func) find(name int) *Value {
	at := f.latest[name]
	if at == 0 {
		f.fail(f.p.names[name], " is not known")
	}
	return &f.env[at-1].v
}

func (f *Func) peek() token { return f.p.tokens[f.at] }

// take moves past the next token, which must be of a kind, and returns its
// number.
func (f *Func) take(kind byte) int {
	t := f.p.tokens[f.at]
	f.at++
	if t.kind != kind {
		f.fail(string(rune(t.kind)), ", want "+string(rune(kind)))
	}
	return t.n
}

// skips moves past the next token if it is of a kind.
func (f *Func) skips(kind byte) bool {
	if f.peek().kind != kind {
		return false
	}
	f.at++
	return true
}

// body moves past the block that is next and returns where it is.
func (f *Func) body() int {
	at := f.at
	f.at = f.take('{')
	return at
}

// block runs the block at a token.
func (f *Func) block(at int) {
	height, then := len(f.env), f.at
	f.at = at
	last := f.take('{') - 1
	for f.at < last && !f.returned {
		f.statement()
	}
	f.unbind(height)
	f.at = then
}

// number is an expression that must be known now.
func (f *Func) number() int {
	v := f.expr(0)
	if v.node != nil {
		f.fail("a value, want a known number", "")
	}
	return v.N
}

// node is a value as an expression.
func (f *Func) node(v Value) *node {
	if v.node == nil {
		return &node{typ: I32, local: -1, code: appendS32([]byte{opConst}, int32(v.N))}
	}
	if v.node.list != nil {
		f.fail("a list, want a value", "")
	}
	return v.node
}

// Copy is a new variable with the value v.
func (f *Func) Copy(v Value) Value {
	w := f.node(v)
	n := f.newLocal(w.typ)
	f.set(n, w)
	return Value{node: n}
}

func (f *Func) statement() {
	switch word := f.take(aName); word {
	case wLet, wVar:
		f.let(word == wVar)
	case wTimes:
		n := f.expr(0)
		left, body := f.Copy(n), f.body()
		f.push(f.node(f.Op('>', left, Value{})))
		base := f.open(opIf, ti)
		f.loop(left.node, body)
		f.close(base)
	case wRepeat:
		n := f.number()
		f.repeat(n, f.body())
	case wFor, wCut:
		f.steps(word)
	case wWhile:
		condition := f.at
		for f.number() != 0 && !f.returned {
			f.block(f.at)
			f.at = condition
		}
		if !f.returned {
			f.body()
		}
	case wIf:
		f.choose()
	case wReturn:
		f.result = Value{}
		if f.peek().kind != '}' {
			f.result = f.expr(0)
		}
		f.returned = true
	case wYield:
		f.block(f.find(wYield).N)
	default:
		if f.peek().kind == '(' {
			f.call(word, len(f.args), true)
		} else if at := f.element(f.find(word)); f.peek().kind == '.' {
			f.postfix(*at)
		} else {
			f.assign(at)
		}
	}
}

// let runs what follows let and var.
func (f *Func) let(variable bool) {
	for again := true; again; again = f.skips(',') {
		name := f.take(aName)
		var at *Value
		if f.peek().kind == '[' {
			at = f.element(f.find(name))
		}
		f.take('=')
		v := f.expr(0)
		if variable {
			v = f.Copy(v)
		}
		if at != nil {
			*at = v
		} else {
			f.bind(name, v)
		}
	}
}

// element is v or, where indices follow, an element of it.
func (f *Func) element(v *Value) *Value {
	for f.skips('[') {
		i := f.number()
		f.take(']')
		if v.node == nil || i < 0 || i >= len(v.node.list) {
			f.fail("there is no such element", "")
		}
		v = &v.node.list[i]
	}
	return v
}

// assign runs an assignment to at: it emits one to a variable, and binds
// another value to what is none.
func (f *Func) assign(at *Value) {
	adds := f.skips(plusEqual)
	if !adds {
		f.take('=')
	}
	v := f.expr(0)
	if adds {
		if v == (Value{}) {
			return
		}
		v = f.Op('+', *at, v)
	}
	if at.node != nil && at.node.local >= 0 {
		f.set(at.node, f.node(v))
	} else {
		*at = v
	}
}

// repeat emits a block n times over; a count of 0 or 1 emits no loop.
func (f *Func) repeat(n, body int) {
	switch {
	case n == 1:
		f.block(body)
	case n > 1:
		f.loop(f.Copy(Value{N: n}).node, body)
	}
}

// loop emits a loop that runs a block until left, which it counts down, is 0.
func (f *Func) loop(left *node, body int) {
	base := f.open(opLoop, "")
	f.block(body)
	f.set(left, f.node(f.Op('+', Value{node: left}, Value{N: -1})))
	f.push(left)
	f.emit([]byte{opBrIf, 0}, ti, 0)
	f.close(base)
}

// steps runs what follows for and cut.
func (f *Func) steps(word int) {
	height := len(f.env)
	name := f.take(aName)
	f.take('<')
	n, by := f.number(), 1
	if word == wCut {
		if f.take(aName) != wBy {
			f.fail("cut without by", "")
		}
		by = f.number()
	}
	body := f.body()
	f.bind(name, Value{})
	i := &f.env[height].v.N
	switch {
	case word == wFor:
		for ; *i < n && !f.returned; *i++ {
			f.block(body)
		}
	default:
		*i = by
		f.repeat(n/by, body)
		if *i = n % by; *i > 0 {
			f.block(body)
		}
	}
	f.unbind(height)
}

// choose runs what follows if: now if the condition is a number.
func (f *Func) choose() {
	condition := f.expr(0)
	yes, no := f.body(), 0
	if t := f.peek(); t.kind == aName && t.n == wElse {
		f.at++
		no = f.body()
	}
	if condition.node == nil {
		if condition.N != 0 {
			f.block(yes)
		} else if no > 0 {
			f.block(no)
		}
		return
	}
	f.push(f.node(condition))
	base := f.open(opIf, ti)
	f.block(yes)
	if no > 0 {
		f.empty("block")
		f.code = append(f.code, opElse)
		f.block(no)
	}
	f.close(base)
}

// List is a list of values.
func List(v []Value) Value { return Value{node: &node{local: -1, list: v}} }

// Elements are the values of a list.
func (v Value) Elements() []Value {
	if v.node == nil {
		return nil
	}
	return v.node.list
}
