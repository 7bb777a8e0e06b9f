//go:build !js

package main

import "fmt"

func main() {
	fmt.Println("This program is PairLab's page and its workers: it is built for the browser by `make build`.")
}
