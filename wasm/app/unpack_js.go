package main

import (
	"errors"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/data"
	"github.com/pairlab/pairlab/wasm/cancel"
	"github.com/pairlab/pairlab/wasm/web"
)

// unpack checks a pack's file, a Uint8Array, and inflates it, once for all
// workers. The browser's own code does both, faster and mostly beside the page;
// Go does what it lacks.
func unpack(stop *cancel.Signal, shard data.Shard, file safejs.Value) (inflated safejs.Value, err error) {
	size, err := file.Length()
	if err != nil {
		return inflated, err
	}
	sum, err := web.SHA256(stop, file)
	if err != nil {
		return inflated, err
	}
	start, err := file.Call("subarray", 0, data.HeaderSize)
	if err != nil {
		return inflated, err
	}
	header, err := web.Bytes(start)
	if err != nil {
		return inflated, err
	}
	if err := shard.CheckFile(int64(size), sum, header); err != nil {
		return inflated, err
	}
	body, err := file.Call("subarray", data.HeaderSize)
	if err != nil {
		return inflated, err
	}
	inflated, err = web.Inflate(stop, body)
	if !errors.Is(err, errors.ErrUnsupported) {
		return inflated, err
	}
	stream, err := web.Bytes(body)
	if err != nil {
		return inflated, err
	}
	b, err := shard.Inflate(stream)
	if err != nil {
		return inflated, err
	}
	return web.Copy(b)
}
