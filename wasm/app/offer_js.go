package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

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
	found, err := c.vault.find()
	if err != nil {
		return nil, err
	}
	c.setOffer(found)
	return found, nil
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
	return p.record.summary(epochs, version)
}

// ResumeKept goes on with the experiment that is offered.
func (c *controller) ResumeKept() error {
	p := c.offer
	if p == nil {
		return errNothingKept
	}
	if p.record.Build != version {
		// Another build might not compute the same bits.
		p.states = nil
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

// find looks for the newest experiment in the storage that no living tab has,
// and takes its lock. It is nil if there is none. What cannot be read, or
// belongs to no experiment, is removed.
func (v *vault) find() (*plan, error) {
	db, err := v.open()
	if err != nil {
		return nil, err
	}
	journal := keep.NewJournal(db)
	// In this order: an experiment's record is there before its first state.
	states, err := journal.Names(statePrefix)
	if err != nil {
		return nil, err
	}
	records, err := journal.Names(recordPrefix)
	if err != nil {
		return nil, err
	}
	for _, state := range states {
		if !slices.Contains(records, recordName(ownerOf(state))) {
			if err := journal.Delete(state); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(records) // their numbers begin with the time
	for _, name := range slices.Backward(records) {
		release, ok, err := keep.Lock(name)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		p, err := read(journal, strings.TrimPrefix(name, recordPrefix), states)
		if err == nil {
			p.release = release
			return p, nil
		}
		fmt.Fprintln(os.Stderr, err)
		err = forget(db, strings.TrimPrefix(name, recordPrefix))
		release()
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// read reads what is kept of an experiment. Runs of which no whole state is
// there are to begin anew.
func read(journal *keep.Journal, id string, states []string) (*plan, error) {
	b, err := journal.Read(recordName(id))
	if err != nil {
		return nil, err
	}
	p := &plan{id: id, states: map[runKey]keptState{}}
	if p.record, err = decodeRecord(b); err != nil {
		return nil, err
	}
	for _, run := range p.record.remaining() {
		name := stateName(id, run.Model, run.Round)
		if !slices.Contains(states, name) {
			continue
		}
		newest, err := journal.Newest(name)
		if errors.Is(err, keep.ErrNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sealed, err := web.Copy(newest.Sealed)
		if err != nil {
			return nil, err
		}
		p.states[keyOf(run)] = keptState{epoch: int(newest.Number), sealed: sealed, slot: newest.Slot}
	}
	return p, nil
}
