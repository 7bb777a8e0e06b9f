package main

import (
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
