package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hack-pad/safejs"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/ui"
	"github.com/pairlab/pairlab/ui/text"
	"github.com/pairlab/pairlab/wasm/keep"
	"github.com/pairlab/pairlab/wasm/web"
)

// shelfDatabase is the name of the database, and of the channel by which tabs
// tell each other of changes.
const shelfDatabase = "pairlab-shelf"

// orphanAge is how old what belongs to no experiment of the list must be to be
// removed: another tab may be about to write the rest.
const orphanAge = time.Hour

// shelf keeps the experiments that have ended in the browser's storage. All is
// done in turn, in the background.
type shelf struct {
	c     *controller
	tasks *web.Mailbox[func()]

	// The tasks' own:
	db      *keep.IndexedDB
	list    []text.Shelved // the newest first
	known   map[string]known
	told    bool // that there is no storage
	channel safejs.Value
	deleted map[string][]byte // what was deleted last, by key
	waiting func() error      // keeps the experiment that found no room
}

// known is what the storage says of an experiment, and what the list makes of
// it: most of a list that is read again is as before.
type known struct {
	about string
	run   text.Shelved
}

func newShelf(c *controller) *shelf {
	s := &shelf{c: c, tasks: web.NewMailbox[func()]()}
	go func() {
		for {
			task, err := s.tasks.Take(nil)
			if err != nil {
				return
			}
			task()
		}
	}()
	return s
}

// do has a task done; if it fails, the list says so, with what it was about.
// That there is no storage is said once.
func (s *shelf) do(about string, task func() error) {
	s.tasks.Put(func() {
		if s.db == nil {
			var err error
			if s.db, err = keep.OpenIndexedDB(shelfDatabase); err != nil {
				if !s.told {
					s.told = true
					s.say("This browser keeps no experiments, so download results that you want to have later", err)
				}
				return
			}
		}
		if err := task(); err != nil {
			s.say(about, err)
		}
	})
}

func (s *shelf) say(about string, err error) {
	s.c.page.ShelfSays(about+": "+strings.TrimPrefix(err.Error(), "keep: ")+".", false)
}

// handlers are what the list's buttons do.
func (s *shelf) handlers() ui.Shelf {
	return ui.Shelf{
		Open:     func(id string) { s.do("It could not be opened", func() error { return s.open(id) }) },
		Rename:   func(id, name string) { s.do("The name is not kept", func() error { return s.rename(id, name) }) },
		Delete:   func(id string) { s.do("It could not be deleted", func() error { return s.delete(id) }) },
		Undelete: func() { s.do("It could not be brought back", s.undelete) },
	}
}

// start lists what is there, and follows other tabs from then on.
func (s *shelf) start() {
	const about = "The kept experiments could not be read"
	s.do(about, func() error {
		if channel, err := web.New("BroadcastChannel", shelfDatabase); err == nil {
			s.channel = channel
			_, err = web.Listen(channel, "message", func(safejs.Value) { s.do(about, s.read) })
			if err != nil {
				return err
			}
		}
		if err := s.sweep(); err != nil {
			return err
		}
		return s.read()
	})
}

// read reads the list and shows it.
func (s *shelf) read() error {
	all, err := keep.NewJournal(s.db).ReadAll(shelvedPrefix)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(all)) // their numbers begin with the time
	before := s.known
	s.list, s.known = nil, map[string]known{}
	for _, name := range slices.Backward(names) {
		k, is := before[name]
		if about := string(all[name]); !is || k.about != about {
			run, err := describe(strings.TrimPrefix(name, shelvedPrefix), all[name])
			if err != nil {
				fmt.Fprintln(os.Stderr, err) // of another build, which may list it again
				continue
			}
			k = known{about, run}
		}
		s.known[name] = k
		s.list = append(s.list, k.run)
	}
	s.c.page.Shelf(s.list)
	return nil
}

// describe reads what the list says of an experiment, all of it.
func describe(id string, b []byte) (text.Shelved, error) {
	run, err := readShelved(id, b)
	if err != nil {
		return run, err
	}
	date, err := web.New("Date", float64(run.Saved))
	if err != nil {
		return run, err
	}
	words, err := date.Call("toLocaleString", "en-GB", map[string]any{"dateStyle": "medium", "timeStyle": "short"})
	if err != nil {
		return run, err
	}
	if run.When, err = words.String(); err != nil {
		return run, err
	}
	run.Settings = text.Settings(run.Config)
	again := run.Config
	again.Autostart = true
	run.Query = "?" + again.Encode()
	return run, nil
}

// changed shows a change, here and in other tabs.
func (s *shelf) changed() error {
	if !s.channel.IsUndefined() {
		if _, err := s.channel.Call("postMessage", "changed"); err != nil {
			return err
		}
	}
	return s.read()
}

// sweep removes what an earlier page had no time to finish.
func (s *shelf) sweep() error {
	keys, err := s.db.Keys("")
	if err != nil {
		return err
	}
	for _, key := range keys {
		prefix, id, _ := strings.Cut(key, "/")
		id, _, _ = strings.Cut(id, "/")
		id, _, _ = strings.Cut(id, "#")
		stamp, _, _ := strings.Cut(id, "-")
		made, err := strconv.ParseInt(stamp, 10, 64)
		listed := slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, shelvedPrefix+id+"#") })
		if prefix+"/" != shelvedPrefix && !listed && err == nil && time.Since(time.UnixMilli(made)) > orphanAge {
			if err := s.db.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep keeps the experiment that has just ended. Once that is done, what was
// kept of it while it was under way is let go.
func (s *shelf) keep(id string, forget func()) {
	result, _ := s.c.page.Result()
	files := s.c.asker.files()
	s.do("The last experiment is not kept", func() error {
		err := s.put(id, result, files)
		if err == nil {
			forget()
		}
		return err
	})
}

func (s *shelf) put(id string, result experiment.Result, files func() ([]modelFile, error)) error {
	run, ok := shelve(id, time.Now().UnixMilli(), result)
	if !ok {
		return nil
	}
	s.waiting = nil
	encoded, err := encodeJSON(result)
	if err != nil {
		return err
	}
	if len(encoded) > largestResult {
		return fmt.Errorf("its result has %d MB, the most is %d", len(encoded)>>20, largestResult>>20)
	}
	about, err := encodeJSON(run)
	if err != nil {
		return err
	}
	if err := s.read(); err != nil {
		return err
	}
	leaves, room := roomFor(s.list)
	if !room {
		s.waiting = func() error { return s.put(id, result, files) }
		s.c.page.ShelfSays(text.NoRoom(shelfRoom), false)
		return nil
	}
	networks, lost := files()
	for _, n := range networks {
		if err := s.db.PutValue(networkKey(id, n.kind), n.bytes); err != nil {
			return err
		}
	}
	journal := keep.NewJournal(s.db)
	if err := journal.Write(resultPrefix+id, encoded); err != nil {
		return err
	}
	if err := journal.Write(shelvedPrefix+id, about); err != nil {
		return err
	}
	if leaves != nil {
		keys, err := s.keysOf(leaves.ID)
		if err == nil {
			err = s.db.Delete(keys...)
		}
		if err != nil {
			return err
		}
	}
	if err := s.changed(); err != nil {
		return err
	}
	switch {
	case lost != nil:
		s.say("The last experiment is kept without its networks", lost)
	case leaves != nil:
		s.c.page.ShelfSays(text.MadeRoom(leaves.Title(), shelfRoom), false)
	}
	return nil
}

// keysOf are the keys of all that is kept of an experiment.
func (s *shelf) keysOf(id string) (keys []string, err error) {
	for _, prefix := range []string{shelvedPrefix + id + "#", resultPrefix + id + "#", networkPrefix + id + "/"} {
		some, err := s.db.Keys(prefix)
		if err != nil {
			return nil, err
		}
		keys = append(keys, some...)
	}
	return keys, nil
}

// find is an experiment of the list, as the storage has it now.
func (s *shelf) find(id string) (text.Shelved, error) {
	b, err := keep.NewJournal(s.db).Read(shelvedPrefix + id)
	if errors.Is(err, keep.ErrNone) {
		if err := s.read(); err != nil {
			return text.Shelved{}, err
		}
		return text.Shelved{}, errors.New("it is no longer there, another tab has deleted it")
	}
	if err != nil {
		return text.Shelved{}, err
	}
	return describe(id, b)
}

func (s *shelf) rename(id, name string) error {
	run, err := s.find(id)
	if err != nil {
		return err
	}
	run.Name = name
	b, err := encodeJSON(run)
	if err != nil {
		return err
	}
	if err := keep.NewJournal(s.db).Write(shelvedPrefix+id, b); err != nil {
		return err
	}
	return s.changed()
}

// delete deletes an experiment, and remembers it for undelete.
func (s *shelf) delete(id string) error {
	run, err := s.find(id)
	if err != nil {
		return err
	}
	keys, err := s.keysOf(id)
	if err != nil {
		return err
	}
	deleted := map[string][]byte{}
	for _, key := range keys {
		if deleted[key], err = s.db.Get(key); err != nil {
			return err
		}
	}
	if err := s.db.Delete(keys...); err != nil {
		return err
	}
	s.deleted = deleted
	if err := s.changed(); err != nil {
		return err
	}
	s.c.page.ShelfSays("“"+run.Title()+"” is deleted.", true)
	if s.waiting != nil {
		return s.waiting()
	}
	return nil
}

func (s *shelf) undelete() error {
	for _, prefix := range []string{networkPrefix, resultPrefix, shelvedPrefix} { // the list's part last
		for key, b := range s.deleted {
			if strings.HasPrefix(key, prefix) {
				if err := s.db.Put(key, b); err != nil {
					return err
				}
			}
		}
	}
	s.deleted = nil
	s.c.page.ShelfSays("It is back.", false)
	return s.changed()
}
