// Package experiment says what runs an experiment is made of and how their
// results add up: its settings with their ranges and presets (Config, Fields),
// the runs to make (Config.Runs), what a trainer says while it works (Event),
// and the result document pairlab.result/v1 (Result), which an Accumulator
// builds from events.
//
// One table, Fields, drives everything that reads or shows settings: query
// strings, script objects, range checks with messages, and the page's form.
// Start reading at config.go, then field.go.
//
// A Grid is every combination of some settings' values. An Ablation makes one
// of the three techniques and compares runs with and without each, in pairs; a
// Search looks for the best point of any, in shards that merge. Start reading
// at grid.go, then trials.go.
//
// The package trains nothing and may be imported by views: of train it uses
// the types only.
package experiment
