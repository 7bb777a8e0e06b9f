// Package figures is what the benchmark program measures in the browser, in
// the form in which it is passed on and kept in dist/bench.json.
package figures

import "github.com/pairlab/pairlab/engine/model"

// Kernels is every kernel of one set at the shapes of the three models.
type Kernels struct {
	Set string `json:"set"`
	// Peak and FusedPeak are what the machine's 128-bit unit reaches in this
	// engine, in 10⁹ operations a second: by multiplications and additions
	// in turn, and by fused ones, 0 where the engine has none.
	Peak      float64  `json:"peak"`
	FusedPeak float64  `json:"fusedPeak"`
	Kernels   []Kernel `json:"kernels"`
}

// Kernel is one kernel at one shape. GFlops counts the operations of the plain
// sum, also where the kernel needs fewer; it is 0 where there are none.
type Kernel struct {
	Name   string  `json:"name"`
	Micros float64 `json:"micros"` // of a call
	GFlops float64 `json:"gflops"` // 10⁹ operations a second
	GBytes float64 `json:"gbytes"` // 10⁹ bytes a second, read and written
	Share  float64 `json:"share"`  // of Peak
}

// Step is where the time of a training step goes.
type Step struct {
	Model  model.Kind `json:"model"`
	Set    string     `json:"set"`
	Batch  int        `json:"batch"`  // pairs
	Plain  float64    `json:"plain"`  // µs of a step that is not taken apart
	Micros float64    `json:"micros"` // µs of one that is
	Named  float64    `json:"named"`  // the parts' share of it
	Parts  []Part     `json:"parts"`
}

// Part is one op in one phase, or something that is done beside the tape:
// load (the batch), update (of the parameters).
type Part struct {
	Op     string  `json:"op"`
	Phase  string  `json:"phase,omitempty"` // pack, forward, backward or merge
	Micros float64 `json:"micros"`          // of a step
	Share  float64 `json:"share"`           // of the step
}

// Pace is how one of several programs trained that did so at the same time.
type Pace struct {
	Model          model.Kind `json:"model"`
	Batch          int        `json:"batch"` // pairs of a step
	PairsPerSecond float64    `json:"pairsPerSecond"`
	Ends           []int64    `json:"ends"` // of steps, in µs from the time that all began at
}
