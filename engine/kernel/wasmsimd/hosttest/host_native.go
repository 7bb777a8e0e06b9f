//go:build !js

package hosttest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/asm"
)

const (
	guard     = 256 // bytes between slices
	guardByte = 0xa5
	pageSize  = 1 << 16
)

type nativeHost struct {
	ctx     context.Context
	runtime wazero.Runtime
	memory  api.Memory
	call    api.Function
	next    int
	image   []byte // what a call starts from
}

// Close implements io.Closer.
func (h *nativeHost) Close() error {
	return h.runtime.Close(h.ctx)
}

// New returns a host with a memory and a table of its own.
func New() (wasmsimd.Host, error) {
	h := &nativeHost{ctx: context.Background()}
	h.runtime = wazero.NewRuntime(h.ctx)
	memory := asm.New("memory")
	memory.Memory("mem", 1)
	bytes, err := memory.Bytes()
	if err != nil {
		return nil, err
	}
	mem, err := h.runtime.InstantiateWithConfig(h.ctx, bytes, wazero.NewModuleConfig().WithName("go"))
	if err != nil {
		return nil, fmt.Errorf("hosttest: memory: %w", err)
	}
	h.memory = mem.Memory()
	if bytes, err = wasmsimd.Trampoline(); err != nil {
		return nil, err
	}
	kernels, err := h.runtime.InstantiateWithConfig(h.ctx, bytes, wazero.NewModuleConfig().WithName("kernels"))
	if err != nil {
		return nil, fmt.Errorf("hosttest: trampoline: %w", err)
	}
	h.call = kernels.ExportedFunction("call")
	return h, nil
}

// Validate says whether the engine accepts a module.
func Validate(module []byte) bool {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer r.Close(ctx)
	_, err := r.CompileModule(ctx, module)
	return err == nil
}

func (h *nativeHost) Relaxed() bool { return false }

func (h *nativeHost) Load(name string, slots int, build func(first int) ([]byte, error)) (int, error) {
	first := h.next
	module, err := build(first)
	if err != nil {
		return 0, err
	}
	_, err = h.runtime.InstantiateWithConfig(h.ctx, module, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return 0, fmt.Errorf("hosttest: %s: %w", name, err)
	}
	h.next += slots
	return first, nil
}

// Call copies the frame and its slices to the memory, each slice followed by
// a guard band, calls, and copies what may be written back.
func (h *nativeHost) Call(slot int, f *wasmsimd.Frame) {
	numbers, size := wasmsimd.FrameLayout()
	image := append(h.image[:0], bytes.Repeat([]byte{guardByte}, pageSize)...)
	const frameAt = guard
	type span struct {
		at int
		wasmsimd.Buffer
	}
	var spans []span
	f.Buffers(func(i int, b wasmsimd.Buffer) {
		at := len(image)
		for _, s := range spans { // one slice given twice is one slice
			if &s.Bytes[0] == &b.Bytes[0] {
				at = s.at
			}
		}
		binary.LittleEndian.PutUint64(image[frameAt+8*i:], uint64(at))
		spans = append(spans, span{at, b})
		if at == len(image) {
			image = append(image, b.Bytes...)
			pad := guard + (-len(image) & 15)
			image = append(image, bytes.Repeat([]byte{guardByte}, pad)...)
		}
	})
	for i, n := range f.Numbers() {
		binary.LittleEndian.PutUint32(image[frameAt+numbers+4*i:], n)
	}
	_ = size
	if need := len(image)/pageSize + 1; need > int(h.memory.Size())/pageSize {
		h.memory.Grow(uint32(need - int(h.memory.Size())/pageSize))
	}
	h.memory.Write(0, image)
	h.image = image
	if _, err := h.call.Call(h.ctx, uint64(slot), frameAt); err != nil {
		panic(fmt.Sprintf("hosttest: function %d: %v", slot, err))
	}
	after, _ := h.memory.Read(0, uint32(len(image)))
	for _, s := range spans {
		if s.Write {
			copy(s.Bytes, after[s.at:])
			copy(image[s.at:s.at+len(s.Bytes)], after[s.at:])
		}
	}
	for i := range image {
		if image[i] != after[i] {
			panic(fmt.Sprintf("hosttest: function %d wrote outside its outputs, at byte %d", slot, i))
		}
	}
}
