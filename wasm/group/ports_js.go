package group

import (
	"fmt"

	"github.com/hack-pad/safejs"
	"github.com/pairlab/pairlab/wasm/web"
)

// portMail sends vectors as transferred buffers over one MessagePort a peer.
type portMail struct {
	ports   []safejs.Value // by rank; this rank's is unused
	inboxes []chan safejs.Value
	class   safejs.Value // Uint8Array
	remove  []func()
}

// inboxSize is more than a peer can be ahead: it cannot start the call after
// the next before this rank has sent for the current one.
const inboxSize = 8

// OpenPorts is a rank of the group whose peers are at the other ends of
// ports, by rank.
func OpenPorts(rank, size int, ports []safejs.Value) (*Ports, error) {
	class, err := safejs.Global().Get("Uint8Array")
	if err != nil {
		return nil, err
	}
	m := &portMail{ports: ports, inboxes: make([]chan safejs.Value, size), class: class}
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
	array, err := m.class.New(4 * len(x))
	if err == nil {
		_, err = safejs.CopyBytesToJS(array, bytesOf(x))
	}
	var buffer safejs.Value
	if err == nil {
		buffer, err = array.Get("buffer")
	}
	if err == nil {
		_, err = m.ports[to].Call("postMessage", array, []any{buffer})
	}
	if err != nil {
		panic(fmt.Sprintf("group: sending to rank %d: %v", to, err))
	}
}

func (m *portMail) Receive(x []float32, from int, stopped <-chan struct{}) bool {
	select {
	case array := <-m.inboxes[from]:
		if _, err := safejs.CopyBytesToGo(bytesOf(x), array); err != nil {
			panic(fmt.Sprintf("group: receiving from rank %d: %v", from, err))
		}
		return true
	case <-stopped:
		return false
	}
}
