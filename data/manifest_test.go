package data

import (
	"slices"
	"strings"
	"testing"
)

// sixAndOne is a manifest cut as the real one is.
func sixAndOne() Manifest {
	m := Manifest{Schema: manifestSchema, Credit: Credit}
	for i := range 6 {
		m.Shards = append(m.Shards, newShard(Train, i*ShardImages, ShardImages, make([]byte, 100+i)))
	}
	m.Shards = append(m.Shards, newShard(Test, 0, ShardImages, make([]byte, 200)))
	return m
}

func TestNeededIsTheFirstPacksAndTheTestPack(t *testing.T) {
	m := sixAndOne()
	for packs := 1; packs <= 6; packs++ {
		got, err := m.Needed(packs * ShardImages)
		want := append(slices.Clone(m.Shards[:packs]), m.Shards[6])
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d packs: %d needed, %v", packs, len(got), err)
		}
	}
	if all, _ := m.Needed(60_000); TotalBytes(all) != 100+101+102+103+104+105+200 {
		t.Errorf("%d bytes in all", TotalBytes(all))
	}
	for _, pool := range []int{-10_000, 0, 1, 15_000, 70_000} {
		if _, err := m.Needed(pool); err == nil || !strings.Contains(err.Error(), "want one of 10000, 20000") {
			t.Errorf("pool %d: error %v", pool, err)
		}
	}
}

func TestManifestErrorsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Manifest)
		want   string
	}{
		{"schema", func(m *Manifest) { m.Schema = "pairlab.mnist/v2" }, `schema "pairlab.mnist/v2"`},
		{"folder", func(m *Manifest) { m.Shards[0].File = "../secret" }, `pack name "../secret"`},
		{"no name", func(m *Manifest) { m.Shards[0].File = "" }, `pack name ""`},
		{"size", func(m *Manifest) { m.Shards[1].Bytes = 1 << 40 }, "size of 1099511627776 bytes"},
		{"checksum", func(m *Manifest) { m.Shards[1].SHA256 = "abc" }, `checksum "abc"`},
		{"capitals", func(m *Manifest) { m.Shards[1].SHA256 = strings.Repeat("AB", 32) }, "want 64 hexadecimal"},
		{"split", func(m *Manifest) { m.Shards[1].Split = "validation" }, `split "validation"`},
		{"images", func(m *Manifest) { m.Shards[1].Images = 10_001 }, "10001 images, want 1..10000"},
		{"twice", func(m *Manifest) { m.Shards[1].File = m.Shards[0].File }, "listed twice"},
		{"gap", func(m *Manifest) { m.Shards = slices.Delete(m.Shards, 1, 2) }, "images from 20000, want from 10000"},
		{"order", func(m *Manifest) { slices.Reverse(m.Shards) }, "training images after test images"},
		{"no test", func(m *Manifest) { m.Shards = m.Shards[:6] }, "no pack of test images"},
		{"no packs", func(m *Manifest) { m.Shards = nil }, "no pack of train images"},
	} {
		m := sixAndOne()
		c.change(&m)
		b, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseManifest(b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	good, err := sixAndOne().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":         "",
		"a page":        "<!doctype html>",
		"cut":           string(good[:len(good)/2]),
		"more":          string(good) + "{}",
		"unknown field": strings.Replace(string(good), `"credit"`, `"colour": 1, "credit"`, 1),
	} {
		if _, err := ParseManifest([]byte(text)); err == nil || !strings.Contains(err.Error(), ManifestFile) {
			t.Errorf("%s: error %v, want one that names %s", name, err, ManifestFile)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	good, err := sixAndOne().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema":"pairlab.mnist/v1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			return
		}
		again, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := ParseManifest(again)
		if err != nil || !slices.Equal(parsed.Shards, m.Shards) {
			t.Errorf("accepted, but its own encoding is not: %v", err)
		}
		if _, err := m.Needed(m.Images(Train)); err != nil {
			t.Error(err)
		}
	})
}
