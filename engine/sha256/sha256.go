// Package sha256 computes SHA-256 (FIPS 180-4).
//
// Why not crypto/sha256? Since Go's cryptography became a FIPS module, that
// brings AES, SHA-3, HMAC and a random generator with it: 140 KB of the program
// that every visitor downloads, 40 KB compressed. What is hashed here is public,
// so nothing of that is needed. The tests compare with crypto/sha256; the speed
// in WebAssembly is the same.
package sha256

import (
	"encoding/binary"
	"math/bits"
)

// Size is the number of bytes of a hash.
const Size = 32

// k is the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
var k = [64]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

// Digest hashes what is written to it.
type Digest struct {
	h    [8]uint32
	rest [64]byte
	n    int // bytes in rest
	all  uint64
}

// New returns a digest of nothing so far.
func New() *Digest {
	return &Digest{h: [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}}
}

// Write adds b; it never fails.
func (d *Digest) Write(b []byte) (int, error) {
	n := len(b)
	d.all += uint64(n)
	for len(b) > 0 {
		if d.n == 0 && len(b) >= 64 {
			d.block((*[64]byte)(b))
			b = b[64:]
			continue
		}
		c := copy(d.rest[d.n:], b)
		b = b[c:]
		if d.n += c; d.n == 64 {
			d.block(&d.rest)
			d.n = 0
		}
	}
	return n, nil
}

// Sum appends the hash of what was written to b. More may be written after it.
func (d *Digest) Sum(b []byte) []byte {
	e := *d
	pad := [72]byte{0x80}
	at := 1 + (119-e.n)%64
	binary.BigEndian.PutUint64(pad[at:], 8*e.all)
	e.Write(pad[:at+8])
	for _, h := range e.h {
		b = binary.BigEndian.AppendUint32(b, h)
	}
	return b
}

// Sum256 is the hash of b.
func Sum256(b []byte) [Size]byte {
	d := New()
	d.Write(b)
	return [Size]byte(d.Sum(nil))
}

func (d *Digest) block(p *[64]byte) {
	var w [64]uint32
	for i := range 16 {
		w[i] = binary.BigEndian.Uint32(p[4*i:])
	}
	for i := 16; i < 64; i++ {
		a, b := w[i-15], w[i-2]
		s0 := bits.RotateLeft32(a, -7) ^ bits.RotateLeft32(a, -18) ^ a>>3
		s1 := bits.RotateLeft32(b, -17) ^ bits.RotateLeft32(b, -19) ^ b>>10
		w[i] = w[i-16] + s0 + w[i-7] + s1
	}
	a, b, c, dd, e, f, g, h := d.h[0], d.h[1], d.h[2], d.h[3], d.h[4], d.h[5], d.h[6], d.h[7]
	for i := range w {
		s1 := bits.RotateLeft32(e, -6) ^ bits.RotateLeft32(e, -11) ^ bits.RotateLeft32(e, -25)
		t1 := h + s1 + (e&f ^ ^e&g) + k[i] + w[i]
		s0 := bits.RotateLeft32(a, -2) ^ bits.RotateLeft32(a, -13) ^ bits.RotateLeft32(a, -22)
		t2 := s0 + (a&b ^ a&c ^ b&c)
		h, g, f, e, dd, c, b, a = g, f, e, dd+t1, c, b, a, t1+t2
	}
	d.h[0] += a
	d.h[1] += b
	d.h[2] += c
	d.h[3] += dd
	d.h[4] += e
	d.h[5] += f
	d.h[6] += g
	d.h[7] += h
}
