package asm

// expr is the expression that is next, up to a sign that binds no closer than
// this.
func (f *Func) expr(binds int8) Value {
	v := f.primary()
	for {
		sign := f.peek()
		if sign.binds <= binds {
			return v
		}
		f.at++
		v = f.Op(sign.kind, v, f.expr(sign.binds))
	}
}

func (f *Func) primary() (v Value) {
	t := f.peek()
	f.at++
	switch t.kind {
	case aNumber:
		v.N = t.n
	case '-':
		v = f.Op('-', v, f.primary())
	case '(':
		v = f.expr(0)
		f.take(')')
	case aName:
		if f.peek().kind == '(' {
			v = f.call(t.n, len(f.args), false)
		} else {
			v = *f.find(t.n)
		}
	default:
		f.fail(string(rune(t.kind)), ", want an expression")
	}
	return f.postfix(v)
}

// postfix is v with the indices and calls that follow it: x.f(y) is f(x, y).
func (f *Func) postfix(v Value) Value {
	for {
		switch f.peek().kind {
		case '[':
			v = *f.element(&v)
		case '.':
			f.at++
			f.args = append(f.args, v)
			v = f.call(f.take(aName), len(f.args)-1, false)
		default:
			return v
		}
	}
}

// call runs a macro or what else has a name. Its arguments are in f.args from
// first on, and then next; in a statement a block may follow them.
func (f *Func) call(name, first int, statement bool) (v Value) {
	f.take('(')
	for !f.skips(')') {
		v = f.expr(0)
		f.args = append(f.args, v)
		f.skips(',')
	}
	args := f.args[first:]
	if f.p.defs[name] == 0 {
		v = f.function(name, args)
	} else {
		height := len(f.env)
		if statement && f.peek().kind == '{' {
			f.bind(wYield, Value{N: f.body()})
		}
		v = f.macro(name, args)
		f.unbind(height)
	}
	f.args = f.args[:first]
	return v
}

// macro runs a macro.
func (f *Func) macro(name int, args []Value) Value {
	height, then := len(f.env), f.at
	f.at = f.p.defs[name]
	if f.at == 0 {
		f.fail(f.p.names[name], ": there is no such macro")
	}
	f.take('(')
	for _, v := range args {
		f.bind(f.take(aName), v)
		f.skips(',')
	}
	f.take(')')
	f.block(f.at)
	v := f.result
	f.result, f.returned = Value{}, false
	f.unbind(height)
	f.at = then
	return v
}

// function is the value of one of the functions that are no macros.
func (f *Func) function(name int, args []Value) Value {
	var a, b Value
	if len(args) > 0 {
		a = args[0]
	}
	if len(args) > 1 {
		b = args[1]
	}
	switch name {
	case wCopy:
		return f.Copy(a)
	case wNew:
		return Value{node: f.newLocal(V128)}
	case wList:
		return List(make([]Value, a.N))
	case wMin:
		return Value{N: min(a.N, b.N)}
	case wMax:
		return Value{N: max(a.N, b.N)}
	}
	if name < len(instructions) {
		return f.instr(&instructions[name], args)
	}
	if f.m.Extra != nil {
		if v, ok := f.m.Extra(f, f.p.names[name], args); ok {
			return v
		}
	}
	f.fail(f.p.names[name], ": there is no such function")
	return Value{}
}
