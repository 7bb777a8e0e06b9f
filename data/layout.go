package data

import (
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
)

// Where the inked pixels of an image are: two bytes for each row, of seven pixels each.
const (
	halfRow   = Side / 2
	inkBytes  = Side * 2
	lowBits   = 2
	lowMask   = 1<<lowBits - 1
	lowInByte = 8 / lowBits
)

// maxImageBytes is what an image with ink in every pixel takes before compression: label, ink, upper and lower bits.
const maxImageBytes = 1 + inkBytes + Pixels + Pixels/lowInByte

// content is a set laid out for compression: what is alike stands together, and what is noise stands apart. An inked
// pixel's sum less one, 0..1019, is cut into eight upper and two lower bits. One set has one content.
type content struct {
	labels []uint8 // [N]
	ink    []uint8 // [N, 14, 2], bit b of half h: pixel 7h+b of the row is not blank
	upper  []uint8 // [K], of the K inked pixels in order
	lower  []uint8 // [ceil(K/4)], four pixels a byte, the first lowest, the last byte filled up with zeros

	starts []uint32 // [N], where in upper each image begins; of what is to be read
}

func (c content) sections() [][]uint8 { return [][]uint8{c.labels, c.ink, c.upper, c.lower} }

func layOut(set Set) content {
	c := content{labels: set.Labels, ink: make([]uint8, set.Len()*inkBytes)}
	for i, sum := range set.Sums {
		if sum == 0 {
			continue
		}
		c.ink[i/halfRow] |= 1 << (i % halfRow)
		k := len(c.upper)
		if k%lowInByte == 0 {
			c.lower = append(c.lower, 0)
		}
		c.upper = append(c.upper, uint8((sum-1)>>lowBits))
		c.lower[k/lowInByte] |= uint8((sum-1)&lowMask) << (k % lowInByte * lowBits)
	}
	return c
}

// parseContent is the content of so many images, of which b is the sections one after the other, and all of it. Labels
// and sums that no image can have are an error, and so are bits set where there is nothing to say. b is kept.
func parseContent(b []uint8, images int) (*content, error) {
	start, rest, err := cut(b, images*(1+inkBytes))
	if err != nil {
		return nil, err
	}
	c := &content{labels: start[:images], ink: start[images:], starts: make([]uint32, images)}
	if i := labelOutOfRange(c.labels); i >= 0 {
		return nil, fmt.Errorf("label %d of image %d, want 0..%d", c.labels[i], i, Digits-1)
	}
	inked := 0
	for i := range images {
		c.starts[i] = uint32(inked)
		for _, ink := range c.ink[i*inkBytes:][:inkBytes] {
			if ink>>halfRow != 0 {
				return nil, fmt.Errorf("ink 0x%02x in image %d, want at most 0x%02x", ink, i, 1<<halfRow-1)
			}
			inked += bits.OnesCount8(ink)
		}
	}
	pixels, rest, err := cut(rest, inked+(inked+lowInByte-1)/lowInByte)
	if err != nil {
		return nil, err
	}
	c.upper, c.lower = pixels[:inked], pixels[inked:]
	if left := inked % lowInByte; left > 0 && c.lower[len(c.lower)-1]>>(left*lowBits) != 0 {
		return nil, errors.New("the last byte is not filled up with zeros")
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("bytes left over after %d inked pixels", inked)
	}
	// As MaxSum is a multiple of four, the upper bits alone tell.
	const most = (MaxSum - 1) >> lowBits
	if k := slices.IndexFunc(c.upper, func(upper uint8) bool { return upper > most }); k >= 0 {
		image, _ := slices.BinarySearch(c.starts, uint32(k)+1)
		return nil, fmt.Errorf("sum %d in image %d, want 0..%d", c.sum(k), image-1, MaxSum)
	}
	return c, nil
}

func cut(b []uint8, n int) (first, rest []uint8, err error) {
	if len(b) < n {
		return nil, nil, fmt.Errorf("%d bytes, want %d", len(b), n)
	}
	return b[:n], b[n:], nil
}

// sum is that of the inked pixel k.
func (c *content) sum(k int) uint16 {
	low := c.lower[k/lowInByte] >> (k % lowInByte * lowBits) & lowMask
	return uint16(c.upper[k])<<lowBits + uint16(low) + 1
}

// read writes image i to sums, [14, 14].
func (c *content) read(i int, sums []uint16) {
	clear(sums)
	k := int(c.starts[i])
	for at, ink := range c.ink[i*inkBytes:][:inkBytes] {
		for half := sums[at*halfRow:][:halfRow]; ink != 0; ink &= ink - 1 {
			half[bits.TrailingZeros8(ink)] = c.sum(k)
			k++
		}
	}
}

// deflate writes the content as one stream, flushed between the sections so that each has Huffman codes of its own.
func (c content) deflate(w io.Writer) error {
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return err
	}
	for _, section := range c.sections() {
		if _, err := z.Write(section); err != nil {
			return err
		}
		if err := z.Flush(); err != nil {
			return err
		}
	}
	return z.Close()
}
