package parallel

import "testing"

// TestAdditionsFollowTheTree combines, for every number of ranks, symbolic
// sums: the brackets must be those of the whole tree.
func TestAdditionsFollowTheTree(t *testing.T) {
	const want = "(((0+1)+(2+3))+((4+5)+(6+7)))"
	for size := 1; size <= Chunks; size++ {
		var nodes []Node
		bounds := Bounds(Chunks, size)
		for r := range size {
			nodes = append(nodes, Nodes(bounds[r], bounds[r+1])...)
		}
		entries := make([]string, len(nodes))
		for i, n := range nodes {
			entries[i] = brackets(n)
		}
		for _, a := range Additions(nodes) {
			entries[a.Dst] = "(" + entries[a.Dst] + "+" + entries[a.Src] + ")"
		}
		if entries[0] != want {
			t.Errorf("%d ranks: %s, want %s", size, entries[0], want)
		}
	}
}

func brackets(n Node) string {
	if n.Size == 1 {
		return string(rune('0' + n.Lo))
	}
	half := n.Size / 2
	return "(" + brackets(Node{n.Lo, half}) + "+" + brackets(Node{n.Lo + half, half}) + ")"
}

func TestLocalGroupExchanges(t *testing.T) {
	const size = 3
	ranks := NewLocal[float64](size)
	bounds := Bounds(7, size)
	done := make(chan string, size)
	for r, g := range ranks {
		go func() {
			for range 50 {
				x := make([]float64, 7)
				for i := bounds[r]; i < bounds[r+1]; i++ {
					x[i] = float64(i)
				}
				AllGather(g, Part[float64]{X: x, Bounds: bounds})
				for i, v := range x {
					if v != float64(i) {
						done <- "AllGather left a wrong value"
						return
					}
				}
				send, receive := make([][]float64, size), make([][]float64, size)
				for q := range size {
					send[q], receive[q] = []float64{float64(10*r + q)}, make([]float64, 1)
				}
				AllToAll(g, send, receive)
				for q := range size {
					if q != r && receive[q][0] != float64(10*q+r) {
						done <- "AllToAll delivered a wrong value"
						return
					}
				}
			}
			done <- ""
		}()
	}
	for range size {
		if s := <-done; s != "" {
			t.Error(s)
		}
	}
}

func TestStoppedGroupReturns(t *testing.T) {
	ranks := NewLocal[float64](2)
	done := make(chan error)
	go func() {
		AllGather(ranks[0], Part[float64]{X: make([]float64, 2), Bounds: []int{0, 1, 2}})
		done <- ranks[0].Err()
	}()
	ranks[1].Stop(ErrStopped)
	if err := <-done; err != ErrStopped {
		t.Errorf("error %v, want %v", err, ErrStopped)
	}
}
