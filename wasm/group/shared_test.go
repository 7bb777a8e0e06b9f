package group

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel/portable"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/optim"
	"github.com/pairlab/pairlab/engine/parallel"
	"github.com/pairlab/pairlab/engine/train"
)

// board is control words among goroutines.
type board struct {
	word    [controlWords]atomic.Int32
	mu      sync.Mutex
	changed *sync.Cond
}

func newBoard() *board {
	b := &board{}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *board) Add(i, v int)   { b.word[i].Add(int32(v)) }
func (b *board) Load(i int) int { return int(b.word[i].Load()) }

func (b *board) Arrive(all int) {
	if int(b.word[arrivedWord].Add(1)) == all {
		b.word[roundWord].Add(1)
		b.Notify(roundWord)
	}
}

func (b *board) Look(round, looks int) int {
	for ; looks > 0 && b.Load(roundWord) == round; looks-- {
	}
	return b.Load(roundWord)
}

func (b *board) Wait(i, value int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Load(i) == value && b.Load(stopWord) == 0 {
		b.changed.Wait()
	}
}

func (b *board) Notify(int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed.Broadcast()
}

// array is memory among goroutines; the barrier orders its use.
type array []float32

func (a array) Write(at int, x []float32) { copy(a.part(at, x), x) }
func (a array) Read(x []float32, at int)  { copy(x, a.part(at, x)) }

// part is the memory for x, which has to lie in 8 byte words as x does; Go
// places only the shortest vectors anyhow.
func (a array) part(at int, x []float32) []float32 {
	if len(x) > 8 && uintptr(4*(controlWords+at))%8 != uintptr(unsafe.Pointer(&x[0]))%8 {
		panic(fmt.Sprintf("%d floats at %d of the shared memory and at %p: not the same place in a word", len(x), at, x))
	}
	return a[at : at+len(x)]
}

func sharedGroup(size, n, most int) []*Shared {
	control, memory := newBoard(), make(array, Floats(size, n, most))
	ranks := make([]*Shared, size)
	for r := range ranks {
		ranks[r] = newShared(r, size, n, most, 10, control, memory)
	}
	return ranks
}

// loiter has ranks be late in turn.
func loiter(g parallel.Group[float32], round int) {
	if round%g.Size() == g.Rank() {
		for range 100 {
			runtime.Gosched()
		}
	}
}

// exchange makes a rank call both methods many times and check every value.
func exchange(t *testing.T, g parallel.Group[float32], n int) {
	bounds := parallel.Bounds(n, g.Size())
	x, y := make([]float32, n), make([]float32, n)
	send, receive := make([][]float32, g.Size()), make([][]float32, g.Size())
	for q := range send {
		send[q] = make([]float32, bounds[q+1]-bounds[q])
		receive[q] = make([]float32, bounds[g.Rank()+1]-bounds[g.Rank()])
	}
	for round := range 200 {
		value := func(from, i int) float32 { return float32(1000*round + 100*from + i) }
		for i := bounds[g.Rank()]; i < bounds[g.Rank()+1]; i++ {
			x[i], y[i] = value(0, i), value(7, i)
		}
		parts := []parallel.Part[float32]{{X: x, Bounds: bounds}, {X: y, Bounds: bounds}}
		g.StartAllGather(parts[:1+round%2]...)
		loiter(g, round)
		g.Wait()
		for i := range x {
			if x[i] != value(0, i) || round%2 == 1 && y[i] != value(7, i) {
				t.Errorf("round %d, rank %d: gathered %v and %v at %d, want %v and %v", round, g.Rank(), x[i], y[i], i, value(0, i), value(7, i))
				return
			}
		}
		for q := range send {
			for i := range send[q] {
				send[q][i] = value(g.Rank(), q)
			}
		}
		g.StartAllToAll(send, receive)
		loiter(g, round)
		g.Wait()
		for q := range receive {
			for _, v := range receive[q] {
				if q != g.Rank() && v != value(q, g.Rank()) {
					t.Errorf("round %d, rank %d: received %v from %d, want %v", round, g.Rank(), v, q, value(q, g.Rank()))
					return
				}
			}
		}
	}
}

func TestSharedExchanges(t *testing.T) {
	for _, size := range []int{2, 3, 8} {
		for _, n := range []int{5, 8, 29} {
			var all sync.WaitGroup
			for _, g := range sharedGroup(size, n, 2*n) {
				all.Go(func() { exchange(t, g, n) })
			}
			all.Wait()
		}
	}
}

// TestSharedMemoryHoldsWhatRunsExchange trains in just the memory that the
// network is said to need, with equal chunks and, once the ranks know that one is
// slower, with others.
func TestSharedMemoryHoldsWhatRunsExchange(t *testing.T) {
	type example struct {
		network model.Config
		batch   int
	}
	narrow := model.Paper(model.Siamese2) // few parameters, and many values a pair
	narrow.Ch1, narrow.Ch2, narrow.FC = 1, 64, 1
	examples := []example{{narrow, 400}}
	for _, kind := range model.Kinds {
		examples = append(examples, example{model.Paper(kind), 16})
	}
	for _, e := range examples {
		pairs := constantTarget(e.batch)
		c := train.Config{Model: e.network, Optim: optim.Config{Kind: optim.AdamKind, Rate: 1e-3}, Batch: e.batch, Epochs: 9}
		digest := func(g parallel.Group[float32], slow time.Duration) string {
			var now time.Duration
			clock := func() time.Duration { now += slow; return now }
			result, _, err := train.Run(c, 1, pairs, pairs, train.Options{Kernels: portable.New[float32](), Group: g, Clock: clock})
			if err != nil {
				t.Error(err)
			}
			return result.Digest
		}
		want := digest(parallel.Solo[float32]{}, 1)
		for _, size := range []int{2, 3, 8} {
			var all sync.WaitGroup
			for rank, g := range sharedGroup(size, c.Model.Parameters(), c.Model.Gathered(c.Batch)) {
				slow := time.Duration(1)
				if rank == 0 {
					slow = 3
				}
				all.Go(func() {
					if got := digest(g, slow); got != want {
						t.Errorf("%+v, rank %d of %d: digest %.8s, want %.8s", e, rank, size, got, want)
					}
				})
			}
			all.Wait()
		}
	}
}

// constantTarget are n pairs whose first digit is never the larger.
func constantTarget(n int) model.Pairs {
	p := model.Pairs{N: n, X: make([]float32, n*2*model.Side*model.Side), Target: make([]int32, n), Digits: make([]int32, 2*n)}
	for i := range p.X {
		p.X[i] = float32(i%11) - 5
	}
	for i := range p.Target {
		p.Digits[2*i], p.Digits[2*i+1], p.Target[i] = int32(i%3), 2, 1
	}
	return p
}

func TestSharedStops(t *testing.T) {
	ranks := sharedGroup(3, 3, 3)
	var all sync.WaitGroup
	for _, g := range ranks[:2] { // the third never arrives
		all.Go(func() {
			parallel.AllGather(g, parallel.Part[float32]{X: make([]float32, 3), Bounds: []int{0, 1, 2, 3}})
			if g.Err() != ErrStopped {
				t.Errorf("rank %d: error %v, want %v", g.Rank(), g.Err(), ErrStopped)
			}
			parallel.AllGather(g, parallel.Part[float32]{X: make([]float32, 3), Bounds: []int{0, 1, 2, 3}}) // returns at once
		})
	}
	ranks[0].Stop()
	all.Wait()
}
