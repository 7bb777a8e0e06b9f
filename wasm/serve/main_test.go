package main

import (
	"net"
	"strings"
	"testing"
)

func TestListenSaysThatAPortIsTaken(t *testing.T) {
	taken, err := listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if host, _, _ := net.SplitHostPort(taken.Addr().String()); host != "127.0.0.1" {
		t.Errorf("listens on %s, want the loopback address only", host)
	}
	port := taken.Addr().(*net.TCPAddr).Port
	if _, err := listen(port); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("error %v, want one that says the port is in use", err)
	}
}

func TestRunNamesTheMissingBuild(t *testing.T) {
	if err := run(t.TempDir(), 0); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("error %v, want one that says to run `make build`", err)
	}
}
