package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/web"
)

// dataFolder is where the site has its packs.
const dataFolder = "data/"

// packError says which pack could not be had.
type packError struct {
	shard data.Shard
	err   error
}

func (e *packError) Error() string {
	text := e.err.Error()
	if !strings.Contains(text, e.shard.File) {
		text = e.shard.File + ": " + text
	}
	if !strings.Contains(text, e.shard.SHA256) {
		text += " (its SHA-256 is " + e.shard.SHA256 + ")"
	}
	return "the images could not be loaded: " + strings.TrimPrefix(text, "data: ")
}

func (e *packError) Unwrap() error { return e.err }

// downloads fetches, checks and inflates the image packs and keeps them for the
// workers, also for those that are still to come.
type downloads struct {
	base   string // the site's address, with a slash at its end
	shared bool   // memory may be shared: the workers read the same

	mu       sync.Mutex
	manifest *data.Manifest
	packs    map[string]safejs.Value // inflated, Uint8Array by the file's name
	bad      map[string]bool         // files that failed: the browser's cache may have them so
}

func newDownloads(base string, shared bool) *downloads {
	return &downloads{base: base, shared: shared, packs: map[string]safejs.Value{}, bad: map[string]bool{}}
}

// fetch gets what is still missing for a pool of training images, all packs
// side by side, after a pause.
func (d *downloads) fetch(stop *cancel.Signal, pool int, pause func() error, report func(experiment.DataProgress)) (data.Manifest, []data.Shard, error) {
	m, err := d.list(stop)
	if err != nil {
		return data.Manifest{}, nil, err
	}
	_ = pause() // without it all goes on at once
	shards, err := m.Needed(pool)
	if err != nil {
		return m, nil, err
	}
	stop, release := stop.Child()
	defer release()
	progress := experiment.DataProgress{Total: data.TotalBytes(shards)}
	loaded := make([]int64, len(shards))
	var counting sync.Mutex
	var all sync.WaitGroup
	for i, shard := range shards {
		if _, err := d.bytes(shard); err == nil {
			loaded[i] = shard.Bytes
			continue
		}
		all.Go(func() {
			err := d.get(stop, shard, func(n int64) {
				counting.Lock()
				defer counting.Unlock()
				loaded[i] = n
				progress.File, progress.Loaded = shard.File, sum(loaded)
				report(progress)
			})
			if err != nil {
				stop.Set(err)
			}
		})
	}
	all.Wait()
	if err := stop.Err(); err != nil {
		return m, nil, err
	}
	return m, shards, nil
}

// get fetches one pack.
func (d *downloads) get(stop *cancel.Signal, shard data.Shard, report func(loaded int64)) error {
	pack, err := web.Fetch(stop, d.base+dataFolder+shard.File, d.cache(shard.File, web.CacheDefault), report)
	if err == nil {
		pack, err = unpack(stop, shard, pack)
	}
	if err == nil && d.shared {
		pack, err = web.Share(pack)
	}
	if err != nil {
		if stop.Err() == nil { // not aborted
			d.forget(shard.File)
		}
		return &packError{shard, err}
	}
	d.mu.Lock()
	d.packs[shard.File] = pack
	d.mu.Unlock()
	return nil
}

// test gets the packs of the test set, where they are missing.
func (d *downloads) test(stop *cancel.Signal) (data.Manifest, []data.Shard, error) {
	m, err := d.list(stop)
	if err != nil {
		return m, nil, err
	}
	var shards []data.Shard
	for _, shard := range m.Shards {
		if shard.Split != data.Test {
			continue
		}
		if _, err := d.bytes(shard); err != nil {
			if err := d.get(stop, shard, nil); err != nil {
				return m, nil, err
			}
		}
		shards = append(shards, shard)
	}
	return m, shards, nil
}

// list is the site's manifest.
func (d *downloads) list(stop *cancel.Signal) (data.Manifest, error) {
	d.mu.Lock()
	known := d.manifest
	d.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	array, err := web.Fetch(stop, d.base+dataFolder+data.ManifestFile, d.cache(data.ManifestFile, web.CacheCheck), nil)
	if err != nil {
		d.forget(data.ManifestFile)
		return data.Manifest{}, fmt.Errorf("the images could not be loaded: %s: %w", data.ManifestFile, err)
	}
	text, err := web.Bytes(array)
	if err != nil {
		return data.Manifest{}, err
	}
	m, err := data.ParseManifest(text)
	if err != nil {
		d.forget(data.ManifestFile)
		return data.Manifest{}, fmt.Errorf("the images could not be loaded: %w", err)
	}
	d.mu.Lock()
	d.manifest = &m
	d.mu.Unlock()
	return m, nil
}

// bytes is a pack that was fetched, inflated.
func (d *downloads) bytes(shard data.Shard) (safejs.Value, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	pack, ok := d.packs[shard.File]
	if !ok {
		return pack, fmt.Errorf("app: %s was not fetched", shard.File)
	}
	return pack, nil
}

// forget drops a file that turned out to be bad, and the list of packs with it
// (the site may have been built anew): the next fetch asks for both again.
func (d *downloads) forget(file string) {
	d.mu.Lock()
	delete(d.packs, file)
	d.bad[file] = true
	d.manifest = nil
	d.mu.Unlock()
}

// cache is how to fetch a file for which usual is right unless it was bad.
func (d *downloads) cache(file string, usual web.Cache) web.Cache {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bad[file] {
		return web.CacheReload
	}
	return usual
}

func sum(values []int64) int64 {
	var s int64
	for _, v := range values {
		s += v
	}
	return s
}
