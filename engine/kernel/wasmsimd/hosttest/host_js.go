package hosttest

import (
	"errors"
	"unsafe"

	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/host"
)

// instantiate and validate are functions of exec.cjs; they return 1 if they
// could.

//go:wasmimport kernels instantiate
func instantiate(module unsafe.Pointer, length int32) int32

//go:wasmimport kernels validate
func validate(module unsafe.Pointer, length int32) int32

// New returns the program's host. It is to be called once.
func New() (wasmsimd.Host, error) {
	probe, err := wasmsimd.RelaxedProbe()
	if err != nil {
		return nil, err
	}
	return host.New(func(module []byte, _ int) error {
		if instantiate(unsafe.Pointer(unsafe.SliceData(module)), int32(len(module))) != 1 {
			return errors.New("the engine did not accept the module; its reason is on the console")
		}
		return nil
	}, Validate(probe)), nil
}

// Validate says whether the engine accepts a module.
func Validate(module []byte) bool {
	return validate(unsafe.Pointer(unsafe.SliceData(module)), int32(len(module))) == 1
}
