package keep

import (
	"fmt"

	"github.com/hack-pad/safejs"
	"github.com/pairlab/pairlab/wasm/web"
)

const storeName = "records"

// IndexedDB is a database of the browser with one object store.
type IndexedDB struct{ db safejs.Value }

// OpenIndexedDB opens or makes the database. It fails where the browser keeps
// nothing (private windows of some).
func OpenIndexedDB(name string) (*IndexedDB, error) {
	factory, err := safejs.Global().Get("indexedDB")
	if err != nil || factory.IsUndefined() || factory.IsNull() {
		return nil, fmt.Errorf("keep: this browser has no storage")
	}
	request, err := factory.Call("open", name, 1)
	if err != nil {
		return nil, fmt.Errorf("keep: open the storage: %w", err)
	}
	remove, err := web.Listen(request, "upgradeneeded", func(safejs.Value) {
		if db, err := request.Get("result"); err == nil {
			// A failure here shows as the open request's error.
			_, _ = db.Call("createObjectStore", storeName)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("keep: open the storage: %w", err)
	}
	defer remove()
	db, err := settle(request, "success", "error")
	if err != nil {
		return nil, fmt.Errorf("keep: open the storage: %w", err)
	}
	return &IndexedDB{db}, nil
}

// settle waits for one of two events of a request or a transaction and
// returns the request's result.
func settle(target safejs.Value, good, bad string) (safejs.Value, error) {
	done := make(chan error, 3)
	var removers []func()
	defer func() {
		for _, remove := range removers {
			remove()
		}
	}()
	for event, failed := range map[string]bool{good: false, bad: true, "abort": true} {
		remove, err := web.Listen(target, event, func(safejs.Value) {
			if !failed {
				done <- nil
				return
			}
			cause, err := target.Get("error")
			if err == nil && !cause.IsNull() && !cause.IsUndefined() {
				err = web.Error(cause)
			} else {
				err = fmt.Errorf("the browser gave up")
			}
			done <- err
		})
		if err != nil {
			return safejs.Undefined(), err
		}
		removers = append(removers, remove)
	}
	if err := <-done; err != nil || good != "success" {
		return safejs.Undefined(), err
	}
	return target.Get("result")
}

// transaction opens one and its object store.
func (d *IndexedDB) transaction(mode string) (transaction, store safejs.Value, err error) {
	transaction, err = d.db.Call("transaction", storeName, mode, map[string]any{"durability": "strict"})
	if err != nil {
		return
	}
	store, err = transaction.Call("objectStore", storeName)
	return
}

// Put implements [Storage].
func (d *IndexedDB) Put(key string, b []byte) error {
	array, err := web.Copy(b)
	if err != nil {
		return err
	}
	return d.PutValue(key, array)
}

// PutValue is Put for bytes that are in a Uint8Array already.
func (d *IndexedDB) PutValue(key string, array safejs.Value) error {
	transaction, store, err := d.transaction("readwrite")
	if err != nil {
		return err
	}
	if _, err := store.Call("put", array, key); err != nil {
		return err
	}
	return commit(transaction)
}

// commit ends a transaction that has all its requests. It is not left to the
// browser, which would wait for their answers to arrive, and undo all if the
// page goes away meanwhile.
func commit(transaction safejs.Value) error {
	if _, err := transaction.Call("commit"); err != nil {
		return err
	}
	_, err := settle(transaction, "complete", "abort")
	return err
}

// Get implements [Storage].
func (d *IndexedDB) Get(key string) ([]byte, error) {
	_, store, err := d.transaction("readonly")
	if err != nil {
		return nil, err
	}
	request, err := store.Call("get", key)
	if err != nil {
		return nil, err
	}
	array, err := settle(request, "success", "error")
	if err != nil {
		return nil, err
	}
	if array.IsUndefined() {
		return nil, ErrNone
	}
	return web.Bytes(array)
}

// Delete implements [Storage].
func (d *IndexedDB) Delete(keys ...string) error {
	transaction, store, err := d.transaction("readwrite")
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := store.Call("delete", key); err != nil {
			return err
		}
	}
	return commit(transaction)
}

// Keys implements [Storage].
func (d *IndexedDB) Keys(prefix string) ([]string, error) {
	lists, err := d.within(prefix, "getAllKeys")
	if err != nil {
		return nil, err
	}
	return each(lists[0], safejs.Value.String)
}

// All implements [Storage].
func (d *IndexedDB) All(prefix string) (map[string][]byte, error) {
	lists, err := d.within(prefix, "getAllKeys", "getAll")
	if err != nil {
		return nil, err
	}
	keys, err := each(lists[0], safejs.Value.String)
	if err != nil {
		return nil, err
	}
	values, err := each(lists[1], web.Bytes)
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for i, key := range keys {
		all[key] = values[i]
	}
	return all, nil
}

// within calls methods of the object store that take a range of keys, here
// those with the prefix, and returns their results.
func (d *IndexedDB) within(prefix string, methods ...string) ([]safejs.Value, error) {
	_, store, err := d.transaction("readonly")
	if err != nil {
		return nil, err
	}
	bounds, err := safejs.Global().Get("IDBKeyRange")
	if err != nil {
		return nil, err
	}
	keys, err := bounds.Call("bound", prefix, prefix+"\uffff")
	if err != nil {
		return nil, err
	}
	requests := make([]safejs.Value, len(methods))
	for i, method := range methods {
		if requests[i], err = store.Call(method, keys); err != nil {
			return nil, err
		}
	}
	// Requests are answered in their order.
	if _, err := settle(requests[len(requests)-1], "success", "error"); err != nil {
		return nil, err
	}
	results := make([]safejs.Value, len(requests))
	for i, request := range requests {
		if results[i], err = request.Get("result"); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// each is an array's elements, converted.
func each[T any](array safejs.Value, convert func(safejs.Value) (T, error)) ([]T, error) {
	n, err := array.Length()
	if err != nil {
		return nil, err
	}
	all := make([]T, n)
	for i := range all {
		element, err := array.Index(i)
		if err != nil {
			return nil, err
		}
		if all[i], err = convert(element); err != nil {
			return nil, err
		}
	}
	return all, nil
}
