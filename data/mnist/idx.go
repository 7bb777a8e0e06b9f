package mnist

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The magic numbers of IDX files: two zero bytes, the type (8: unsigned byte), the number of dimensions.
const (
	labelMagic = 0x00000801
	imageMagic = 0x00000803
)

// maxIDXCount bounds what a header may claim; MNIST's larger half has 60,000.
const maxIDXCount = 1_000_000

// DecodeImages reads an IDX file of 28x28 images, gzipped or not: [N, 28, 28] bytes of ink.
// Another magic number or size, a file too short and bytes left over are errors.
func DecodeImages(r io.Reader) ([]uint8, error) {
	images, err := decodeIDX(r, imageMagic, Side, Side)
	if err != nil {
		return nil, fmt.Errorf("mnist: IDX images: %w", err)
	}
	return images, nil
}

// DecodeLabels reads an IDX file of labels, gzipped or not: [N] bytes, each 0..9 (more is an error).
func DecodeLabels(r io.Reader) ([]uint8, error) {
	labels, err := decodeIDX(r, labelMagic)
	if err != nil {
		return nil, fmt.Errorf("mnist: IDX labels: %w", err)
	}
	if i := slices.IndexFunc(labels, func(l uint8) bool { return l >= Classes }); i >= 0 {
		return nil, fmt.Errorf("mnist: IDX labels: label %d at index %d, want 0..%d", labels[i], i, Classes-1)
	}
	return labels, nil
}

// decodeIDX reads a header that must have the magic number and, after the count, the sizes given; then the values.
func decodeIDX(r io.Reader, magic uint32, sizes ...uint32) ([]uint8, error) {
	plain, err := gunzip(r)
	if err != nil {
		return nil, err
	}
	header := make([]byte, 8+4*len(sizes))
	if n, err := io.ReadFull(plain, header); err != nil {
		return nil, fmt.Errorf("header of %d bytes, want %d: %w", n, len(header), noEOF(err))
	}
	if got := binary.BigEndian.Uint32(header); got != magic {
		return nil, fmt.Errorf("magic number 0x%08x, want 0x%08x", got, magic)
	}
	count := binary.BigEndian.Uint32(header[4:])
	if count > maxIDXCount {
		return nil, fmt.Errorf("count of %d, at most %d can be right", count, maxIDXCount)
	}
	want := int64(count)
	for i, size := range sizes {
		if got := binary.BigEndian.Uint32(header[8+4*i:]); got != size {
			return nil, fmt.Errorf("size %d of dimension %d, want %d", got, i+1, size)
		}
		want *= int64(size)
	}
	// One byte more than wanted shows whether something is left over; reading to the end also checks gzip's own sum.
	values, err := io.ReadAll(io.LimitReader(plain, want+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("truncated or damaged after %d of %d bytes: %w", len(values), want, err)
	case int64(len(values)) < want:
		return nil, fmt.Errorf("truncated: %d bytes, want %d", len(values), want)
	case int64(len(values)) > want:
		return nil, fmt.Errorf("bytes left over after the %d wanted", want)
	}
	return values, nil
}

// gunzip unpacks r if it begins as gzip does, and else gives it as it is.
func gunzip(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	if start, _ := buffered.Peek(2); len(start) < 2 || start[0] != 0x1f || start[1] != 0x8b {
		return buffered, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", noEOF(err))
	}
	return z, nil
}

// noEOF turns the end of a file where more was due into the error that says so.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
