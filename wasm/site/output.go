package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pairlab/pairlab/data"
)

// compressible are the kinds of files that get a copy NAME.gz, for hosts that
// send such copies.
var compressible = [...]string{".css", ".html", ".js", ".json", ".svg", ".wasm", ".webmanifest"}

// reports are left in the site by other programs.
var reports = [...]string{"bench.json", "reproduce.json"}

// marker is a file that says of a folder that builds may remove files from it.
// It is written before all others, so that an interrupted build leaves it too.
// As its name begins with a dot, it is not served, nor kept for visits without
// a network.
const marker = ".pairlab-site"

const markerText = "PairLab's `make build` writes this folder and removes from it what is not of the site.\n"

// unmarked are files of every folder that was built before there was a marker.
var unmarked = [...]string{"boot.js", kernelsName, pageName, wasmName, workerName}

// output is the site's folder. Names in it use slashes.
type output struct {
	dir  string
	root *os.Root
	kept map[string]bool // what belongs to the site
}

// newOutput opens the site's folder and makes it if need be. One that is
// neither empty nor of an earlier build is left as it is, and an error: prune
// would remove what others have there.
func newOutput(dir string) (*output, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	o := &output{dir: dir, root: root, kept: map[string]bool{}}
	if err := o.claim(); err != nil {
		root.Close()
		return nil, err
	}
	return o, nil
}

// claim marks the folder as the site's, or says that it is not.
func (o *output) claim() error {
	entries, err := fs.ReadDir(o.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	// Builds without a marker left no repository in their folder: where there
	// is one, the site has been copied into it.
	earlier := o.has(marker) || o.has(unmarked[:]...) && !o.has(".git")
	if len(entries) > 0 && !earlier {
		return fmt.Errorf("site: folder %q is neither empty nor of an earlier build, and building there would remove what is in it: "+
			"name a new or an empty folder (`make build DIST=folder`)", o.dir)
	}
	return o.writeOne(marker, []byte(markerText))
}

// has says whether all of some names are in the folder.
func (o *output) has(names ...string) bool {
	for _, name := range names {
		if _, err := o.root.Lstat(name); err != nil {
			return false
		}
	}
	return true
}

// write puts a file in the site, with its compressed copy, if it is not there
// already with the same content.
func (o *output) write(name string, content []byte) error {
	if err := o.writeOne(name, content); err != nil {
		return err
	}
	if !slices.Contains(compressible[:], path.Ext(name)) || len(content) < 1000 {
		return nil
	}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(content); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return o.writeOne(name+".gz", small.Bytes())
}

func (o *output) writeOne(name string, content []byte) error {
	o.kept[name] = true
	if old, err := o.root.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := o.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	if err := o.root.WriteFile(name, content, 0o644); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	return nil
}

// keep says that all that is in some folders belongs to the site.
func (o *output) keep(folders ...string) error {
	for _, folder := range folders {
		err := fs.WalkDir(o.root.FS(), folder, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				o.kept[name] = true
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	return nil
}

// removeAll removes files, and folders with all that is in them, in this order.
func (o *output) removeAll(names ...string) error {
	for _, name := range names {
		if err := o.root.RemoveAll(name); err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	return nil
}

// prune removes what does not belong to the site. Names that begin with a dot
// stay: they are git's, a host's or the system's.
func (o *output) prune() error {
	err := fs.WalkDir(o.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := name != "." && strings.HasPrefix(d.Name(), ".")
		if d.IsDir() {
			if hidden {
				return fs.SkipDir
			}
			return nil
		}
		if hidden || o.kept[name] || slices.Contains(reports[:], name) {
			return nil
		}
		return o.root.Remove(name)
	})
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	return nil
}

// dataComplete says whether every pack is there in its full size, and every
// picture of a sample.
func (o *output) dataComplete() bool {
	text, err := o.root.ReadFile("data/" + data.ManifestFile)
	if err != nil {
		return false
	}
	m, err := data.ParseManifest(text)
	if err != nil {
		return false
	}
	for _, shard := range m.Shards {
		info, err := o.root.Stat("data/" + shard.File)
		if err != nil || info.Size() != shard.Bytes {
			return false
		}
	}
	for i := range sampleImages {
		for _, name := range sampleFiles(i) {
			if info, err := o.root.Stat(name); err != nil || info.Size() == 0 {
				return false
			}
		}
	}
	return true
}

// stamp is the hash of what a part of the site was made from.
func (o *output) stamp(name string) string {
	text, err := o.root.ReadFile(name)
	if err != nil {
		return "" // never made
	}
	return string(text)
}

func (o *output) setStamp(name, hash string) error {
	return o.writeOne(name, []byte(hash))
}

// sizes are those of a file and of its compressed copy.
func (o *output) sizes(name string) (raw, small int64) {
	for file, size := range map[string]*int64{name: &raw, name + ".gz": &small} {
		if info, err := o.root.Stat(file); err == nil {
			*size = info.Size()
		}
	}
	return raw, small
}

// hashFiles is a hash of the files in root that match the patterns, but for
// tests.
func hashFiles(root string, patterns ...string) (string, error) {
	p := parts{}
	for _, pattern := range patterns {
		names, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil || len(names) == 0 {
			return "", errors.Join(err, fmt.Errorf("site: no %s in %s", pattern, root))
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if p[name], err = os.ReadFile(filepath.Join(root, name)); err != nil {
				return "", fmt.Errorf("site: %w", err)
			}
		}
	}
	return p.hash(), nil
}
