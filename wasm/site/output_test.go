package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFoldersOfOthersAreLeftAlone(t *testing.T) {
	site := map[string]string{"app.wasm": "program", "boot.js": "", "index.html": "page", "kernels.wasm": "", "sw.js": ""}
	published := maps.Clone(site)
	published[".git/HEAD"] = "ref: refs/heads/gh-pages"
	for name, files := range map[string]map[string]string{
		"a web site":                {"CNAME": "example.org", ".nojekyll": "", "blog/index.html": "hello"},
		"a page":                    {"index.html": "hello", "sw.js": "another"},
		"a repository":              {".git/HEAD": "ref: refs/heads/main", "go.mod": "module example.org"},
		"a repository with a site":  published,
		"one name, with a dot":      {".git": "gitdir: elsewhere"},
		"a folder with data's name": {"data/important.csv": "1,2"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderWith(t, files)
			if err := buildIn(dir); err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "DIST=") {
				t.Errorf("error %v, want one that names the folder and says what to do", err)
			}
			if got := filesIn(t, dir); !maps.Equal(got, files) {
				t.Errorf("the folder has become %q, want %q", got, files)
			}
		})
	}
}

func TestFoldersOfTheSiteAreBuiltAgain(t *testing.T) {
	want := map[string]string{marker: markerText, "index.html": "new"}
	unmarked := map[string]string{".data": "a stamp", "app.wasm": "program", "boot.js": "", "index.html": "old", "kernels.wasm": "", "sw.js": ""}
	kept := maps.Clone(want)
	kept[".data"] = "a stamp"
	built := maps.Clone(kept)
	built["old.js"] = ""
	for name, test := range map[string]struct{ files, want map[string]string }{
		"empty":                                 {nil, want},
		"built":                                 {built, kept},
		"built before there was a marker":       {unmarked, kept},
		"interrupted at once":                   {map[string]string{marker: ""}, want},
		"interrupted after the first files":     {map[string]string{marker: markerText, "app.wasm": "program"}, want},
		"interrupted while digits were written": {map[string]string{marker: markerText, "data/mnist-test.pack": "1"}, want},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderWith(t, test.files)
			for range 2 {
				if err := buildIn(dir); err != nil {
					t.Fatal(err)
				}
				if got := filesIn(t, dir); !maps.Equal(got, test.want) {
					t.Errorf("the folder has become %q, want %q", got, test.want)
				}
			}
		})
	}
	t.Run("new", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "with a space", "site")
		if err := buildIn(dir); err != nil {
			t.Fatal(err)
		}
		if got := filesIn(t, dir); !maps.Equal(got, want) {
			t.Errorf("the folder has become %q, want %q", got, want)
		}
	})
}

// buildIn builds a site of one page.
func buildIn(dir string) error {
	return buildWith(dir, func(o *output) error { return o.write(pageName, []byte("new")) })
}

// buildWith builds what write writes.
func buildWith(dir string, write func(*output) error) error {
	o, err := newOutput(dir)
	if err != nil {
		return err
	}
	defer o.root.Close()
	if err := write(o); err != nil {
		return err
	}
	return o.prune()
}

func folderWith(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// filesIn are the contents of all files in a folder by name.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(file)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
