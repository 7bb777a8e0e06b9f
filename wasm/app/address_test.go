package main

import "testing"

func TestFolder(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:8080/":                        "http://127.0.0.1:8080/",
		"https://example.org/a/b/index.html?lr=1/2#x/y": "https://example.org/a/b/",
		"https://example.org/a/b/?models=baseline":      "https://example.org/a/b/",
	} {
		if got := folder(address); got != want {
			t.Errorf("folder of %s is %s, want %s", address, got, want)
		}
	}
}
