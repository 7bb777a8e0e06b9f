// Command crash computes, collects garbage, recovers, prints and then crashes.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

func main() {
	done := make(chan string)
	for i := range 20 {
		go func() {
			var words []string
			for j := range 1000 {
				words = append(words, fmt.Sprint(i*j))
			}
			runtime.GC()
			done <- strings.Join(words, "")
		}()
	}
	total := 0
	for range 20 {
		total += len(<-done)
	}
	fmt.Println("length", total, "recovered", recovered(nil))
	deep(100)
}

func recovered(m map[string]int) (err any) {
	defer func() { err = recover() }()
	m["a"] = 1
	return nil
}

//go:noinline
func deep(n int) int {
	if n == 0 {
		panic("the end")
	}
	return deep(n-1) + 1
}
