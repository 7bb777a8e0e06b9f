package experiment

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// Shard is one machine's part of a search: part K of N, from 1.
type Shard struct{ K, N int }

// maxShards is the most parts that a search is cut into.
const maxShards = 1000

// Whole is a search in one part.
func Whole() Shard { return Shard{1, 1} }

// ParseShard reads "2/3"; no text is the whole. The error is an Errors.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Whole(), nil
	}
	k, n, _ := strings.Cut(text, "/")
	var s Shard
	var errK, errN error
	s.K, errK = strconv.Atoi(k)
	s.N, errN = strconv.Atoi(n)
	if errK != nil || errN != nil || s.K < 1 || s.K > s.N || s.N > maxShards {
		return Whole(), Errors{{Name: "shard", Value: text, Message: "want k/n, such as 2/3: part k of n, 1 <= k <= n <= " + strconv.Itoa(maxShards)}}
	}
	return s, nil
}

// String is the shard as ParseShard reads it; empty for the whole.
func (s Shard) String() string {
	if s.N <= 1 {
		return ""
	}
	return strconv.Itoa(s.K) + "/" + strconv.Itoa(s.N)
}

// part says which of count settings are in the shard. The settings are dealt
// out in an order that looks random and is always the same: dealt in the grid's
// own, one shard could get all the wide networks.
func (s Shard) part(count int) []bool {
	order := make([]int, count)
	for i := range order {
		order[i] = i
	}
	// The shuffle is written out so that it stays the same for good.
	source := rand.NewPCG(uint64(count), 0)
	for i := count - 1; i > 0; i-- {
		j := int(source.Uint64() % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	in := make([]bool, count)
	for i, setting := range order {
		in[setting] = i%max(1, s.N) == max(0, s.K-1)
	}
	return in
}
