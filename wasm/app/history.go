package main

// historyLimit is how many epochs' first layers are kept of a run: a few
// kilobytes each.
const historyLimit = 100

// history is a run's first layer after each epoch that this page has seen. Of
// longer runs every 2nd is kept, then every 4th, and so on, with the first and
// the newest.
type history struct {
	step int // 0 is 1
	list []past
}

// past is a first layer, encoded (a Uint8Array), after an epoch.
type past struct {
	epoch int
	layer any
}

// add takes the layer after an epoch. A run that begins anew tells its epochs
// again: what came after is dropped. The list is never written to once it was
// copied.
func (h *history) add(epoch int, layer any) {
	step := max(1, h.step)
	list := make([]past, 0, len(h.list)+1)
	for i, p := range h.list {
		if p.epoch < epoch && (i == 0 || p.epoch%step == 0) {
			list = append(list, p)
		}
	}
	list = append(list, past{epoch, layer})
	for len(list) > historyLimit {
		step *= 2
		kept := list[:1]
		for i, p := range list[1:] {
			if p.epoch%step == 0 || i == len(list)-2 {
				kept = append(kept, p)
			}
		}
		list = kept
	}
	h.step, h.list = step, list
}

// epochs are those that are kept, ascending.
func (h *history) epochs() []int {
	epochs := make([]int, len(h.list))
	for i, p := range h.list {
		epochs[i] = p.epoch
	}
	return epochs
}

// at is the layer after an epoch, nil if it is not kept.
func (h *history) at(epoch int) any {
	for _, p := range h.list {
		if p.epoch == epoch {
			return p.layer
		}
	}
	return nil
}
