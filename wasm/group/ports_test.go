package group

import (
	"slices"
	"sync"
	"testing"

	"github.com/pairlab/pairlab/engine/parallel"
)

// channels is mail among goroutines: box[from][to].
type channels struct {
	rank int
	box  [][]chan []float32
}

func (c channels) Send(to int, x [][]float32) { c.box[c.rank][to] <- slices.Concat(x...) }

func (c channels) Receive(x [][]float32, from int, stopped <-chan struct{}) {
	select {
	case y := <-c.box[from][c.rank]:
		for _, part := range x {
			y = y[copy(part, y):]
		}
	case <-stopped:
	}
}

func portsGroup(size int) []*Ports {
	box := make([][]chan []float32, size)
	for i := range box {
		box[i] = make([]chan []float32, size)
		for j := range box[i] {
			box[i][j] = make(chan []float32, 4)
		}
	}
	ranks := make([]*Ports, size)
	for r := range ranks {
		ranks[r] = newPorts(r, size, channels{r, box})
	}
	return ranks
}

func TestPortsExchange(t *testing.T) {
	for _, size := range []int{2, 3, 8} {
		for _, n := range []int{5, 8, 29} {
			var all sync.WaitGroup
			for _, g := range portsGroup(size) {
				all.Go(func() { exchange(t, g, n) })
			}
			all.Wait()
		}
	}
}

func TestPortsStop(t *testing.T) {
	g := portsGroup(2)[0]
	done := make(chan struct{})
	go func() {
		parallel.AllGather(g, parallel.Part[float32]{X: make([]float32, 2), Bounds: []int{0, 1, 2}})
		close(done)
	}()
	g.Stop()
	g.Stop()
	<-done
	if g.Err() != ErrStopped {
		t.Errorf("error %v, want %v", g.Err(), ErrStopped)
	}
}
