package sha256

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

func TestPublishedHash(t *testing.T) {
	// FIPS 180-2, appendix B.1.
	sum := Sum256([]byte("abc"))
	if got, want := hex.EncodeToString(sum[:]), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; got != want {
		t.Errorf("abc: %s, want %s", got, want)
	}
}

func TestEveryLengthAsCryptoSHA256(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 300)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	for n := range b {
		want := sha256.Sum256(b[:n])
		if got := Sum256(b[:n]); got != want {
			t.Errorf("%d bytes: %x, want %x", n, got, want)
		}
		d := New()
		for rest := b[:n]; len(rest) > 0; { // in pieces, with sums between
			piece := min(1+rng.IntN(100), len(rest))
			if written, err := d.Write(rest[:piece]); written != piece || err != nil {
				t.Fatalf("wrote %d of %d, %v", written, piece, err)
			}
			d.Sum(nil)
			rest = rest[piece:]
		}
		if got := d.Sum([]byte("x")); !bytes.Equal(got, append([]byte("x"), want[:]...)) {
			t.Errorf("%d bytes in pieces: %x, want %x", n, got[1:], want)
		}
	}
}

func FuzzSum256(f *testing.F) {
	f.Add([]byte("abc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := Sum256(b), sha256.Sum256(b); got != want {
			t.Errorf("%x, want %x", got, want)
		}
	})
}
