// Package ui is the page: it binds to the elements that assets/index.html
// already has, draws what package state holds into them, and hands what the
// person does to the program's Handlers. It trains nothing and knows no worker.
//
// What touches the document is in the files for js/wasm (_js.go); what those
// files write there, as text, is built by the others, which are tested natively.
// Start reading at page_js.go.
package ui
