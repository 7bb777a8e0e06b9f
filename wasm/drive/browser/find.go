package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// ErrMissing is what [Find] reports when this machine has no Chromium.
var ErrMissing = errors.New("no Chromium or Chrome found")

// versionLimit is how long a browser may take to say which it is; a snap's
// first start is slow.
const versionLimit = 30 * time.Second

// Find returns the path of a Chromium or Chrome: the one that the environment
// variable CHROMIUM names, else the first in the usual places that runs. Its
// error says what to install.
func Find() (string, error) {
	if name := os.Getenv("CHROMIUM"); name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("browser: CHROMIUM=%s: %w", name, err)
		}
		return path, nil
	}
	return findIn(places(runtime.GOOS))
}

// findIn returns the path of the first of some programs that runs.
func findIn(names []string) (string, error) {
	missing := ErrMissing
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if err := runs(path); err != nil {
			missing = fmt.Errorf("%w (%w)", missing, err)
			continue
		}
		return path, nil
	}
	return "", fmt.Errorf("browser: %w: %s, or set CHROMIUM to the path of one", missing, advice(runtime.GOOS, distribution()))
}

// runs checks that the program at path is more than a script that says what to
// install, as Ubuntu has in the place of Chromium. On Windows a browser that is
// asked for its version opens a window; there is no such script there.
func runs(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.WaitDelay = time.Second
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not run: %w: %s", path, err, strings.Join(strings.Fields(string(said)), " "))
	}
	return nil
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
	return []string{"chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "/snap/bin/chromium"}
}

// ubuntu is Ubuntu's name for itself in /etc/os-release. Its apt has Chromium as a
// package that asks snapd for it.
const ubuntu = "ubuntu"

// distribution is the ID that a Linux gives itself, or empty.
func distribution() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "ID="); ok {
			return strings.Trim(id, `"'`)
		}
	}
	return ""
}

func advice(goos, distribution string) string {
	switch {
	case goos == "darwin":
		return "install one with `brew install --cask chromium`"
	case goos == "windows":
		return "install one with `winget install Google.Chrome`"
	case distribution == ubuntu:
		return "install one with `sudo snap install chromium`, or where there is no snapd Google Chrome from its .deb package"
	}
	return "install one with `sudo apt-get install chromium` (Debian), " +
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
	name := "chromium"
	if distribution() == ubuntu {
		name = "chromium-browser"
	}
	fmt.Fprintln(progress, "browser: installing Chromium with apt-get")
	for _, args := range [][]string{
		{"update", "-q"},
		{"install", "-q", "-y", "--no-install-recommends", name},
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
