package web

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/hack-pad/safejs"
)

// noise is n bytes of which each is one of 16.
func noise(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.IntN(16))
	}
	return b
}

func mustCopy(t *testing.T, b []byte) safejs.Value {
	t.Helper()
	array, err := Copy(b)
	if err != nil {
		t.Fatal(err)
	}
	return array
}

func TestSharedBytesAreTheSame(t *testing.T) {
	want := noise(1000)
	shared, err := Share(mustCopy(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Bytes(shared); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v, want those that were shared", len(got), err)
	}
	buffer, err := shared.Get("buffer")
	if err != nil {
		t.Fatal(err)
	}
	class, err := safejs.Global().Get("SharedArrayBuffer")
	if err != nil {
		t.Fatal(err)
	}
	if is, err := buffer.InstanceOf(class); err != nil || !is {
		t.Errorf("the memory is not shared, %v", err)
	}
}

// TestSHA256 compares with Go's, also where there is none in JavaScript: pages
// of http addresses.
func TestSHA256(t *testing.T) {
	check := func(t *testing.T) {
		for _, n := range []int{0, 1, 64, 100_000} {
			b := noise(n)
			if got, err := SHA256(nil, mustCopy(t, b)); err != nil || got != sha256.Sum256(b) {
				t.Errorf("%d bytes: %x, %v, want %x", n, got, err, sha256.Sum256(b))
			}
		}
	}
	t.Run("secure", check)
	global := safejs.Global()
	usual, err := global.Get("crypto")
	if err != nil {
		t.Fatal(err)
	}
	object, err := New("Object")
	if err != nil {
		t.Fatal(err)
	}
	define := func(crypto safejs.Value) {
		property := map[string]any{"value": crypto, "configurable": true, "writable": true}
		class, err := global.Get("Object")
		if err == nil {
			_, err = class.Call("defineProperty", global, "crypto", property)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	define(object)
	defer define(usual)
	t.Run("insecure", check)
}

func TestInflate(t *testing.T) {
	want := noise(300_000)
	var deflated bytes.Buffer
	z, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]byte{want[:1000], want[1000:]} {
		if _, err := z.Write(part); err != nil {
			t.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	good := deflated.Bytes()
	_, lacks := New("DecompressionStream", "deflate-raw")
	inflated, err := Inflate(nil, mustCopy(t, good))
	if lacks != nil { // Node.js before 20.12
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Fatalf("error %v where nothing inflates, want %v", err, errors.ErrUnsupported)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Bytes(inflated); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v, want the %d that were deflated", len(got), err, len(want))
	}
	for name, bad := range map[string][]byte{
		"cut":     good[:len(good)-10],
		"corrupt": {0xff, 0xff, 0xff},
		"empty":   {},
	} {
		if _, err := Inflate(nil, mustCopy(t, bad)); err == nil || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: error %v, want one", name, err)
		}
	}
}
