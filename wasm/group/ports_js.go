package group

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/hack-pad/safejs"
)

// portMail sends letters over one MessagePort a peer, by assets/mail.js.
type portMail struct {
	mail       safejs.Value
	send, take safejs.Value
	wake       safejs.Func
	woken      chan struct{}
	places     []any // the arguments of a call
}

// OpenPorts is a rank of the group whose peers are at the other ends of ports,
// by rank; this rank's own is null. open is what mailOver of assets/mail.js
// returns. Close must be called after the run.
func OpenPorts(rank, size int, ports, open safejs.Value) (*Ports, error) {
	m := &portMail{woken: make(chan struct{}, 1)}
	var err error
	m.wake, err = safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		select {
		case m.woken <- struct{}{}:
		default:
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("group: %w", err)
	}
	if err := m.open(ports, open); err != nil {
		m.wake.Release()
		return nil, fmt.Errorf("group: open the ports: %w", err)
	}
	return newPorts(rank, size, m), nil
}

func (m *portMail) open(ports, open safejs.Value) (err error) {
	if m.mail, err = open.Invoke(ports, m.wake); err != nil {
		return err
	}
	if m.send, err = m.mail.Get("send"); err != nil {
		return err
	}
	m.take, err = m.mail.Get("take")
	return err
}

// Close lets go of the ports after the run.
func (p *Ports) Close() {
	m, ok := p.mail.(*portMail)
	if !ok {
		return
	}
	// Nothing is left to do where the ports are already closed.
	_, _ = m.mail.Call("close")
	m.wake.Release()
}

func (m *portMail) Send(to int, x [][]float32) {
	if _, err := m.call(m.send, to, x); err != nil {
		panic(fmt.Sprintf("group: sending to rank %d: %v", to, err))
	}
}

func (m *portMail) Receive(x [][]float32, from int, stopped <-chan struct{}) {
	result, err := m.call(m.take, from, x)
	var taken bool
	if err == nil {
		taken, err = result.Bool()
	}
	if err != nil {
		panic(fmt.Sprintf("group: receiving from rank %d: %v", from, err))
	}
	if taken {
		return
	}
	select {
	case <-m.woken:
	case <-stopped:
		// It is of no use, and x is soon something else's memory.
		if _, err := m.mail.Call("forget"); err != nil {
			panic(fmt.Sprintf("group: no longer receiving from rank %d: %v", from, err))
		}
	}
	runtime.KeepAlive(x)
}

// call has f read or write the vectors where they lie in Go's memory: on the
// heap, where nothing moves.
func (m *portMail) call(f safejs.Value, peer int, x [][]float32) (safejs.Value, error) {
	m.places = append(m.places[:0], peer)
	for _, part := range x {
		at := uintptr(unsafe.Pointer(unsafe.SliceData(part)))
		m.places = append(m.places, int(at), 4*len(part))
	}
	result, err := f.Invoke(m.places...)
	runtime.KeepAlive(x)
	return result, err
}
