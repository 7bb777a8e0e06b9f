package autograd

import "github.com/pairlab/pairlab/engine/tensor"

// join has the ops before it go through all chunks of the branches before the ops
// after it go through a batch's, and on the way back the other way round.
type join[T tensor.Float] struct {
	meetsOnly
	x    []*Value[T]
	live bool // a gradient comes back over it
}

// Join records that the branches' values x are from here on rows of one batch, of
// which every rank computes all. Where no gradient comes back from there, ranks that
// have a branch each do so once they know of each other's gradients, if these are
// all every rank's: that saves a meeting.
func (t *Tape[T]) Join(x ...*Value[T]) {
	if t.join != nil {
		panic("autograd: a second join")
	}
	if t.group.Size() > 1 {
		t.ends = t.newGather(x, true)
		t.common = len(t.ops)
	}
	for _, v := range x {
		v.cut = t.batch
	}
	t.join = &join[T]{x: x}
	t.record(noRows, t.join)
}

func (o *join[T]) wanted() bool {
	for _, v := range o.x {
		if v.wanted() {
			return true
		}
	}
	return false
}

func (o *join[T]) connect() { o.live = true }

func (o *join[T]) meetForward() {}

func (o *join[T]) joinForward() {}

func (o *join[T]) meetBackward() {}

func (o *join[T]) joinBackward() {}
