package browser

import (
	"errors"
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
	t.Setenv("PATH", t.TempDir())
	_, err := findIn([]string{"chromium", "chromium-browser"})
	if err == nil {
		t.Fatal("a Chromium is found where there is no program")
	}
	if !strings.Contains(err.Error(), "install") || !strings.Contains(err.Error(), "CHROMIUM") {
		t.Errorf("error %v, want one that says what to install", err)
	}
}

// onPath makes programs of the given shell scripts, by name, the only ones on
// the PATH, and returns their folder.
func onPath(t *testing.T, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

const (
	// The end of Ubuntu's /usr/bin/chromium-browser where there is no snap.
	stub  = `echo "Command '$0' requires the chromium snap to be installed." >&2; exit 1`
	works = `[ "$*" = --version ] && echo "Chromium 1.2.3.4"`
)

func TestFindPassesOverWhatDoesNotRun(t *testing.T) {
	for name, scripts := range map[string]map[string]string{
		"google-chrome":        {"google-chrome": works, "chromium-browser": works},
		"google-chrome-stable": {"chromium": stub, "google-chrome-stable": works},
		"chromium-browser":     {"chromium": stub, "google-chrome": stub, "chromium-browser": works},
	} {
		t.Run(name, func(t *testing.T) {
			want := filepath.Join(onPath(t, scripts), name)
			if got, err := findIn(places("linux")); got != want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
}

func TestFindSaysWhatDoesNotRun(t *testing.T) {
	dir := onPath(t, map[string]string{"chromium-browser": stub})
	got, err := findIn([]string{"chromium", "chromium-browser"})
	if !errors.Is(err, ErrMissing) {
		t.Fatalf("got %q, %v, want the error %v", got, err, ErrMissing)
	}
	for _, want := range []string{filepath.Join(dir, "chromium-browser"), "requires the chromium snap"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestAdviceIsTheDistributions(t *testing.T) {
	const apt, snap, deb = "apt-get install chromium", "snap install chromium", ".deb"
	if got := advice("linux", "ubuntu"); !strings.Contains(got, snap) || !strings.Contains(got, deb) || strings.Contains(got, apt) {
		t.Errorf("on Ubuntu: %s", got)
	}
	if got := advice("linux", "debian"); !strings.Contains(got, apt) || strings.Contains(got, snap) {
		t.Errorf("on Debian: %s", got)
	}
}
