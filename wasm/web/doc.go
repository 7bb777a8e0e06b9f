// Package web has the few things of a browser that the program waits for:
// promises, downloads, messages, a turn of the event loop, each as a plain
// blocking call over github.com/hack-pad/safejs. Most of it is for js/wasm
// only.
//
// A goroutine that waits here gives the thread back to the browser's event
// loop. Functions that JavaScript calls (event listeners) must not wait: they
// hand what they were given to a goroutine ([Mailbox]).
package web
