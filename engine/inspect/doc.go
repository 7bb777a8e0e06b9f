// Package inspect is what can be seen of a trained network: its answers to the
// test pairs, counted by digits and put in order, and its first layer's
// filters with the maps that they make of a pair.
//
// Start reading at answers.go and layer.go. It imports ask, autograd, model
// and safetensors, and knows nothing of how the page shows it.
package inspect
