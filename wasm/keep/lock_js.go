package keep

import (
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/web"
)

// Lock takes the lock of the given name, which one living page of the site can
// have at a time: it ends with release, or with the page. If another page has
// it, Lock waits until it is free, or returns ok false where it is not to
// wait. Where the browser has no locks (pages that did not come by https), it
// is always given.
func Lock(name string, wait bool) (release func(), ok bool, err error) {
	navigator, err := safejs.Global().Get("navigator")
	if err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", err)
	}
	locks, err := navigator.Get("locks")
	if err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", err)
	}
	if locks.IsUndefined() {
		return func() {}, true, nil
	}
	// The lock is held until the promise that its holder returns is settled.
	var let safejs.Value
	executor, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		let = args[0]
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", err)
	}
	defer executor.Release()
	held, err := web.New("Promise", executor)
	if err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", err)
	}
	type answer struct {
		given bool
		err   error
	}
	answers := make(chan answer, 2)
	holder, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		free := len(args) > 0 && !args[0].IsNull()
		answers <- answer{given: free}
		if !free {
			return nil
		}
		return held
	})
	if err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", err)
	}
	defer holder.Release()
	request, err := locks.Call("request", name, map[string]any{"ifAvailable": !wait}, holder)
	if err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", err)
	}
	go func() {
		// It is settled when the lock is released, or refused as a whole.
		if _, err := web.Await(nil, request); err != nil {
			answers <- answer{err: err}
		}
	}()
	first := <-answers
	if first.err != nil {
		return nil, false, fmt.Errorf("keep: lock: %w", first.err)
	}
	if !first.given {
		return nil, false, nil
	}
	return func() {
		_, _ = let.Invoke() // it cannot fail: it resolves a promise
	}, true, nil
}
