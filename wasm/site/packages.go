package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// installPackages runs npm where what it installed is older than the list of
// what to install, or not all of it. dev says whether the packages that only
// tests need are wanted too: they are far larger than the site's own.
func installPackages(ui string, dev bool) error {
	fresh, err := packagesFresh(ui, dev)
	if err != nil || fresh {
		return err
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("site: npm is missing: install Node.js 20 or newer with npm (`sudo apt-get install nodejs npm` on Debian, Ubuntu)")
	}
	fmt.Println("site: installing npm packages")
	args := []string{"ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"}
	if !dev {
		args = append(args, "--omit=dev")
	}
	cmd := exec.Command(npm, args...)
	cmd.Dir = ui
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("site: npm ci in %s: %w", ui, err)
	}
	return nil
}

func packagesFresh(ui string, dev bool) (bool, error) {
	list, err := os.Stat(filepath.Join(ui, "package-lock.json"))
	if err != nil {
		return false, fmt.Errorf("site: %w", err)
	}
	modules := filepath.Join(ui, "node_modules")
	installed, err := os.Stat(filepath.Join(modules, ".package-lock.json"))
	if err != nil || installed.ModTime().Before(list.ModTime()) {
		return false, nil
	}
	text, err := os.ReadFile(filepath.Join(ui, "package.json"))
	if err != nil {
		return false, fmt.Errorf("site: %w", err)
	}
	var names struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal(text, &names); err != nil {
		return false, fmt.Errorf("site: package.json: %w", err)
	}
	wanted := []map[string]string{names.Dependencies}
	if dev {
		wanted = append(wanted, names.DevDependencies)
	}
	for _, list := range wanted {
		for name := range list {
			if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
				return false, nil
			}
		}
	}
	return true, nil
}
