package group

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/wasm/web"
)

// must is v, of a call that has to succeed.
func must(t *testing.T) func(v safejs.Value, err error) safejs.Value {
	return func(v safejs.Value, err error) safejs.Value {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// openPorts is a group whose ranks are goroutines that send each other messages
// by assets/mail.js.
func openPorts(t *testing.T, size int) []*Ports {
	t.Helper()
	ok := must(t)
	symbol := ok(ok(safejs.Global().Get("Symbol")).Call("for", "pairlab.exec"))
	starter := ok(ok(safejs.Global().Get("Reflect")).Call("get", safejs.Global(), symbol))
	mail := ok(web.Await(nil, ok(starter.Call("load", "../../assets/mail.js"))))
	open := ok(mail.Call("mailOver", ok(starter.Get("memory"))))

	ports := make([][]any, size) // by rank, to each other
	for rank := range ports {
		ports[rank] = make([]any, size)
	}
	for a := range size {
		for b := range a {
			channel := ok(web.New("MessageChannel"))
			ports[a][b], ports[b][a] = ok(channel.Get("port1")), ok(channel.Get("port2"))
		}
	}
	array := ok(safejs.Global().Get("Array"))
	ranks := make([]*Ports, size)
	for r := range ranks {
		var err error
		if ranks[r], err = OpenPorts(r, size, ok(array.Call("of", ports[r]...)), open); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(ranks[r].Close)
	}
	return ranks
}

func TestMessagesExchange(t *testing.T) {
	for _, size := range []int{2, 3, 8} {
		for _, n := range []int{5, 29, 3000} {
			var all sync.WaitGroup
			for _, g := range openPorts(t, size) {
				all.Go(func() { exchange(t, g, n) })
			}
			all.Wait()
		}
	}
}

// TestLettersKeepTheirOrder has several come before the first is awaited.
func TestLettersKeepTheirOrder(t *testing.T) {
	ranks := openPorts(t, 2)
	for i := range 5 {
		ranks[0].mail.Send(1, [][]float32{{float32(i)}, {float32(i), float32(2 * i)}})
	}
	time.Sleep(10 * time.Millisecond) // until all have come
	for i := range 5 {
		one, two := make([]float32, 1), make([]float32, 2)
		ranks[1].mail.Receive([][]float32{one, two}, 0, ranks[1].stopped)
		if !slices.Equal(one, []float32{float32(i)}) || !slices.Equal(two, []float32{float32(i), float32(2 * i)}) {
			t.Errorf("letter %d has %v and %v", i, one, two)
		}
	}
}

// TestAStoppedRankIsSentNothing: what it waited for comes later, and must not be
// put where it was to be.
func TestAStoppedRankIsSentNothing(t *testing.T) {
	ranks := openPorts(t, 2)
	x := []float32{7, 1}
	done := make(chan struct{})
	go func() {
		parallel.AllGather(ranks[0], parallel.Part[float32]{X: x, Bounds: []int{0, 1, 2}})
		close(done)
	}()
	time.Sleep(10 * time.Millisecond) // until it waits
	ranks[0].Stop()
	<-done
	if err := ranks[0].Err(); err != ErrStopped {
		t.Errorf("error %v, want %v", err, ErrStopped)
	}
	parallel.AllGather(ranks[1], parallel.Part[float32]{X: []float32{0, 2}, Bounds: []int{0, 1, 2}})
	time.Sleep(10 * time.Millisecond) // until it has come
	if x[1] != 1 {
		t.Errorf("a stopped rank's memory is %v", x)
	}
}
