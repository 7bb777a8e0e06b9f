package data

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/pairlab/pairlab/engine/sha256"
)

// A pack file: a header of 16 bytes, little-endian,
//
//	0  "PLDP"
//	4  uint16 version, 1
//	6  uint16 split, 0 train, 1 test
//	8  uint32 index of the first image in its split
//	12 uint32 number of images
//
// then, as one deflate stream (RFC 1951) up to the end of the file, the labels and the images as content has them.
const (
	packMagic   = "PLDP"
	packVersion = 1
)

// HeaderSize is the number of bytes of a pack file before its deflate stream.
const HeaderSize = 16

// ShardImages is the number of images of a full pack.
const ShardImages = 10_000

// maxShardBytes is above what any pack of ShardImages takes: deflate adds less than a hundredth to what it cannot
// compress.
const maxShardBytes = HeaderSize + ShardImages*maxImageBytes*101/100

// DecodePack checks a pack file against its entry in the manifest and decodes it. Errors name the file and say what was
// expected. Files of one set may differ in how it is compressed, but in nothing else: sizes are exact, nothing may
// follow, and no more is unpacked than s.Images images can take.
func DecodePack(s Shard, b []byte) (Set, error) {
	if err := s.check(); err != nil {
		return Set{}, fmt.Errorf("data: %w", err)
	}
	c, err := decodePack(s, b)
	if err != nil {
		return Set{}, fmt.Errorf("data: %s: %w", s.File, err)
	}
	set := Set{Labels: c.labels, Sums: make([]uint16, s.Images*Pixels)}
	for i := range s.Images {
		c.read(i, set.Image(i))
	}
	return set, nil
}

func decodePack(s Shard, b []byte) (*content, error) {
	if err := s.checkFile(int64(len(b)), sha256.Sum256(b), b[:min(len(b), HeaderSize)]); err != nil {
		return nil, err
	}
	inflated, err := s.inflate(b[HeaderSize:])
	if err != nil {
		return nil, err
	}
	return parseContent(inflated, s.Images)
}

// CheckFile checks a pack file against its entry by its size, its SHA-256 and its first [HeaderSize] bytes: for who
// inflates the rest by other means, for [Store.AddInflated].
func (s Shard) CheckFile(size int64, sum [sha256.Size]byte, header []byte) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	if err := s.checkFile(size, sum, header); err != nil {
		return fmt.Errorf("data: %s: %w", s.File, err)
	}
	return nil
}

func (s Shard) checkFile(size int64, sum [sha256.Size]byte, header []byte) error {
	if size != s.Bytes {
		return fmt.Errorf("%d bytes, want %d", size, s.Bytes)
	}
	if hex.EncodeToString(sum[:]) != s.SHA256 {
		return fmt.Errorf("checksum %x, want %s", sum, s.SHA256)
	}
	if len(header) < HeaderSize {
		return fmt.Errorf("%d bytes, want a header of %d", len(header), HeaderSize)
	}
	if want := packHeader(s.Split, s.First, s.Images); !bytes.Equal(header, want) {
		return fmt.Errorf("header % x, want % x (version %d, %s images from %d, %d of them)",
			header, want, packVersion, s.Split, s.First, s.Images)
	}
	return nil
}

// Inflate returns what a pack file's deflate stream holds, all that follows the header of a file that was checked by
// [Shard.CheckFile], for [Store.AddInflated]: no more than s.Images images can take and one byte, whatever the stream
// would go on to give.
func (s Shard) Inflate(stream []byte) ([]byte, error) {
	b, err := s.inflate(stream)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", s.File, err)
	}
	return b, nil
}

func (s Shard) inflate(stream []byte) ([]byte, error) {
	r := bytes.NewReader(stream)
	b, err := io.ReadAll(io.LimitReader(flate.NewReader(r), int64(s.Images)*maxImageBytes+1))
	if err != nil {
		return nil, fmt.Errorf("compressed images: %w", err)
	}
	if r.Len() > 0 {
		return nil, fmt.Errorf("%d bytes left over after the compressed images", r.Len())
	}
	return b, nil
}

// encodePack is the pack file of a set, whose images begin at index first of their split.
func encodePack(split Split, first int, set Set) ([]byte, error) {
	var b bytes.Buffer
	b.Write(packHeader(split, first, set.Len()))
	if err := layOut(set).deflate(&b); err != nil {
		return nil, fmt.Errorf("data: %s images from %d: %w", split, first, err)
	}
	return b.Bytes(), nil
}

func packHeader(split Split, first, images int) []byte {
	b := make([]byte, 0, HeaderSize)
	b = append(b, packMagic...)
	b = binary.LittleEndian.AppendUint16(b, packVersion)
	b = binary.LittleEndian.AppendUint16(b, split.code())
	b = binary.LittleEndian.AppendUint32(b, uint32(first))
	return binary.LittleEndian.AppendUint32(b, uint32(images))
}
