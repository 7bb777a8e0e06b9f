package web

import (
	"errors"
	"fmt"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/cancel"
)

// StatusError is an answer other than success.
type StatusError struct{ Status int }

func (e *StatusError) Error() string { return fmt.Sprintf("HTTP status %d", e.Status) }

// retryPauses are the waits before a failed download is tried again.
var retryPauses = [...]time.Duration{300 * time.Millisecond, 1200 * time.Millisecond}

// Cache says what a download may take from the browser's cache.
type Cache string

// The ways to use the cache, with the names that the browser's fetch has.
const (
	CacheDefault Cache = "default"  // what the server's headers allow
	CacheCheck   Cache = "no-cache" // nothing without asking the server
	CacheReload  Cache = "reload"   // nothing
)

// Fetch downloads url and returns its content as a Uint8Array. progress is
// told how many bytes have come so far, from 0 again at each try; it may be
// nil. What may pass (a lost connection, a server's 5xx) is tried again.
func Fetch(stop *cancel.Signal, url string, cache Cache, progress func(loaded int64)) (safejs.Value, error) {
	for try := 0; ; try++ {
		bytes, err := fetchOnce(stop, url, cache, progress)
		if err == nil || stop.Err() != nil || try == len(retryPauses) || !passing(err) {
			return bytes, err
		}
		pause, release := cancel.After(retryPauses[try])
		select {
		case <-pause.Done():
		case <-stop.Done():
		}
		release()
		if stop.Err() != nil {
			return safejs.Undefined(), stop.Err()
		}
	}
}

// passing says whether the same request may succeed later.
func passing(err error) bool {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.Status >= 500 || status.Status == 408 || status.Status == 429
	}
	return true
}

func fetchOnce(stop *cancel.Signal, url string, cache Cache, progress func(int64)) (safejs.Value, error) {
	abort, err := New("AbortController")
	if err != nil {
		return safejs.Undefined(), err
	}
	signal, err := abort.Get("signal")
	if err != nil {
		return safejs.Undefined(), err
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-stop.Done():
			_, _ = abort.Call("abort") // a download that is over cannot be aborted, and need not
		case <-over:
		}
	}()

	response, err := AwaitCall(stop, safejs.Global(), "fetch", url, map[string]any{"signal": signal, "cache": string(cache)})
	if err != nil {
		return safejs.Undefined(), err
	}
	status, err := intField(response, "status")
	if err != nil {
		return safejs.Undefined(), err
	}
	if status != 200 {
		return safejs.Undefined(), &StatusError{status}
	}
	return readBody(stop, response, progress)
}

func readBody(stop *cancel.Signal, response safejs.Value, progress func(int64)) (safejs.Value, error) {
	body, err := response.Get("body")
	if err != nil {
		return safejs.Undefined(), err
	}
	reader, err := body.Call("getReader")
	if err != nil {
		return safejs.Undefined(), err
	}
	var chunks []safejs.Value
	var total int64
	for {
		step, err := AwaitCall(stop, reader, "read")
		if err != nil {
			return safejs.Undefined(), err
		}
		chunk, err := step.Get("value")
		if err != nil {
			return safejs.Undefined(), err
		}
		if chunk.IsUndefined() { // the end
			break
		}
		n, err := chunk.Length()
		if err != nil {
			return safejs.Undefined(), err
		}
		chunks = append(chunks, chunk)
		total += int64(n)
		if progress != nil {
			progress(total)
		}
	}
	return joined(chunks, total)
}

// joined is one Uint8Array with the bytes of all chunks; they stay in the
// browser's memory, outside Go's.
func joined(chunks []safejs.Value, total int64) (safejs.Value, error) {
	whole, err := New("Uint8Array", total)
	if err != nil {
		return safejs.Undefined(), err
	}
	offset := 0
	for _, chunk := range chunks {
		n, err := chunk.Length()
		if err != nil {
			return safejs.Undefined(), err
		}
		if _, err := whole.Call("set", chunk, offset); err != nil {
			return safejs.Undefined(), err
		}
		offset += n
	}
	return whole, nil
}

func intField(v safejs.Value, name string) (int, error) {
	field, err := v.Get(name)
	if err != nil {
		return 0, err
	}
	return field.Int()
}
