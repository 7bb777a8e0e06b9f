package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindTakesTheEnvironmentsChromium(t *testing.T) {
	want := filepath.Join(t.TempDir(), "my-chromium")
	if err := os.WriteFile(want, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CHROMIUM", want)
	if got, err := Find(); got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	t.Setenv("CHROMIUM", want+"-missing")
	if _, err := Find(); err == nil || !strings.Contains(err.Error(), want+"-missing") {
		t.Errorf("error %v, want one that names the missing program", err)
	}
}

func TestFindSaysWhatToInstall(t *testing.T) {
	t.Setenv("CHROMIUM", "")
	t.Setenv("PATH", t.TempDir())
	_, err := Find()
	if err == nil {
		t.Log("there is a Chromium outside PATH: nothing to advise")
		return
	}
	if !strings.Contains(err.Error(), "install") || !strings.Contains(err.Error(), "CHROMIUM") {
		t.Errorf("error %v, want one that says what to install", err)
	}
}
