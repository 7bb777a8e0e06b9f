package keep

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/pairlab/pairlab/engine/sha256"
)

// Storage keeps bytes by key. A Put is on disk when it returns, or undone.
type Storage interface {
	Put(key string, b []byte) error
	// Get returns what was put last, or ErrNone.
	Get(key string) ([]byte, error)
	// Delete removes keys; those that are not there are no error.
	Delete(keys ...string) error
	// Keys are all keys with the prefix.
	Keys(prefix string) ([]string, error)
	// All is what was put last under each key with the prefix.
	All(prefix string) (map[string][]byte, error)
}

// ErrNone says that there is no such record.
var ErrNone = errors.New("keep: no record")

// Journal keeps records in a storage. It is for one goroutine at a time.
type Journal struct {
	storage Storage
	next    map[string]uint64 // the number of a record's next version
}

// NewJournal returns the journal in a storage.
func NewJournal(s Storage) *Journal { return &Journal{storage: s, next: map[string]uint64{}} }

// Slot is the key of a version: even and odd ones take turns.
func Slot(name string, version uint64) string { return fmt.Sprintf("%s#%d", name, version%2) }

// Write keeps b as the newest version of the record. If it fails, the
// version before is still there.
func (j *Journal) Write(name string, b []byte) error {
	version, known := j.next[name]
	if !known {
		last, err := j.Newest(name)
		if err != nil && !errors.Is(err, ErrNone) {
			return err
		}
		version = last.Number + 1
	}
	if err := j.storage.Put(Slot(name, version), Seal(version, b)); err != nil {
		return fmt.Errorf("keep: %s: %w", name, err)
	}
	j.next[name] = version + 1
	return nil
}

// Read returns the newest version of the record that is whole, or ErrNone.
func (j *Journal) Read(name string) ([]byte, error) {
	v, err := j.Newest(name)
	return v.Content, err
}

// Version is a version of a record as it lies in its slot.
type Version struct {
	Number  uint64
	Content []byte
	Sealed  []byte // what Seal made of the two
	Slot    int    // 0 or 1
}

// Newest returns the version with the largest number that is whole, whichever
// slot it lies in, or ErrNone.
func (j *Journal) Newest(name string) (newest Version, err error) {
	var slots [2][]byte
	for i := range slots {
		slots[i], err = j.storage.Get(Slot(name, uint64(i)))
		if err != nil && !errors.Is(err, ErrNone) {
			return Version{}, fmt.Errorf("keep: %s: %w", name, err)
		}
	}
	return newestOf(slots)
}

// newestOf is the newest version of those in a record's slots.
func newestOf(slots [2][]byte) (newest Version, err error) {
	err = ErrNone
	for i, sealed := range slots {
		number, content, ok := Open(sealed)
		if ok && (err != nil || number > newest.Number) {
			newest, err = Version{number, content, sealed, i}, nil
		}
	}
	return newest, err
}

// ReadAll returns the newest version that is whole of each record whose name
// has the prefix.
func (j *Journal) ReadAll(prefix string) (map[string][]byte, error) {
	sealed, err := j.storage.All(prefix)
	if err != nil {
		return nil, fmt.Errorf("keep: read: %w", err)
	}
	contents := map[string][]byte{}
	for key := range sealed {
		name, _, isSlot := strings.Cut(key, "#")
		if _, read := contents[name]; read || !isSlot {
			continue
		}
		if newest, err := newestOf([2][]byte{sealed[Slot(name, 0)], sealed[Slot(name, 1)]}); err == nil {
			contents[name] = newest.Content
		}
	}
	return contents, nil
}

// Delete removes records.
func (j *Journal) Delete(names ...string) error {
	var keys []string
	for _, name := range names {
		keys = append(keys, Slot(name, 0), Slot(name, 1))
		delete(j.next, name)
	}
	if err := j.storage.Delete(keys...); err != nil {
		return fmt.Errorf("keep: delete: %w", err)
	}
	return nil
}

// Names are the records whose names have the prefix.
func (j *Journal) Names(prefix string) ([]string, error) {
	keys, err := j.storage.Keys(prefix)
	if err != nil {
		return nil, fmt.Errorf("keep: list: %w", err)
	}
	var names []string
	seen := map[string]bool{}
	for _, key := range keys {
		name, _, ok := strings.Cut(key, "#")
		if ok && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names, nil
}

// Seal puts a version and the SHA-256 of both in front of b.
func Seal(version uint64, b []byte) []byte {
	body := binary.LittleEndian.AppendUint64(make([]byte, sha256.Size, sha256.Size+8+len(b)), version)
	body = append(body, b...)
	sum := sha256.Sum256(body[sha256.Size:])
	copy(body, sum[:])
	return body
}

// Open undoes Seal; ok is false if the bytes are not whole.
func Open(sealed []byte) (version uint64, b []byte, ok bool) {
	if len(sealed) < sha256.Size+8 {
		return 0, nil, false
	}
	body := sealed[sha256.Size:]
	if sha256.Sum256(body) != [sha256.Size]byte(sealed[:sha256.Size]) {
		return 0, nil, false
	}
	return binary.LittleEndian.Uint64(body), body[8:], true
}
