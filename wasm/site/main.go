// Command site builds the static site: `make build`. Everything in it is at a
// relative address, so that the folder can be put on any file host, under any
// path.
//
// What is fresh is left alone: a file is written only if its content changes,
// and the digits' packs only if the package that makes them has changed. What
// no longer belongs to the site is removed, but for the reports that `make
// reproduce` and `make bench` leave there and names that begin with a dot. So
// that nothing else is lost, the folder must be new, empty or of an earlier
// build.
//
// Programs, styles and scripts are asked for as NAME?v=HASH, so that a new
// build is never mixed with an old one from a cache. The service worker, which
// keeps a build for visits without a network, gets the list of its files.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	out := flag.String("out", "dist", "folder for the site")
	root := flag.String("root", ".", "the repository")
	dev := flag.Bool("dev", false, "install what only tests need, too")
	flag.Parse()
	if err := build(*root, *out, *dev); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func build(root, out string, dev bool) error {
	begun := time.Now()
	o, err := newOutput(out)
	if err != nil {
		return err
	}
	defer o.root.Close()

	if err := installPackages(filepath.Join(root, "ui"), dev); err != nil {
		return err
	}
	parts, err := collect(root)
	if err != nil {
		return err
	}
	if parts[wasmName], err = compile(root); err != nil {
		return err
	}
	version := parts.hash()
	if err := parts.setVersion(version); err != nil {
		return err
	}
	stamped := parts.stamped(version)
	for name, content := range stamped {
		if name == workerName { // it lists all others
			continue
		}
		if err := o.write(name, content); err != nil {
			return err
		}
	}
	if err := buildData(root, o); err != nil {
		return err
	}
	worker, err := o.offline(stamped[workerName], version)
	if err != nil {
		return err
	}
	if err := o.write(workerName, worker); err != nil {
		return err
	}
	if err := o.prune(); err != nil {
		return err
	}
	fmt.Printf("site: built in %s in %.1f s, version %s\n", out, time.Since(begun).Seconds(), version)
	for _, name := range []string{wasmName} {
		raw, small := o.sizes(name)
		fmt.Printf("site: %s %.2f MB, %.2f MB compressed\n", name, float64(raw)/1e6, float64(small)/1e6)
	}
	return nil
}

// buildData writes the packs of digits and the few pictures for the page,
// unless they are there from the same code.
func buildData(root string, o *output) error {
	inputs, err := hashFiles(root, "data/*.go", "data/mnist/*.go", "wasm/site/digits.go")
	if err != nil {
		return err
	}
	const stamp = ".data"
	if o.stamp(stamp) != inputs || !o.dataComplete() {
		fmt.Println("site: writing the digits' packs")
		// The stamp goes first: what is interrupted from here on is done again.
		if err := o.removeAll(stamp, "data", "samples"); err != nil {
			return err
		}
		if err := writeDigits(o.dir); err != nil {
			return err
		}
		if err := o.setStamp(stamp, inputs); err != nil {
			return err
		}
	}
	o.kept[stamp] = true // also where nothing had to be written
	return o.keep("data", "samples")
}
