package browser

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
)

// ErrMissing is what [Find] reports when this machine has no Chromium.
var ErrMissing = errors.New("no Chromium or Chrome found")

// Find returns the path of a Chromium or Chrome: the one that the environment
// variable CHROMIUM names, else the first in the usual places. Its error says
// what to install.
func Find() (string, error) {
	if name := os.Getenv("CHROMIUM"); name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("browser: CHROMIUM=%s: %w", name, err)
		}
		return path, nil
	}
	for _, name := range places(runtime.GOOS) {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("browser: %w: %s, or set CHROMIUM to the path of one", ErrMissing, advice(runtime.GOOS))
}

func places(goos string) []string {
	switch goos {
	case "darwin":
		return []string{
			"/Applications/Chromium.app/Contents/MacOS/Chromium",
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		}
	case "windows":
		return []string{
			"chrome",
			`C:\Program Files\Google\Chrome\Application\chrome.exe`,
			`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
			"msedge",
			`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
		}
	}
	return []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "/snap/bin/chromium"}
}

func advice(goos string) string {
	switch goos {
	case "darwin":
		return "install one with `brew install --cask chromium`"
	case "windows":
		return "install one with `winget install Google.Chrome`"
	}
	return "install one with `sudo apt-get install chromium` (Debian, Ubuntu), " +
		"`sudo dnf install chromium` (Fedora) or `sudo pacman -S chromium` (Arch)"
}

// Install makes sure that there is a Chromium: where it is missing, the
// system's package manager is apt and the user may use it, it is installed.
// Anywhere else the error says what to install.
func Install(progress io.Writer) error {
	_, missing := Find()
	if missing == nil || !errors.Is(missing, ErrMissing) {
		return missing
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return missing
	}
	fmt.Fprintln(progress, "browser: installing Chromium with apt-get")
	for _, args := range [][]string{
		{"update", "-q"},
		{"install", "-q", "-y", "--no-install-recommends", "chromium"},
	} {
		cmd := exec.Command(apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = progress, progress
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%w (tried `apt-get %v`: %v)", missing, args, err)
		}
	}
	_, err = Find()
	return err
}
