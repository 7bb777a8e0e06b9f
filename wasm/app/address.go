package main

import "strings"

// folder is the address of the folder that a page is in, with a slash at its
// end and without query and fragment.
func folder(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return address[:strings.LastIndexByte(address, '/')+1]
}
