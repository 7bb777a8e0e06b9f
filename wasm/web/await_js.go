package web

import (
	"errors"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/cancel"
)

// Await waits until promise is settled, or until stop is set. What the promise
// is rejected with is the error.
func Await(stop *cancel.Signal, promise safejs.Value) (safejs.Value, error) {
	type outcome struct {
		value safejs.Value
		err   error
	}
	settled := make(chan outcome, 1)
	fulfilled, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		settled <- outcome{value: first(args)}
		return nil
	})
	if err != nil {
		return safejs.Undefined(), err
	}
	rejected, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		settled <- outcome{err: Error(first(args))}
		return nil
	})
	if err != nil {
		fulfilled.Release()
		return safejs.Undefined(), err
	}
	release := func() {
		fulfilled.Release()
		rejected.Release()
	}
	if _, err := promise.Call("then", fulfilled, rejected); err != nil {
		release()
		return safejs.Undefined(), err
	}
	select {
	case o := <-settled:
		release()
		return o.value, o.err
	case <-stop.Done():
		// The promise may still call one of the two: released after that.
		go func() {
			<-settled
			release()
		}()
		return safejs.Undefined(), stop.Err()
	}
}

// AwaitCall calls a method and awaits what it promises.
func AwaitCall(stop *cancel.Signal, object safejs.Value, method string, args ...any) (safejs.Value, error) {
	promise, err := object.Call(method, args...)
	if err != nil {
		return safejs.Undefined(), err
	}
	return Await(stop, promise)
}

// Error is a JavaScript exception's text as a Go error.
func Error(thrown safejs.Value) error {
	if thrown.Type() == safejs.TypeObject {
		if message, err := thrown.Get("message"); err == nil && message.Type() == safejs.TypeString {
			if text, err := message.String(); err == nil && text != "" {
				return errors.New(text)
			}
		}
	}
	text, err := thrown.String()
	if err != nil {
		return err
	}
	return errors.New(text)
}

// Listen calls fn at each event of the given name until remove is called.
func Listen(target safejs.Value, event string, fn func(safejs.Value)) (remove func(), err error) {
	listener, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		fn(first(args))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := target.Call("addEventListener", event, listener); err != nil {
		listener.Release()
		return nil, err
	}
	return func() {
		// Nothing is left to do where the target is already gone.
		_, _ = target.Call("removeEventListener", event, listener)
		listener.Release()
	}, nil
}

// New makes an object of one of JavaScript's global classes.
func New(class string, args ...any) (safejs.Value, error) {
	constructor, err := safejs.Global().Get(class)
	if err != nil {
		return safejs.Undefined(), err
	}
	return constructor.New(args...)
}

func first(args []safejs.Value) safejs.Value {
	if len(args) == 0 {
		return safejs.Undefined()
	}
	return args[0]
}
