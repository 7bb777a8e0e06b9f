package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

// idxFile is an IDX file of the words and then the bytes.
func idxFile(body []byte, words ...uint32) []byte {
	var b []byte
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return append(b, body...)
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestIDXDecodesPlainAndGzipped(t *testing.T) {
	pixels := make([]byte, 2*Pixels)
	for i := range pixels {
		pixels[i] = byte(i * 7)
	}
	images := idxFile(pixels, imageMagic, 2, 28, 28)
	labels := idxFile([]byte{3, 9}, labelMagic, 2)
	for name, file := range map[string][]byte{"plain": images, "gzipped": gzipped(t, images)} {
		got, err := DecodeImages(bytes.NewReader(file))
		if err != nil || !bytes.Equal(got, pixels) {
			t.Errorf("%s images: %d bytes, %v", name, len(got), err)
		}
	}
	for name, file := range map[string][]byte{"plain": labels, "gzipped": gzipped(t, labels)} {
		got, err := DecodeLabels(bytes.NewReader(file))
		if err != nil || !bytes.Equal(got, []byte{3, 9}) {
			t.Errorf("%s labels: %v, %v", name, got, err)
		}
	}
}

func TestIDXErrorsSayWhatIsWrong(t *testing.T) {
	one := make([]byte, Pixels)
	asImages := func(r io.Reader) ([]uint8, error) { return DecodeImages(r) }
	asLabels := func(r io.Reader) ([]uint8, error) { return DecodeLabels(r) }
	z := gzipped(t, idxFile(one, imageMagic, 1, 28, 28))
	badSum := bytes.Clone(z)
	badSum[len(badSum)-8] ^= 1
	for _, c := range []struct {
		name   string
		decode func(io.Reader) ([]uint8, error)
		file   []byte
		want   string
	}{
		{"empty", asImages, nil, "header of 0 bytes, want 16"},
		{"short header", asLabels, []byte{0, 0, 8}, "header of 3 bytes, want 8"},
		{"labels as images", asImages, idxFile(make([]byte, 8), labelMagic, 8), "magic number 0x00000801, want 0x00000803"},
		{"images as labels", asLabels, idxFile(one, imageMagic, 1, 28, 28), "magic number 0x00000803, want 0x00000801"},
		{"rows", asImages, idxFile(one, imageMagic, 1, 27, 28), "size 27 of dimension 1, want 28"},
		{"columns", asImages, idxFile(one, imageMagic, 1, 28, 32), "size 32 of dimension 2, want 28"},
		{"count", asImages, idxFile(one, imageMagic, 1<<31, 28, 28), "count of 2147483648"},
		{"truncated", asImages, idxFile(one[:700], imageMagic, 1, 28, 28), "truncated: 700 bytes, want 784"},
		{"left over", asImages, idxFile(make([]byte, 785), imageMagic, 1, 28, 28), "left over after the 784"},
		{"truncated labels", asLabels, idxFile([]byte{1}, labelMagic, 2), "truncated: 1 bytes, want 2"},
		{"label", asLabels, idxFile([]byte{1, 10}, labelMagic, 2), "label 10 at index 1, want 0..9"},
		{"gzip header", asImages, []byte{0x1f, 0x8b, 0}, "gzip"},
		{"gzip cut", asImages, z[:len(z)-4], "truncated or damaged"},
		{"gzip checksum", asImages, badSum, "truncated or damaged after 784 of 784 bytes"},
	} {
		_, err := c.decode(bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "mnist: ") {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func FuzzDecodeIDX(f *testing.F) {
	f.Add(idxFile(make([]byte, Pixels), imageMagic, 1, 28, 28))
	f.Add(idxFile([]byte{1, 2, 3}, labelMagic, 3))
	f.Add(gzipped(f, idxFile([]byte{1, 2, 3}, labelMagic, 3)))
	f.Fuzz(func(t *testing.T, b []byte) {
		plain := len(b) < 2 || b[0] != 0x1f
		if images, err := DecodeImages(bytes.NewReader(b)); err == nil && plain {
			if again := idxFile(images, imageMagic, uint32(len(images)/Pixels), 28, 28); !bytes.Equal(again, b) {
				t.Errorf("images encode to %d other bytes", len(again))
			}
		}
		if labels, err := DecodeLabels(bytes.NewReader(b)); err == nil && plain {
			if again := idxFile(labels, labelMagic, uint32(len(labels))); !bytes.Equal(again, b) {
				t.Errorf("labels encode to %d other bytes", len(again))
			}
		}
	})
}
