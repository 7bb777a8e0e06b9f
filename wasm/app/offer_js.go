package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/web"
)

// errNothingKept is the answer to a wish to go on with nothing.
var errNothingKept = errors.New("app: no unfinished experiment is kept")

// offered is the unfinished experiment that the page offers to go on with, nil
// if there is none. At its first call, and while there is none, it looks for
// one; it may wait.
func (c *controller) offered() (*plan, error) {
	c.looking.Lock()
	defer c.looking.Unlock()
	if c.offer != nil || c.busy() {
		return c.offer, nil
	}
	found, held, err := c.vault.find()
	if err != nil {
		return nil, err
	}
	for _, name := range held {
		c.await(name)
	}
	c.setOffer(found)
	return found, nil
}

// await has an experiment that another tab has offered when that tab is gone:
// also one that is just being reloaded. The caller holds c.looking.
func (c *controller) await(name string) {
	if c.awaited[name] {
		return
	}
	c.awaited[name] = true
	go func() {
		release, _, err := keep.Lock(name, true)
		c.looking.Lock()
		defer c.looking.Unlock()
		delete(c.awaited, name)
		var p *plan
		if err == nil && c.offer != nil {
			release()
			return
		}
		if err == nil {
			p, err = c.vault.take(name, release)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		if p != nil {
			c.setOffer(p)
		}
	}()
}

func (c *controller) setOffer(p *plan) {
	c.offer = p
	if p == nil {
		c.page.OfferKept(nil)
		return
	}
	c.page.OfferKept(new(p.summary()))
}

// summary is what the page says of a plan that is offered.
func (p *plan) summary() text.Kept {
	epochs := map[runKey]int{}
	for key, state := range p.states {
		epochs[key] = state.epoch
	}
	return p.record.summary(p.set, epochs, version)
}

// ResumeKept goes on with the experiment that is offered.
func (c *controller) ResumeKept() error {
	p := c.offer
	if p == nil {
		return errNothingKept
	}
	if p.record.Build != version {
		// Another build might not compute the same bits.
		p.states, p.ended = nil, nil
	}
	if err := c.begin(*p); err != nil {
		return err
	}
	c.setOffer(nil)
	return nil
}

// DiscardKept deletes the experiment that is offered, and looks for another.
func (c *controller) DiscardKept() error {
	p := c.offer
	if p == nil {
		return errNothingKept
	}
	c.setOffer(nil)
	db, err := c.vault.open()
	if err == nil {
		err = forget(db, p.id)
	}
	p.release()
	if err != nil {
		return fmt.Errorf("app: discard the kept experiment: %w", err)
	}
	_, err = c.offered()
	return err
}

// watchHiding writes all that is to be kept when nobody looks at the page any
// more: a browser may end it then, at any time.
func (c *controller) watchHiding() error {
	document, err := safejs.Global().Get("document")
	if err != nil {
		return err
	}
	_, err = web.Listen(document, "visibilitychange", func(safejs.Value) {
		hidden, err := document.Get("hidden")
		if err != nil {
			return
		}
		if yes, err := hidden.Truthy(); err != nil || !yes {
			return
		}
		if k := c.inHand(); k != nil {
			k.flush()
		}
	})
	return err
}

// watchLeaving gives up what this page has when the person leaves it and the
// browser holds it, frozen, for a possible return: any page may then offer it.
// On return the page is loaded anew, and offers it itself.
func (c *controller) watchLeaving() error {
	left := false
	held := func(event safejs.Value) bool {
		persisted, err := event.Get("persisted")
		if err != nil {
			return false
		}
		yes, err := persisted.Truthy()
		return err == nil && yes
	}
	_, err := web.Listen(safejs.Global(), "pagehide", func(event safejs.Value) {
		if !held(event) {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.keeper != nil && (c.stop != nil || c.failed != nil) {
			left = true
			c.keeper.unlock()
		}
		if c.offer != nil {
			left = true
			c.offer.release()
		}
	})
	if err != nil {
		return err
	}
	_, err = web.Listen(safejs.Global(), "pageshow", func(event safejs.Value) {
		if !left || !held(event) {
			return
		}
		location, err := safejs.Global().Get("location")
		if err == nil {
			_, err = location.Call("reload")
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	})
	return err
}

// find looks for the newest experiment in the storage that no living tab has,
// and takes its lock. It is nil if there is none; held are those that other
// tabs have. States and parts that belong to no experiment are removed.
func (v *vault) find() (p *plan, held []string, err error) {
	db, err := v.open()
	if err != nil {
		return nil, nil, err
	}
	journal := keep.NewJournal(db)
	// In this order: an experiment's record is there before its first state.
	var belongings []string
	for _, prefix := range []string{statePrefix, partPrefix} {
		names, err := journal.Names(prefix)
		if err != nil {
			return nil, nil, err
		}
		belongings = append(belongings, names...)
	}
	records, err := journal.Names(recordPrefix)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range belongings {
		if !slices.Contains(records, recordName(ownerOf(name))) {
			if err := journal.Delete(name); err != nil {
				return nil, nil, err
			}
		}
	}
	slices.Sort(records) // their numbers begin with the time
	for _, name := range slices.Backward(records) {
		release, free, err := keep.Lock(name, false)
		if err != nil {
			return nil, nil, err
		}
		if !free {
			held = append(held, name)
			continue
		}
		if p, err := v.take(name, release); p != nil || err != nil {
			return p, held, err
		}
	}
	return nil, held, nil
}

// take reads an experiment whose lock is held. It is nil, and the lock is
// released, if there is nothing that could be gone on with; what is damaged
// is removed.
func (v *vault) take(name string, release func()) (*plan, error) {
	id := strings.TrimPrefix(name, recordPrefix)
	db, err := v.open()
	if err != nil {
		release()
		return nil, err
	}
	p, err := read(keep.NewJournal(db), id)
	if err == nil {
		p.release = release
		return p, nil
	}
	defer release()
	switch {
	case errors.Is(err, keep.ErrNone), errors.Is(err, errDamaged):
		return nil, forget(db, id)
	case errors.Is(err, errForeign):
		return nil, nil
	}
	return nil, err
}

// read reads what is kept of an experiment. Runs of which no whole state is
// there are to begin anew.
func read(journal *keep.Journal, id string) (*plan, error) {
	b, err := journal.Read(recordName(id))
	if err != nil {
		return nil, err
	}
	p := &plan{id: id, states: map[runKey]keptState{}}
	if p.record, err = decodeRecord(b); err != nil {
		return nil, err
	}
	if err := p.readParts(journal); err != nil {
		return nil, err
	}
	yielder, err := web.NewYielder()
	if err != nil {
		return nil, err
	}
	defer yielder.Close()
	if p.set, err = p.record.restore(yielder.Yield); err != nil {
		return nil, err
	}
	if p.stored, err = journal.Names(statePrefix + id + "/"); err != nil {
		return nil, err
	}
	states := map[runKey]string{}
	for _, name := range p.stored {
		states[keyOfState(name)] = name
	}
	if len(states) == 0 {
		return p, nil
	}
	if p.set == nil {
		if err := p.readEnded(journal, states); err != nil {
			return nil, err
		}
	}
	for t := range p.record.tasks(p.set) {
		name := states[t.key()]
		if name == "" {
			continue
		}
		state, err := readState(journal, name)
		if errors.Is(err, keep.ErrNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p.states[t.key()] = state
	}
	return p, nil
}

// readState reads the newest whole state of a run.
func readState(journal *keep.Journal, name string) (keptState, error) {
	newest, err := journal.Newest(name)
	if err != nil {
		return keptState{}, err
	}
	sealed, err := web.Copy(newest.Sealed)
	return keptState{epoch: int(newest.Number), sealed: sealed, slot: newest.Slot}, err
}

// readEnded reads each network's last round of which there is the last state.
func (p *plan) readEnded(journal *keep.Journal, states map[runKey]string) error {
	for _, kind := range p.record.Config.Models {
		for _, f := range slices.Backward(p.record.Done) {
			name := states[f.key()]
			if f.Model != kind || name == "" || f.Std == 0 {
				continue
			}
			state, err := readState(journal, name)
			if err != nil && !errors.Is(err, keep.ErrNone) {
				return err
			}
			if err == nil && state.epoch == p.record.Config.Train(kind).Epochs {
				p.ended = append(p.ended, endedRun{f, state})
				break
			}
		}
	}
	return nil
}

// readParts puts the finished runs that are in parts before the others. Those
// of a part that is lost are to be made again, and all parts are written anew.
func (p *plan) readParts(journal *keep.Journal) error {
	var all []finished
	whole := true
	for n := range p.record.Parts {
		var part []finished
		b, err := journal.Read(partName(p.id, n))
		if err != nil && !errors.Is(err, keep.ErrNone) {
			return err
		}
		if err != nil || json.Unmarshal(b, &part) != nil || len(part) != partRuns {
			whole = false
			continue
		}
		all = append(all, part...)
	}
	p.record.Done = append(all, p.record.Done...)
	if !whole {
		p.record.Parts = 0
	}
	return nil
}
