package data

import "fmt"

// Image is an image of a split, [14, 14] as sums, with its label, once the pack that has it is added.
func (s *Store) Image(split Split, i int) (sums []uint16, label int, err error) {
	for _, shard := range s.manifest.Shards {
		if shard.Split != split || i < shard.First || i >= shard.First+shard.Images {
			continue
		}
		c := s.packs[shard.File]
		if c == nil {
			return nil, 0, fmt.Errorf("data: %s is not loaded", shard.File)
		}
		sums = make([]uint16, Pixels)
		c.read(i-shard.First, sums)
		return sums, int(c.labels[i-shard.First]), nil
	}
	return nil, 0, fmt.Errorf("data: %s image %d: want 0..%d", split, i, s.manifest.Images(split)-1)
}

// Digit is a test image as a drawing is: its sums, without the 28x28 that they come from.
func Digit(sums []uint16) (Drawing, error) {
	var d Drawing
	if len(sums) != Pixels {
		return d, fmt.Errorf("data: image of %d sums, want %d", len(sums), Pixels)
	}
	copy(d.Sums[:], sums)
	return d, nil
}
