package autograd

import (
	"slices"

	"github.com/pairlab/pairlab/engine/tensor"
)

// branches are where a tape's ops are whose chunks several ranks run. With a tail
// and branches there are two ways through it. Ranks that share a branch meet for
// its batch norms, gather before the tail, and all compute the tail and the rest.
// Ranks that have a branch each gather at the branches' ends only.
type branches[T tensor.Float] struct {
	meetings  []*batchMeeting[T] // of the batch norms before the join
	tail      int                // the first op after a [Tape.Gather], 0 if there is none
	ends      *gather[T]         // of the branches, nil without or where there is one rank
	join      *join[T]           // after it, or nil
	common    int                // the first op after ends, 0 if there is none
	afterEnds int                // the first forward segment after ends
	canBeLate bool               // what follows ends can be computed when the ranks know the gradients

	apart bool // in this pass, ranks have a branch each
}

// reach is which chunks a rank runs something on: its own, its own where ranks have
// a branch each and else all, or all.
type reach int

const (
	ownChunks reach = iota
	tailChunks
	allChunks
)

// isEveryones says whether every rank runs a segment on all chunks.
func (b *branches[T]) isEveryones(s *segment[T]) bool {
	return s.reach == allChunks || s.reach == tailChunks && !b.apart
}

// reachOf says which chunks a rank runs op i on.
func (b *branches[T]) reachOf(i int) reach {
	switch {
	case b.common > 0 && i >= b.common:
		return allChunks
	case b.tail > 0 && i >= b.tail:
		return tailChunks
	}
	return ownChunks
}

// gathers says whether there are ops that ranks run on others' chunks, too.
func (b *branches[T]) gathers() bool { return b.tail > 0 || b.common > 0 }

// areApart says whether the chunks are dealt so that no batch norm of a branch
// concerns several ranks.
func (b *branches[T]) areApart() bool {
	return b.ends != nil && !slices.ContainsFunc(b.meetings, (*batchMeeting[T]).isShared)
}

// trainsApart says whether in this pass each rank takes the batch statistics of a
// branch of its own.
func (t *Tape[T]) trainsApart() bool { return t.train && t.apart }

// isLate says whether this pass leaves what follows the branches for later.
func (t *Tape[T]) isLate() bool { return t.canBeLate && t.trainsApart() }
