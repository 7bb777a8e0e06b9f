package ui

import (
	"fmt"

	"github.com/hack-pad/safejs"
)

// dom is the document. Its errors are programming errors (an element that
// index.html does not have, a method that does not exist); the first one is
// kept for New to return, all are shown on the console.
type dom struct {
	window, document safejs.Value
	err              error
}

func newDOM() (*dom, error) {
	d := &dom{window: safejs.Global()}
	var err error
	d.document, err = d.window.Get("document")
	return d, err
}

func (d *dom) note(err error) {
	if err == nil {
		return
	}
	if d.err == nil {
		d.err = err
	}
	if console, e := d.window.Get("console"); e == nil {
		_, _ = console.Call("error", err.Error())
	}
}

// element is an element of the page that remembers what it was last given, so
// that only what changed is written.
type element struct {
	dom   *dom
	value safejs.Value
	last  map[string]string
}

func (d *dom) wrap(v safejs.Value) *element {
	return &element{dom: d, value: v, last: map[string]string{}}
}

// find is the first element that a selector matches.
func (d *dom) find(selector string) *element {
	v, err := d.document.Call("querySelector", selector)
	if err == nil && v.IsNull() {
		err = fmt.Errorf("ui: the page has no element %s", selector)
	}
	d.note(err)
	return d.wrap(v)
}

// create makes an element in parent, with attributes in pairs.
func (d *dom) create(parent *element, tag string, attributes ...string) *element {
	v, err := d.document.Call("createElement", tag)
	d.note(err)
	e := d.wrap(v)
	for i := 0; i+1 < len(attributes); i += 2 {
		e.attribute(attributes[i], attributes[i+1])
	}
	if parent != nil {
		_, err = parent.value.Call("append", v)
		d.note(err)
	}
	return e
}

// changed says whether value is another than what key was last given.
func (e *element) changed(key, value string) bool {
	if old, known := e.last[key]; known && old == value {
		return false
	}
	e.last[key] = value
	return true
}

// text writes the element's text.
func (e *element) text(s string) *element {
	if e.changed("text", s) {
		e.dom.note(e.value.Set("textContent", s))
	}
	return e
}

// attribute sets an attribute.
func (e *element) attribute(name, value string) *element {
	if e.changed("@"+name, value) {
		_, err := e.value.Call("setAttribute", name, value)
		e.dom.note(err)
	}
	return e
}

// flag sets a boolean property, such as hidden or disabled.
func (e *element) flag(name string, on bool) *element {
	if e.changed("."+name, fmt.Sprint(on)) {
		e.dom.note(e.value.Set(name, on))
	}
	return e
}

// number sets a number property.
func (e *element) number(name string, v float64) {
	if e.changed("."+name, fmt.Sprint(v)) {
		e.dom.note(e.value.Set(name, v))
	}
}

// input sets what an input holds; the person may have changed it since.
func (e *element) input(s string) { e.dom.note(e.value.Set("value", s)) }

// property is a property as text.
func (e *element) property(name string) string {
	v, err := e.value.Get(name)
	if err == nil && v.Type() == safejs.TypeString {
		var s string
		if s, err = v.String(); err == nil {
			return s
		}
	}
	e.dom.note(err)
	return ""
}

// is reads a boolean property.
func (e *element) is(name string) bool {
	v, err := e.value.Get(name)
	if err == nil {
		var on bool
		if on, err = v.Truthy(); err == nil {
			return on
		}
	}
	e.dom.note(err)
	return false
}

// call calls a method and leaves its value.
func (e *element) call(method string, args ...any) {
	_, err := e.value.Call(method, args...)
	e.dom.note(err)
}

// on has fn called at every event of the kind. The page's listeners live as
// long as the page.
func (e *element) on(kind string, fn func(event safejs.Value)) {
	e.call("addEventListener", kind, e.dom.function(func(args []safejs.Value) {
		if len(args) > 0 {
			fn(args[0])
		}
	}))
}

// function is fn for JavaScript to call.
func (d *dom) function(fn func(args []safejs.Value)) safejs.Func {
	f, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		fn(args)
		return nil
	})
	d.note(err)
	return f
}

// parse is the value of a JSON text.
func (d *dom) parse(text string) (safejs.Value, error) {
	json, err := d.window.Get("JSON")
	if err != nil {
		return safejs.Undefined(), err
	}
	return json.Call("parse", text)
}

// focused says whether the element has the keyboard.
func (e *element) focused() bool {
	active, err := e.dom.document.Get("activeElement")
	e.dom.note(err)
	return err == nil && active.Equal(e.value)
}

// watch tells whether an element is on the screen, or less than margin pixels
// from it, now and whenever that changes.
func (d *dom) watch(e *element, margin int, seen func(bool)) {
	class, err := d.window.Get("IntersectionObserver")
	d.note(err)
	observer, err := class.New(d.function(func(args []safejs.Value) {
		last, err := args[0].Call("at", -1)
		d.note(err)
		seen(d.wrap(last).is("isIntersecting"))
	}), map[string]any{"rootMargin": fmt.Sprintf("%dpx", margin)})
	d.note(err)
	_, err = observer.Call("observe", e.value)
	d.note(err)
}

// usable says whether the element has the keyboard and can be used.
func (e *element) usable() bool { return e.focused() && !e.is("disabled") && !e.is("hidden") }

// clone puts a copy of a template's content into an element.
func (d *dom) clone(template string, into *element) {
	copied, err := d.content(template).value.Call("cloneNode", true)
	d.note(err)
	into.call("append", copied)
}

func (d *dom) content(template string) *element {
	content, err := d.find(template).value.Get("content")
	d.note(err)
	return d.wrap(content)
}
