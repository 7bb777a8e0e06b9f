package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

const (
	// workerName is the service worker, which keeps the site for visits
	// without a network.
	workerName = "sw.js"
	pageName   = "index.html"
)

// offline completes the service worker with what this build is: its files,
// each with the hash by which a browser checks it, except for the packs of
// digits, which are kept once they are needed.
func (o *output) offline(worker []byte, version string) ([]byte, error) {
	files := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(o.kept)) {
		ext := path.Ext(name)
		if ext == ".gz" || ext == ".pack" || name == workerName || name == pageName || strings.HasPrefix(name, ".") {
			continue
		}
		content, err := o.root.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("site: %w", err)
		}
		sum := sha512.Sum384(content)
		files[address(name, version)] = "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	list, err := json.MarshalIndent(files, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	page, err := o.root.ReadFile(pageName)
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	mark := address("boot.js", version)
	if !bytes.Contains(page, []byte(mark)) {
		return nil, fmt.Errorf("site: %s does not name %s", pageName, mark)
	}
	for _, put := range []struct{ name, empty, value string }{
		{"build", `""`, fmt.Sprintf("%q", hashOf(append(list, page...)))},
		{"mark", `""`, fmt.Sprintf("%q", mark)},
		{"files", `{}`, string(list)},
	} {
		line := fmt.Sprintf("const %s = %s;", put.name, put.empty)
		if bytes.Count(worker, []byte(line)) != 1 {
			return nil, fmt.Errorf("site: %s: want one line %q", workerName, line)
		}
		worker = bytes.Replace(worker, []byte(line), fmt.Appendf(nil, "const %s = %s;", put.name, put.value), 1)
	}
	return worker, nil
}
