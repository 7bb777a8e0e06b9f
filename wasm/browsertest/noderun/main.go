// Command noderun makes the first run of an experiment from the site's packs
// of digits, outside the page, and prints its digest:
//
//	noderun dist/data '?models=siamese2&epochs=3&kernels=simd'
//
// The browser tests run it under Node and compare.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd"
	"github.com/pairlab/pairlab/engine/kernel/wasmsimd/hosttest"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/train"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "noderun: want a folder of packs and a query string")
		os.Exit(2)
	}
	digest, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "noderun:", err)
		os.Exit(1)
	}
	fmt.Println(digest)
}

func run(dir, query string) (digest string, err error) {
	c, err := experiment.ParseQuery(query)
	if err != nil {
		return "", err
	}
	trainSet, testSet, err := load(dir, c.Pool)
	if err != nil {
		return "", err
	}
	first := c.Runs()[0]
	trainPairs, testPairs, err := data.Draw(first.Seed, trainSet, testSet, c.Pairs)
	if err != nil {
		return "", err
	}
	for _, p := range []*data.Pairs{&trainPairs, &testPairs} {
		if err := p.Standardise(); err != nil {
			return "", err
		}
	}
	host, err := hosttest.New()
	if err != nil {
		return "", err
	}
	kernels, err := wasmsimd.New(host, wasmsimd.Mode(c.Kernels))
	if err != nil {
		return "", err
	}
	result, _, err := train.Run(first.Config, first.Seed, pairsOf(trainPairs), pairsOf(testPairs), train.Options{Kernels: kernels})
	return result.Digest, err
}

// load reads the packs that a pool of training images takes.
func load(dir string, pool int) (trainSet, testSet data.Images, err error) {
	text, err := os.ReadFile(filepath.Join(dir, data.ManifestFile))
	if err != nil {
		return
	}
	manifest, err := data.ParseManifest(text)
	if err != nil {
		return
	}
	store := data.NewStore(manifest)
	shards, err := store.Needed(pool)
	if err != nil {
		return
	}
	for _, shard := range shards {
		file, err := os.ReadFile(filepath.Join(dir, shard.File))
		if err != nil {
			return trainSet, testSet, err
		}
		if err := store.Add(shard, file); err != nil {
			return trainSet, testSet, err
		}
	}
	return store.Images(pool)
}

func pairsOf(p data.Pairs) model.Pairs {
	return model.Pairs{N: p.N, X: p.X, Target: p.Target, Digits: p.Digits}
}
