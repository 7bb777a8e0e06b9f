package main

import (
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/web"
)

// readMessage takes a message event apart: the text and, where there are any,
// the bytes.
func readMessage(event safejs.Value) (text string, bytes safejs.Value, err error) {
	message, err := event.Get("data")
	if err != nil {
		return "", bytes, err
	}
	field, err := message.Get("json")
	if err != nil {
		return "", bytes, err
	}
	if field.Type() != safejs.TypeString {
		return "", bytes, fmt.Errorf("app: a message without text")
	}
	if bytes, err = message.Get("bytes"); err != nil {
		return "", bytes, err
	}
	text, err = field.String()
	return text, bytes, err
}

// parseJSON is a JSON text as a JavaScript value.
func parseJSON(text []byte) (safejs.Value, error) {
	json, err := safejs.Global().Get("JSON")
	if err != nil {
		return safejs.Undefined(), err
	}
	return json.Call("parse", string(text))
}

// newError is a JavaScript Error with a Go error's text.
func newError(cause error) safejs.Value {
	e, err := web.New("Error", cause.Error())
	if err != nil {
		return safejs.Null()
	}
	return e
}

// promise is a JavaScript promise of what fn returns; fn may wait.
func promise(fn func() (any, error)) (safejs.Value, error) {
	executor, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		resolve, reject := args[0], args[1]
		go func() {
			value, err := fn()
			// Settling a promise cannot fail.
			if err != nil {
				_, _ = reject.Invoke(newError(err))
				return
			}
			if value == nil {
				value = safejs.Undefined()
			}
			_, _ = resolve.Invoke(value)
		}()
		return nil
	})
	if err != nil {
		return safejs.Undefined(), err
	}
	defer executor.Release()
	return web.New("Promise", executor)
}
