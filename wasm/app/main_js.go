package main

import (
	"fmt"
	"os"

	"github.com/hack-pad/safejs"
)

// version is the build's, put in by the site's builder.
var version = "development"

func main() {
	role := ""
	if len(os.Args) > 1 {
		role = os.Args[1]
	}
	var err error
	switch role {
	case "page":
		err = runPage()
	case "worker":
		err = runWorker()
	default:
		err = fmt.Errorf("app: role %q: want page or worker", role)
	}
	if err != nil {
		// The lines of JavaScript that started this show what it wrote.
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// boot is what the JavaScript that started this program has left for it.
func boot() (safejs.Value, error) {
	symbol, err := safejs.Global().Get("Symbol")
	if err != nil {
		return safejs.Undefined(), err
	}
	key, err := symbol.Call("for", "pairlab.boot")
	if err != nil {
		return safejs.Undefined(), err
	}
	reflect, err := safejs.Global().Get("Reflect")
	if err != nil {
		return safejs.Undefined(), err
	}
	return reflect.Call("get", safejs.Global(), key)
}
