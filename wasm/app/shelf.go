package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
	"github.com/pairlab/pairlab/engine/sha256"
	"github.com/pairlab/pairlab/ui/text"
)

// shelfSchema is that of a shelved experiment.
const shelfSchema = "pairlab.shelf/v1"

// shelfRoom is how many experiments are kept, and largestResult the largest
// result of one, in bytes.
const (
	shelfRoom     = 40
	largestResult = 8 << 20
)

// What is kept of an experiment lies under its number: what the list says of
// it, written last; its result; and its networks, as safetensors files.
const (
	shelvedPrefix = "shelved/"
	resultPrefix  = "result/"
	networkPrefix = "network/"
)

func networkKey(id string, kind model.Kind) string { return networkPrefix + id + "/" + string(kind) }

// shelve is what the list says of an experiment that has ended; ok is false if
// no round of it has.
func shelve(id string, now int64, r experiment.Result) (s text.Shelved, ok bool) {
	s = text.Shelved{ID: id, Schema: shelfSchema, Saved: now, Config: r.Config, Digest: digestOf(r)}
	for _, m := range r.Models {
		ok = ok || len(m.Rounds) > 0
		s.Models = append(s.Models, text.ShelvedModel{
			Kind: m.Name, Rounds: len(m.Rounds), Parameters: m.Parameters,
			Summary: m.Summary, Interval: experiment.AccuracyInterval(m.Rounds),
		})
	}
	return s, ok
}

// digestOf is the SHA-256 over the digests of all runs; of one run it is that
// run's own.
func digestOf(r experiment.Result) string {
	var all []string
	for _, m := range r.Models {
		for _, round := range m.Rounds {
			all = append(all, round.Digest)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:])
}

// readShelved reads what the list says of an experiment. Settings that there
// were not when it was kept are their preset's.
func readShelved(id string, b []byte) (s text.Shelved, err error) {
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("app: a kept experiment is damaged: %w", err)
	}
	if s.Schema != shelfSchema {
		return s, fmt.Errorf("app: a kept experiment has schema %q, want %q", s.Schema, shelfSchema)
	}
	defaults, err := experiment.Defaults(s.Config.Preset)
	if err != nil {
		return s, err
	}
	s = text.Shelved{ID: id, Config: defaults}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, err
	}
	return s, s.Config.Check()
}

// roomFor says which experiment, if any, has to leave the list for another,
// and whether there can be room. list is the newest first; those that a person
// has named stay.
func roomFor(list []text.Shelved) (leaves *text.Shelved, room bool) {
	if len(list) < shelfRoom {
		return nil, true
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name == "" {
			return &list[i], true
		}
	}
	return nil, false
}
