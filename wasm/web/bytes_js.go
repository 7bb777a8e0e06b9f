package web

import (
	"errors"
	"fmt"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/sha256"
	"github.com/pairlab/pairlab/wasm/cancel"
)

// Bytes copies a Uint8Array into Go's memory.
func Bytes(array safejs.Value) ([]byte, error) {
	n, err := array.Length()
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = safejs.CopyBytesToGo(b, array)
	return b, err
}

// Copy copies b into a new Uint8Array.
func Copy(b []byte) (safejs.Value, error) {
	array, err := New("Uint8Array", len(b))
	if err != nil {
		return safejs.Undefined(), err
	}
	_, err = safejs.CopyBytesToJS(array, b)
	return array, err
}

// Share copies a Uint8Array into memory that a message to a worker does not
// copy. The page must be cross-origin isolated.
func Share(array safejs.Value) (safejs.Value, error) {
	n, err := array.Length()
	if err != nil {
		return safejs.Undefined(), err
	}
	buffer, err := New("SharedArrayBuffer", n)
	if err != nil {
		return safejs.Undefined(), err
	}
	shared, err := New("Uint8Array", buffer)
	if err != nil {
		return safejs.Undefined(), err
	}
	_, err = shared.Call("set", array)
	return shared, err
}

// SHA256 is the hash of a Uint8Array. The browser computes it beside the page
// where it does so for this one (in a secure context), Go where not.
func SHA256(stop *cancel.Signal, array safejs.Value) (sum [sha256.Size]byte, err error) {
	crypto, err := safejs.Global().Get("crypto")
	if err != nil {
		return sum, err
	}
	subtle, err := crypto.Get("subtle")
	if err != nil {
		return sum, err
	}
	if subtle.IsUndefined() {
		b, err := Bytes(array)
		return sha256.Sum256(b), err
	}
	buffer, err := AwaitCall(stop, subtle, "digest", "SHA-256", array)
	if err != nil {
		return sum, err
	}
	hash, err := New("Uint8Array", buffer)
	if err != nil {
		return sum, err
	}
	_, err = safejs.CopyBytesToGo(sum[:], hash)
	return sum, err
}

// Inflate has the browser inflate a Uint8Array with a deflate stream (RFC
// 1951) into a new one. The error is [errors.ErrUnsupported] in browsers that
// cannot, those of before 2023. Not all refuse what follows the stream, and none
// has a limit: the content must be vouched for.
func Inflate(stop *cancel.Signal, deflated safejs.Value) (safejs.Value, error) {
	inflater, err := New("DecompressionStream", "deflate-raw")
	if err != nil {
		return safejs.Undefined(), fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	response, err := New("Response", deflated)
	if err != nil {
		return safejs.Undefined(), err
	}
	stream, err := response.Get("body")
	if err != nil {
		return safejs.Undefined(), err
	}
	if stream, err = stream.Call("pipeThrough", inflater); err != nil {
		return safejs.Undefined(), err
	}
	if response, err = New("Response", stream); err != nil {
		return safejs.Undefined(), err
	}
	buffer, err := AwaitCall(stop, response, "arrayBuffer")
	if err != nil {
		return safejs.Undefined(), err
	}
	return New("Uint8Array", buffer)
}
