package group

import (
	"fmt"
	"unsafe"

	"github.com/hack-pad/safejs"
	"github.com/pairlab/pairlab/wasm/web"
)

// waitMilliseconds is how long a sleep at the barrier lasts at most: a stop
// that is not notified is seen after it.
const waitMilliseconds = 250

// NewBuffer makes the shared memory of a group, for [OpenShared]. It fails
// where the browser does not allow it.
func NewBuffer(size, n, most int) (safejs.Value, error) {
	return web.New("SharedArrayBuffer", 4*(controlWords+Floats(size, n, most)))
}

// StopBuffer stops the group that meets in buffer.
func StopBuffer(buffer safejs.Value) error {
	control, err := openWords(buffer)
	if err != nil {
		return err
	}
	stop(control)
	return control.err
}

// OpenShared is a rank of the group that meets in buffer; n and most are as
// for [NewBuffer]. spins is how often a rank looks before it sleeps, by meet,
// the module assets/meet.js.
func OpenShared(buffer, meet safejs.Value, rank, size, n, most, spins int) (*Shared, error) {
	control, err := openWords(buffer)
	if err != nil {
		return nil, err
	}
	if control.arrive, err = meet.Get("arrive"); err != nil {
		return nil, fmt.Errorf("group: %w", err)
	}
	if control.look, err = meet.Get("look"); err != nil {
		return nil, fmt.Errorf("group: %w", err)
	}
	class, err := safejs.Global().Get("Uint8Array")
	if err != nil {
		return nil, err
	}
	memory := &sharedFloats{buffer: buffer, class: class, views: map[view]safejs.Value{}}
	return newShared(rank, size, n, most, spins, control, memory), nil
}

// sharedWords are the control words at the buffer's beginning.
type sharedWords struct {
	array                   safejs.Value // Int32Array
	add, load, wait, notify safejs.Value
	arrive, look            safejs.Value
	err                     error
}

func openWords(buffer safejs.Value) (*sharedWords, error) {
	array, err := web.New("Int32Array", buffer, 0, int(controlWords))
	if err != nil {
		return nil, fmt.Errorf("group: %w", err)
	}
	atomics, err := safejs.Global().Get("Atomics")
	if err != nil {
		return nil, fmt.Errorf("group: %w", err)
	}
	w := &sharedWords{array: array}
	for name, f := range map[string]*safejs.Value{"add": &w.add, "load": &w.load, "wait": &w.wait, "notify": &w.notify} {
		if *f, err = atomics.Get(name); err != nil {
			return nil, fmt.Errorf("group: %w", err)
		}
	}
	return w, nil
}

func (w *sharedWords) Arrive(all int) {
	_, err := w.arrive.Invoke(w.array, all)
	w.keep(err)
}

func (w *sharedWords) Look(round, looks int) int {
	return w.number(w.look.Invoke(w.array, round, looks))
}

func (w *sharedWords) Add(i, v int) {
	_, err := w.add.Invoke(w.array, i, v)
	w.keep(err)
}

func (w *sharedWords) Load(i int) int { return w.number(w.load.Invoke(w.array, i)) }

func (w *sharedWords) Wait(i, value int) {
	_, err := w.wait.Invoke(w.array, i, value, waitMilliseconds)
	w.keep(err)
}

func (w *sharedWords) Notify(i int) {
	_, err := w.notify.Invoke(w.array, i)
	w.keep(err)
}

func (w *sharedWords) number(v safejs.Value, err error) int {
	w.keep(err)
	if err != nil {
		return 0
	}
	n, err := v.Int()
	w.keep(err)
	return n
}

// keep remembers the first error: none is expected once the words are open.
func (w *sharedWords) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

// sharedFloats is the memory behind the control words. Runs read and write
// the same few places again and again, so their views are kept.
type sharedFloats struct {
	buffer, class safejs.Value
	views         map[view]safejs.Value
}

type view struct{ at, n int }

func (f *sharedFloats) view(at, n int) safejs.Value {
	v, ok := f.views[view{at, n}]
	if !ok {
		var err error
		if v, err = f.class.New(f.buffer, 4*(int(controlWords)+at), 4*n); err != nil {
			panic(fmt.Sprintf("group: %d floats at %d of the shared memory: %v", n, at, err))
		}
		f.views[view{at, n}] = v
	}
	return v
}

func (f *sharedFloats) Write(at int, x []float32) {
	if _, err := safejs.CopyBytesToJS(f.view(at, len(x)), bytesOf(x)); err != nil {
		panic(fmt.Sprintf("group: writing shared memory: %v", err))
	}
}

func (f *sharedFloats) Read(x []float32, at int) {
	if _, err := safejs.CopyBytesToGo(bytesOf(x), f.view(at, len(x))); err != nil {
		panic(fmt.Sprintf("group: reading shared memory: %v", err))
	}
}

// bytesOf is x's own memory as bytes.
func bytesOf(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}
