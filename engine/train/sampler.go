package train

import (
	"math/rand/v2"

	"github.com/pairlab/pairlab/engine/model"
)

// The PCG streams of a run's randomness; each is used with the run's seed.
// Orders take one stream per epoch, augmentations one per epoch and pair and one
// per epoch and image, so that a rank or a resumed run needs nothing of what was
// drawn before or for others.
const (
	orderStream   = 0x6f726465_00000000 // "orde", then the epoch
	augmentStream = 0x61756772_616e646d // "augrandm"
)

// sampler fills a net's inputs with the pairs of an epoch.
type sampler struct {
	config Config
	seed   uint64
	pairs  model.Pairs
	epoch  int
	order  []int32 // [2·N] images, two a pair

	source rand.PCG
	rng    *rand.Rand
	warp   warper
	warped [model.Side * model.Side]float32
}

// newSampler returns a sampler of p, in its order and unchanged if c says so.
func newSampler(c Config, seed uint64, p model.Pairs) *sampler {
	s := &sampler{config: c, seed: seed, pairs: p, order: make([]int32, 2*p.N), warp: newWarper(c.Augment, p)}
	s.rng = rand.New(&s.source)
	s.start(0)
	return s
}

// start lays out the epoch, numbered from 0.
func (s *sampler) start(epoch int) {
	s.epoch = epoch
	for i := range s.order {
		s.order[i] = int32(i)
	}
	s.source.Seed(s.seed, orderStream+uint64(epoch))
	switch {
	case s.config.Recombine:
		s.rng.Shuffle(len(s.order), func(i, j int) {
			s.order[i], s.order[j] = s.order[j], s.order[i]
		})
	case s.config.Shuffle:
		s.rng.Shuffle(s.pairs.N, func(i, j int) {
			s.order[2*i], s.order[2*j] = s.order[2*j], s.order[2*i]
			s.order[2*i+1], s.order[2*j+1] = s.order[2*j+1], s.order[2*i+1]
		})
	}
}

// load puts the epoch's pairs from..from+n into the net's rows 0..n: the images
// of those rows that the net's rank computes, and the labels that it needs.
func (s *sampler) load(net *model.Net[float32], from, n int) {
	first, end := net.Tape.Labelled(n)
	for row := first; row < end; row++ {
		_, left := s.digit(from+row, 0)
		_, right := s.digit(from+row, 1)
		net.SetLabels(row, left, right)
	}
	for digit := range 2 {
		lo, hi := net.Images(digit, n)
		for row := lo; row < hi; row++ {
			image, _ := s.digit(from+row, digit)
			if s.config.Augment.on() {
				s.seedAugment(from+row, digit)
				s.warp.warp(s.warped[:], image, s.rng)
				image = s.warped[:]
			}
			net.SetImage(row, digit, image)
		}
	}
}

// digit is the first, 0, or second, 1, of pair i of the epoch.
func (s *sampler) digit(i, digit int) (image []float32, class int32) {
	if s.config.Swap {
		if s.seedAugment(i, swapped); s.rng.Uint64()&1 == 1 {
			digit = 1 - digit
		}
	}
	return s.pairs.Image(int(s.order[2*i+digit]))
}

// swapped is what, besides the two digits, is drawn for a pair: whether they are.
const swapped = 2

// seedAugment begins the stream of what is drawn for a pair of the epoch.
func (s *sampler) seedAugment(i, what int) {
	s.source.Seed(s.seed, augmentStream^mix(uint64(s.epoch)<<32|uint64(3*i+what)))
}

// mix spreads the bits of a counter over a word (SplitMix64's finaliser):
// PCG's first numbers of neighbouring seeds would be alike.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
