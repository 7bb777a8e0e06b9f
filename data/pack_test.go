package data

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// oddSets are sets that are not like MNIST.
func oddSets() map[string]Set {
	rng := rand.New(rand.NewPCG(1, 2))
	blank := Set{Labels: make([]uint8, 3), Sums: make([]uint16, 3*Pixels)}
	full := Set{Labels: []uint8{9, 9}, Sums: slices.Repeat([]uint16{MaxSum}, 2*Pixels)}
	noise := Set{Labels: make([]uint8, 40), Sums: make([]uint16, 40*Pixels)}
	for i := range noise.Labels {
		noise.Labels[i] = uint8(rng.IntN(Digits))
	}
	for i := range noise.Sums {
		noise.Sums[i] = uint16(rng.IntN(MaxSum + 1))
	}
	return map[string]Set{"blank": blank, "full": full, "noise": noise}
}

func pack(t testing.TB, split Split, first int, set Set) []byte {
	t.Helper()
	file, err := encodePack(split, first, set)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// equal says whether images are those of a set.
func equal(images Images, set Set) bool {
	if images == nil || images.Len() != set.Len() {
		return false
	}
	for i := range set.Labels {
		sums := [Pixels]uint16{1, Pixels - 1: 1}
		if images.Read(i, &sums); images.Label(i) != set.Labels[i] || !slices.Equal(sums[:], set.Image(i)) {
			return false
		}
	}
	return true
}

func TestPackKeepsEverySet(t *testing.T) {
	sets := oddSets()
	sets["MNIST test"] = load(t).test
	for name, set := range sets {
		file := pack(t, Test, 70, set)
		got, err := DecodePack(newShard(Test, 70, set.Len(), file), file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !equal(got, set) {
			t.Errorf("%s: decoded to something else", name)
		}
	}
}

func TestPackOfMNISTIsSmall(t *testing.T) {
	// The package comment says 0.71 MB a pack.
	if n := len(pack(t, Test, 0, load(t).test)); n > 715_000 {
		t.Errorf("the test pack takes %d bytes, want at most 715000", n)
	}
}

func TestLargestPackIsWithinTheBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	set := Set{Labels: make([]uint8, ShardImages), Sums: make([]uint16, ShardImages*Pixels)}
	for i := range set.Labels {
		set.Labels[i] = uint8(rng.IntN(Digits))
	}
	for i := range set.Sums {
		set.Sums[i] = uint16(1 + rng.IntN(MaxSum))
	}
	file := pack(t, Test, 0, set)
	got, err := DecodePack(newShard(Test, 0, ShardImages, file), file)
	if err != nil || !equal(got, set) {
		t.Errorf("a pack of noise, %d bytes of at most %d, does not come back: %v", len(file), maxShardBytes, err)
	}
}

func TestPackErrorsNameTheFileAndWhatWasExpected(t *testing.T) {
	part := load(t).test.slice(0, 50)
	file := pack(t, Test, 0, part)
	good := newShard(Test, 0, 50, file)
	flipped := bytes.Clone(file)
	flipped[len(flipped)/2] ^= 4
	sum := sha256.Sum256(flipped)
	rename := func(change func(*Shard)) Shard {
		s := good
		change(&s)
		return s
	}
	for _, c := range []struct {
		name  string
		shard Shard
		file  []byte
		want  string
	}{
		{"truncated", good, file[:len(file)-1], "bytes, want"},
		{"empty", good, nil, "0 bytes, want"},
		{"longer", good, append(bytes.Clone(file), 0), "bytes, want"},
		{"flipped", good, flipped, "checksum " + hex.EncodeToString(sum[:]) + ", want " + good.SHA256},
		{"other split", rename(func(s *Shard) { s.Split = Train }), file, "train images from 0"},
		{"other place", rename(func(s *Shard) { s.First = 10 }), file, "images from 10"},
		{"other count", rename(func(s *Shard) { s.Images = 49 }), file, "49 of them"},
		{"no count", rename(func(s *Shard) { s.Images = 0 }), file, "0 images, want 1..10000"},
	} {
		_, err := DecodePack(c.shard, c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), good.File) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// entryFor is the entry that a manifest would have for a file, were its header true.
func entryFor(file []byte) Shard {
	s := Shard{Split: Train, Images: 1}
	if len(file) >= HeaderSize {
		if file[6] == 1 {
			s.Split = Test
		}
		s.First = int(binary.LittleEndian.Uint32(file[8:]))
		s.Images = int(binary.LittleEndian.Uint32(file[12:]))
	}
	return newShard(s.Split, s.First, s.Images, file)
}

// deflated is a pack file of train images whose body is what is given, right or wrong.
func deflated(t testing.TB, images int, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	b.Write(packHeader(Train, 0, images))
	if err := (content{labels: body}).deflate(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plain is the body of a pack file, inflated.
func plain(t testing.TB, file []byte) []byte {
	t.Helper()
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(file[HeaderSize:])))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inflated decodes a file as a browser does that has inflated its stream.
func inflated(s Shard, file []byte) (Images, error) {
	if err := s.CheckFile(int64(len(file)), sha256.Sum256(file), file[:min(len(file), HeaderSize)]); err != nil {
		return nil, err
	}
	stream := bytes.NewReader(file[HeaderSize:])
	body, err := io.ReadAll(flate.NewReader(stream))
	if err != nil {
		return nil, err
	}
	if stream.Len() > 0 {
		return nil, errors.New("junk after the stream")
	}
	store := NewStore(Manifest{Shards: []Shard{s}})
	if err := store.AddInflated(s, body); err != nil {
		return nil, err
	}
	return store.packed(s.Split, store.manifest.Shards)
}

// checkPack gives the error of a file under an entry that vouches for it. What is accepted must be a set of digits,
// must come back from a file of its own, and must have the same body there: only the compression may differ. Inflated
// by other means it must be the same set, or refused too.
func checkPack(t *testing.T, file []byte) error {
	t.Helper()
	s := entryFor(file)
	set, err := DecodePack(s, file)
	if other, otherErr := inflated(s, file); (err == nil) != (otherErr == nil) || err == nil && !equal(other, set) {
		t.Errorf("decoded with error %v, inflated first with error %v, or to another set", err, otherErr)
	}
	if err != nil {
		return err
	}
	body, inflateErr := s.Inflate(file[HeaderSize:])
	if inflateErr != nil || !bytes.Equal(body, plain(t, file)) {
		t.Errorf("inflated with error %v, or to something else than the stream has", inflateErr)
	}
	if err := set.Check(); err != nil {
		t.Errorf("accepted a bad set: %v", err)
	}
	again := pack(t, s.Split, s.First, set)
	if back, err := DecodePack(entryFor(again), again); err != nil || !equal(back, set) {
		t.Errorf("accepted a set that does not come back from its own file: %v", err)
	}
	if !bytes.Equal(plain(t, again), plain(t, file)) {
		t.Error("accepted a body that its own set does not have")
	}
	return nil
}

func TestPackRefusesEveryChangedByte(t *testing.T) {
	file := pack(t, Train, 0, load(t).train.slice(0, 5))
	entry := entryFor(file)
	if err := checkPack(t, file); err != nil {
		t.Fatal(err)
	}
	for at := range file {
		for _, change := range []byte{1, 0x80, 0xff} {
			changed := bytes.Clone(file)
			changed[at] ^= change
			if _, err := DecodePack(entry, changed); err == nil || !strings.Contains(err.Error(), "checksum") {
				t.Errorf("byte %d changed by %#x: error %v, want one of the checksum", at, change, err)
			}
			_ = checkPack(t, changed) // with a checksum to match: whatever is accepted must be sound
		}
	}
	for n := range file {
		if checkPack(t, file[:n]) == nil {
			t.Errorf("the first %d of %d bytes are accepted", n, len(file))
		}
	}
}

// A file that hashes as its entry says may still be no pack.
func TestPackRefusesAWrongBody(t *testing.T) {
	set := func(label uint8, sum uint16) Set {
		s := Set{Labels: []uint8{label}, Sums: make([]uint16, Pixels)}
		s.Sums[20] = sum
		return s
	}
	good := pack(t, Train, 0, set(9, MaxSum))
	if err := checkPack(t, good); err != nil {
		t.Errorf("label 9 and sum 1020: %v", err)
	}
	body := plain(t, good)
	if len(body) != 1+inkBytes+2 {
		t.Fatalf("a body of %d bytes for one inked pixel, want %d", len(body), 1+inkBytes+2)
	}
	change := func(at int, to byte) []byte {
		changed := bytes.Clone(body)
		changed[at] = to
		return deflated(t, 1, changed)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"label", pack(t, Train, 0, set(10, 0)), "label 10 of image 0, want 0..9"},
		{"sum", pack(t, Train, 0, set(9, MaxSum+1)), "sum 1021 in image 0, want 0..1020"},
		{"ink outside the row", change(1, 0x80), "ink 0x80 in image 0, want at most 0x7f"},
		{"padding", change(len(body)-1, 0x07), "not filled up with zeros"},
		{"one pixel more", change(1, 1), "2 bytes, want 3"},
		{"one pixel fewer", change(3, 0), "left over after 0 inked pixels"},
		{"empty body", deflated(t, 1, nil), "0 bytes, want 29"},
		{"short body", deflated(t, 1, body[:len(body)-1]), "1 bytes, want 2"},
		{"long body", deflated(t, 1, append(bytes.Clone(body), 0)), "left over after 1 inked pixels"},
		{"long file", append(bytes.Clone(good), 0), "1 bytes left over after the compressed images"},
		{"cut after the body", good[:len(good)-1], "unexpected EOF"},
		{"no body", good[:HeaderSize], "unexpected EOF"},
		{"not deflate", append(packHeader(Train, 0, 1), 0xff), "corrupt input"},
	} {
		if err := checkPack(t, c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// 16 MB of zeros deflate to 16 KB: no more of them may be unpacked than the images in the entry can take.
func TestPackDoesNotUnpackWithoutEnd(t *testing.T) {
	file := deflated(t, 1, make([]byte, 16<<20))
	entry := entryFor(file)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := DecodePack(entry, file)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "left over") {
		t.Errorf("error %v, want one of bytes left over", err)
	}
	// The inflater's own window and tables are 45 KB.
	if got := after.TotalAlloc - before.TotalAlloc; got > 200_000 {
		t.Errorf("%d bytes allocated for one image, want at most 200000", got)
	}
	t.Logf("a file of %d bytes: %d bytes allocated", len(file), after.TotalAlloc-before.TotalAlloc)
}

func FuzzDecodePack(f *testing.F) {
	for _, set := range oddSets() {
		f.Add(pack(f, Train, 0, set))
	}
	f.Add(pack(f, Test, 10, load(f).test.slice(10, 12)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) { _ = checkPack(t, file) })
}

// FuzzPackBody gets past the compression, which hardly any change of a file survives.
func FuzzPackBody(f *testing.F) {
	for _, set := range oddSets() {
		f.Add(uint8(set.Len()), plain(f, pack(f, Train, 0, set)))
	}
	f.Fuzz(func(t *testing.T, images uint8, body []byte) { _ = checkPack(t, deflated(t, int(images), body)) })
}

// FuzzPackContent makes sets of the bytes: each must come back, and not with a byte of its file changed.
func FuzzPackContent(f *testing.F) {
	f.Add([]byte{3}, []byte("\x00\x00\xff\x03\x80\x01"), uint(20), byte(1))
	f.Fuzz(func(t *testing.T, labels, sums []byte, at uint, change byte) {
		n := min(len(labels), 20)
		if n == 0 || len(sums) < 2 {
			return
		}
		set := Set{Labels: make([]uint8, n), Sums: make([]uint16, n*Pixels)}
		for i := range set.Labels {
			set.Labels[i] = labels[i] % Digits
		}
		for i := range set.Sums {
			from := 2 * i % (len(sums) - 1)
			set.Sums[i] = binary.LittleEndian.Uint16(sums[from:]) % (MaxSum + 1)
		}
		file := pack(t, Train, 0, set)
		entry := entryFor(file)
		got, err := DecodePack(entry, file)
		if err != nil {
			t.Fatal(err)
		}
		if !equal(got, set) {
			t.Error("decoded to something else")
		}
		file[at%uint(len(file))] ^= change
		if _, err := DecodePack(entry, file); change != 0 && (err == nil || !strings.Contains(err.Error(), "checksum")) {
			t.Errorf("a changed byte: error %v, want one of the checksum", err)
		}
	})
}

func BenchmarkDecodePack(b *testing.B) {
	set := load(b).test
	file := pack(b, Test, 0, set)
	shard := newShard(Test, 0, set.Len(), file)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodePack(shard, file); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(set.Len()*b.N)/b.Elapsed().Seconds(), "images/s")
	b.ReportMetric(float64(len(file)), "bytes")
}
