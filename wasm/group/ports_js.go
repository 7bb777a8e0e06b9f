package group

import (
	"fmt"

	"github.com/hack-pad/safejs"
	"github.com/pairlab/pairlab/wasm/web"
)

// portMail sends vectors over one MessagePort a peer: long ones as transferred
// buffers, short ones, where that takes longer, as copies. Buffers that came are
// sent again: new ones would be cleared first, page by page, for a third of the
// time of Baseline's steps.
type portMail struct {
	ports   []safejs.Value // by rank; this rank's is unused
	inboxes []chan safejs.Value
	bytes   safejs.Value           // Uint8Array
	free    map[int][]safejs.Value // ArrayBuffers by size
	short   map[int]safejs.Value   // Uint8Arrays to copy from, by length
	remove  []func()
}

// A buffer has whole pages, so that vectors of nearly the same length share
// them; and no more are kept of one size than two swaps of a pair of ranks take.
const (
	pageSize  = 4096
	freeLimit = 4
)

// shortFloats is how long a vector is at most that is copied.
const shortFloats = pageSize / 4

// bufferSize is that of the buffer in which n float32s are sent.
func bufferSize(n int) int { return (4*n + pageSize - 1) / pageSize * pageSize }

// inboxSize is more than a peer can be ahead: it cannot start the call after
// the next before this rank has sent for the current one.
const inboxSize = 8

// OpenPorts is a rank of the group whose peers are at the other ends of
// ports, by rank.
func OpenPorts(rank, size int, ports []safejs.Value) (*Ports, error) {
	bytes, err := safejs.Global().Get("Uint8Array")
	if err != nil {
		return nil, err
	}
	m := &portMail{ports: ports, inboxes: make([]chan safejs.Value, size), bytes: bytes, free: map[int][]safejs.Value{}, short: map[int]safejs.Value{}}
	for q := range size {
		if q == rank {
			continue
		}
		inbox := make(chan safejs.Value, inboxSize)
		m.inboxes[q] = inbox
		remove, err := web.Listen(ports[q], "message", func(event safejs.Value) {
			data, err := event.Get("data")
			if err == nil {
				inbox <- data
			}
		})
		if err != nil {
			return nil, fmt.Errorf("group: port to rank %d: %w", q, err)
		}
		m.remove = append(m.remove, remove)
		if _, err := ports[q].Call("start"); err != nil {
			return nil, fmt.Errorf("group: port to rank %d: %w", q, err)
		}
	}
	return newPorts(rank, size, m), nil
}

// Close lets go of the ports after the run.
func (p *Ports) Close() {
	m, ok := p.mail.(*portMail)
	if !ok {
		return
	}
	for _, remove := range m.remove {
		remove()
	}
	for q, port := range m.ports {
		if q != p.rank {
			// Nothing is left to do where the port is already closed.
			_, _ = port.Call("close")
		}
	}
}

func (m *portMail) Send(to int, x []float32) {
	if err := m.send(to, x); err != nil {
		panic(fmt.Sprintf("group: sending to rank %d: %v", to, err))
	}
}

func (m *portMail) send(to int, x []float32) error {
	if len(x) <= shortFloats {
		return m.sendCopy(to, x)
	}
	buffer, err := m.buffer(bufferSize(len(x)))
	if err != nil {
		return err
	}
	array, err := m.bytes.New(buffer, 0, 4*len(x))
	if err != nil {
		return err
	}
	if _, err := safejs.CopyBytesToJS(array, bytesOf(x)); err != nil {
		return err
	}
	_, err = m.ports[to].Call("postMessage", array, []any{buffer})
	return err
}

func (m *portMail) sendCopy(to int, x []float32) error {
	array, made := m.short[len(x)]
	if !made {
		var err error
		if array, err = m.bytes.New(4 * len(x)); err != nil {
			return err
		}
		m.short[len(x)] = array
	}
	if _, err := safejs.CopyBytesToJS(array, bytesOf(x)); err != nil {
		return err
	}
	_, err := m.ports[to].Call("postMessage", array)
	return err
}

// buffer is a free one of a size, or a new one.
func (m *portMail) buffer(size int) (safejs.Value, error) {
	if list := m.free[size]; len(list) > 0 {
		last := len(list) - 1
		m.free[size] = list[:last]
		return list[last], nil
	}
	return web.New("ArrayBuffer", size)
}

// receive copies what came into x, and keeps its buffer.
func (m *portMail) receive(x []float32, array safejs.Value) error {
	if _, err := safejs.CopyBytesToGo(bytesOf(x), array); err != nil {
		return err
	}
	size := bufferSize(len(x))
	if len(x) <= shortFloats || len(m.free[size]) == freeLimit {
		return nil
	}
	buffer, err := array.Get("buffer")
	m.free[size] = append(m.free[size], buffer)
	return err
}

func (m *portMail) Receive(x []float32, from int, stopped <-chan struct{}) {
	select {
	case array := <-m.inboxes[from]:
		if err := m.receive(x, array); err != nil {
			panic(fmt.Sprintf("group: receiving from rank %d: %v", from, err))
		}
	case <-stopped:
	}
}
