package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/protocol"
)

// databaseName is that of the browser's database for the site's origin.
const databaseName = "pairlab"

const (
	// saveEvery is the least time between two records that say no more than when
	// they were written.
	saveEvery = 10 * time.Second
	// keepEvery is that between two states of a run: a state goes through two
	// processes of the browser to the disk, all of which takes time from the
	// workers. It is the most of a run that a crash costs, and runs that are
	// shorter write none.
	keepEvery = 2 * time.Second
)

// vault is the browser's storage, opened when it is first used.
type vault struct {
	warn  func(cause error) // told the first failure
	pause func() error      // lets the browser do other things first

	opening sync.Once
	db      *keep.IndexedDB
	err     error

	warning sync.Once
}

func (v *vault) open() (*keep.IndexedDB, error) {
	v.opening.Do(func() { v.db, v.err = keep.OpenIndexedDB(databaseName) })
	return v.db, v.err
}

func (v *vault) failed(err error) { v.warning.Do(func() { v.warn(err) }) }

// keeper keeps the experiment in hand in the browser's storage, in the
// background: nothing here waits, and a storage that fails does no harm.
type keeper struct {
	vault *vault
	queue *keep.Queue
	id    string
	set   experiment.Set // as the plan's

	mu         sync.Mutex
	record     record
	parameters map[string]int      // by the runs' names
	saved      time.Time           // when the record was last asked to be written
	states     *backlog            // of the runs in progress, by the states' names
	stored     map[string]bool     // of what states something was asked to be written
	slots      map[string]int      // that each run's state was last written to, by name
	networks   *backlog            // of the last states of runs, by the networks' names
	ended      map[string][]string // names of the states that may be stored of a network's ended runs
	over       bool

	// The queue's own:
	journal *keep.Journal
	release func() // the lock
}

// newKeeper keeps p.
func newKeeper(v *vault, p plan) *keeper {
	k := &keeper{
		vault: v, queue: keep.NewQueue(v.failed), id: p.id, set: p.set,
		record: p.record, parameters: map[string]int{}, slots: map[string]int{},
		states: newBacklog(keepEvery, time.Now), stored: map[string]bool{},
		networks: newBacklog(keepEvery, time.Now), ended: map[string][]string{},
		release: p.release,
	}
	k.record.Build = version
	for key, state := range p.states {
		name := stateName(p.id, key)
		k.slots[name], k.stored[name] = state.slot, true
	}
	for _, e := range p.ended {
		name := stateName(p.id, e.key())
		k.slots[name], k.ended[e.key().name] = e.state.slot, []string{name}
	}
	for _, f := range p.record.Done {
		k.parameters[f.key().name] = f.Parameters
	}
	if k.release == nil {
		k.queue.Put("lock", k.lock)
	} else {
		for _, name := range p.stored {
			if _, goesOn := k.slots[name]; !goesOn {
				k.anew(name)
			}
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.save()
	return k
}

// anew drops what there may be of a run that begins anew.
func (k *keeper) anew(state string) {
	k.queue.Drop(state)
	k.queue.Put("anew "+state, func() error { return k.delete(keep.Slot(state, 0), keep.Slot(state, 1)) })
}

// lock shows other tabs that the experiment is in hand.
func (k *keeper) lock() (err error) {
	k.release, _, err = keep.Lock(recordName(k.id), false)
	return err
}

// unlock lets other tabs offer the experiment, though this one has it.
func (k *keeper) unlock() {
	if k.release != nil {
		k.release()
	}
}

// save has the record written. The caller holds the lock.
func (k *keeper) save() {
	k.saved = time.Now()
	k.queue.Put("record", func() error {
		if err := k.vault.pause(); err != nil {
			return err
		}
		return k.writeRecord()
	})
}

// writeRecord writes the parts that are full, and then the rest.
func (k *keeper) writeRecord() error {
	k.mu.Lock()
	k.record.Saved = time.Now().UnixMilli()
	r := k.record
	k.mu.Unlock()
	if k.journal == nil {
		db, err := k.vault.open()
		if err != nil {
			return err
		}
		k.journal = keep.NewJournal(db)
	}
	for ; (r.Parts+1)*partRuns <= len(r.Done); r.Parts++ {
		text, err := json.Marshal(r.part(r.Parts))
		if err == nil {
			err = k.journal.Write(partName(k.id, r.Parts), text)
		}
		if err != nil {
			return err
		}
	}
	k.mu.Lock()
	k.record.Parts = r.Parts
	k.mu.Unlock()
	text, err := r.rest().encode()
	if err != nil {
		return err
	}
	return k.journal.Write(recordName(k.id), text)
}

// state keeps a run's state after an epoch, if it is time to. That after the
// last epoch is not gone on with, but it is the network.
func (k *keeper) state(key runKey, epoch int, last bool, sealed safejs.Value) {
	name := stateName(k.id, key)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return
	}
	write := func() error {
		db, err := k.vault.open()
		if err != nil {
			return err
		}
		k.mu.Lock()
		slot := 1 - k.slots[name]
		k.mu.Unlock()
		if err := db.PutValue(keep.Slot(name, uint64(slot)), sealed); err != nil {
			return fmt.Errorf("app: keep epoch %d of %s: %w", epoch, name, err)
		}
		k.mu.Lock()
		k.slots[name] = slot
		k.mu.Unlock()
		return nil
	}
	if last {
		k.states.end(name)
		if k.set == nil {
			k.network(key.name, name, write)
		}
	} else if k.states.take(name, write) {
		k.stored[name] = true
		k.queue.Put(name, write)
	}
	if time.Since(k.saved) > saveEvery {
		k.save()
	}
}

// network keeps the last state of a network's run, which put writes, in the
// place of those of its rounds before: of rounds that follow soon, the last
// one's. The caller holds the lock.
func (k *keeper) network(of, name string, put func() error) {
	write := func() error {
		if err := put(); err != nil {
			return err
		}
		var before []string
		k.mu.Lock()
		for _, ended := range k.ended[of] {
			if ended != name {
				before = append(before, keep.Slot(ended, 0), keep.Slot(ended, 1))
			}
		}
		k.ended[of] = []string{name}
		k.mu.Unlock()
		if len(before) == 0 {
			return nil
		}
		return k.delete(before...)
	}
	later := func(of string, write func() error) { k.queue.Put("network "+of, write) }
	if k.networks.take(of, write) {
		later(of, write)
		return
	}
	time.AfterFunc(keepEvery, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if !k.over {
			k.networks.flush(later)
		}
	})
}

// flush has all written that is still to be: the page may be about to go away.
func (k *keeper) flush() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return
	}
	// Not one after the other, as in the queue: a page that goes away ends
	// before the first is done, but what was asked for by then is done.
	now := func(write func() error) {
		go func() {
			if err := write(); err != nil {
				k.vault.failed(err)
			}
		}()
	}
	now(k.writeRecord) // which may still be in the queue
	k.states.flush(func(name string, write func() error) {
		k.stored[name] = true
		now(write)
	})
	k.networks.flush(func(_ string, write func() error) { now(write) })
}

// heard takes the runs' ends from the events of the experiment's runs; setting
// is of those of a set of trials, and o of the others'.
func (k *keeper) heard(setting string, o protocol.Outcome, e experiment.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := finished{Setting: setting, Model: e.Model, Round: e.Round}
	key := f.key()
	name := stateName(k.id, key)
	switch {
	case k.over:
	case e.Kind == experiment.StartEvent:
		k.parameters[key.name] = e.Parameters
		k.states.begin(name)
	case e.Kind == experiment.DoneEvent && e.Result != nil:
		f.Parameters, f.Result = k.parameters[key.name], *e.Result
		if v := k.record.Views; v != nil && v.View == experiment.SearchView {
			f.Result.Epochs = nil // as the search itself does
		}
		if k.set == nil {
			f.Mean, f.Std = o.Mean, o.Std
		}
		k.record.Done = append(k.record.Done, f)
		k.states.end(name)
		k.queue.Drop(name)
		k.save()
		if k.set == nil {
			k.ended[key.name] = append(k.ended[key.name], name)
		} else if k.stored[name] {
			k.queue.Put("end of "+name, func() error { return k.delete(keep.Slot(name, 0), keep.Slot(name, 1)) })
		}
		delete(k.stored, name)
	}
}

// config is the experiment's settings.
func (k *keeper) config() experiment.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.record.Config
}

func (k *keeper) delete(keys ...string) error {
	db, err := k.vault.open()
	if err != nil {
		return err
	}
	return db.Delete(keys...)
}

// forget ends the keeping and removes all that was kept.
func (k *keeper) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	k.queue.Clear()
	k.queue.Put("end", func() error {
		defer k.unlock()
		db, err := k.vault.open()
		if err != nil {
			return err
		}
		return forget(db, k.id)
	})
}

// forget removes what is kept of an experiment.
func forget(db *keep.IndexedDB, id string) error {
	record := recordName(id)
	all := []string{keep.Slot(record, 0), keep.Slot(record, 1)}
	for _, prefix := range []string{statePrefix, partPrefix} {
		keys, err := db.Keys(prefix + id + "/")
		if err != nil {
			return err
		}
		all = append(all, keys...)
	}
	return db.Delete(all...)
}

// rest is what is left to do of the experiment, whose runs are jobs.
func (k *keeper) rest(jobs []*job) plan {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := plan{id: k.id, record: k.record, set: k.set, states: map[runKey]keptState{}, keeper: k}
	for _, j := range jobs {
		j.mu.Lock()
		if j.epoch > 0 {
			p.states[j.key()] = keptState{epoch: j.epoch, sealed: j.state}
		}
		j.mu.Unlock()
	}
	return p
}
