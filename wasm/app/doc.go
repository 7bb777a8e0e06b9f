// Command app is the program of the site: in a window the page's controller,
// which draws through package ui, in each Web Worker the trainer. Start reading
// at main; page_js.go is the page's side, worker_js.go the workers'. What needs
// no browser is tested natively.
package main
