package web

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/wasm/cancel"
)

func promise(t *testing.T, method string, args ...any) safejs.Value {
	t.Helper()
	class, err := safejs.Global().Get("Promise")
	if err != nil {
		t.Fatal(err)
	}
	p, err := class.Call(method, args...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAwaitGivesValuesAndReasons(t *testing.T) {
	v, err := Await(nil, promise(t, "resolve", 42))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := v.Int(); err != nil || n != 42 {
		t.Errorf("got %d, %v, want 42", n, err)
	}
	reason, err := New("Error", "for a reason")
	if err != nil {
		t.Fatal(err)
	}
	for want, thrown := range map[string]any{"for a reason": reason, "a plain text": "a plain text"} {
		if _, err := Await(nil, promise(t, "reject", thrown)); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	stop := cancel.New()
	stop.Set(nil)
	if _, err := Await(stop, promise(t, "race", []any{})); !errors.Is(err, cancel.ErrStopped) {
		t.Errorf("a promise that is never settled: %v, want %v", err, cancel.ErrStopped)
	}
}

func TestFetchReadsAllAndReportsProgress(t *testing.T) {
	want := bytes.Repeat([]byte("digits "), 5000)
	var last int64
	array, err := Fetch(nil, "data:,"+strings.ReplaceAll(string(want), " ", "%20"), CacheDefault, func(n int64) {
		if n <= last {
			t.Errorf("progress %d after %d", n, last)
		}
		last = n
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Bytes(array)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v, want %d", len(got), err, len(want))
	}
	if last != int64(len(want)) {
		t.Errorf("progress ends at %d, want %d", last, len(want))
	}
}

func TestOnlyWhatMayPassIsTriedAgain(t *testing.T) {
	for status, want := range map[int]bool{404: false, 403: false, 408: true, 429: true, 500: true, 503: true} {
		if got := passing(&StatusError{status}); got != want {
			t.Errorf("status %d: %v, want %v", status, got, want)
		}
	}
	if !passing(errors.New("connection lost")) {
		t.Error("a lost connection is not tried again")
	}
}

func TestYieldLetsEventsIn(t *testing.T) {
	y, err := NewYielder()
	if err != nil {
		t.Fatal(err)
	}
	called := false
	fn, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) any { called = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer fn.Release()
	if _, err := safejs.Global().Call("queueMicrotask", fn); err != nil {
		t.Fatal(err)
	}
	const turns = 1000
	begun := time.Now()
	for range turns {
		if err := y.Yield(); err != nil {
			t.Fatal(err)
		}
	}
	if !called {
		t.Error("an event that was waiting did not get in")
	}
	// Timers that are nested are held back to 4 ms each: this must not be.
	if took := time.Since(begun); took > turns*2*time.Millisecond {
		t.Errorf("%d turns took %v", turns, took)
	}
	if err := y.Close(); err != nil {
		t.Error(err)
	}
}

func TestBellCountsForWhoeverOpensIt(t *testing.T) {
	bell, buffer, err := NewBell()
	if err != nil {
		t.Fatal(err)
	}
	other, err := OpenBell(buffer)
	if err != nil {
		t.Fatal(err)
	}
	for want := range 3 {
		if n, err := other.Rung(); err != nil || n != want {
			t.Errorf("rung %d times, %v, want %d", n, err, want)
		}
		if err := bell.Ring(); err != nil {
			t.Fatal(err)
		}
	}
}
