package keep

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// memory is a storage that can be told to fail.
type memory struct {
	m    map[string][]byte
	fail error // of the next Put
}

func (s *memory) Put(key string, b []byte) error {
	if s.fail != nil {
		return s.fail
	}
	s.m[key] = append([]byte{}, b...)
	return nil
}

func (s *memory) Get(key string) ([]byte, error) {
	b, ok := s.m[key]
	if !ok {
		return nil, ErrNone
	}
	return b, nil
}

func (s *memory) Delete(keys ...string) error {
	for _, k := range keys {
		delete(s.m, k)
	}
	return nil
}

func (s *memory) Keys(prefix string) (keys []string, err error) {
	for k := range s.m {
		if strings.HasPrefix(k, prefix) {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

func (s *memory) All(prefix string) (map[string][]byte, error) {
	all := map[string][]byte{}
	for k, b := range s.m {
		if strings.HasPrefix(k, prefix) {
			all[k] = b
		}
	}
	return all, nil
}

func read(t *testing.T, s Storage, name string) string {
	t.Helper()
	b, err := NewJournal(s).Read(name)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestAllThatIsWholeIsReadAtOnce(t *testing.T) {
	s := &memory{m: map[string][]byte{"run/a/b": []byte("no slot of a record"), "other#0": Seal(1, []byte("other"))}}
	j := NewJournal(s)
	for _, w := range []struct{ name, content string }{{"run/a", "old"}, {"run/a", "new"}, {"run/b", "first"}, {"run/b", "torn"}, {"run/c", "torn"}} {
		if err := j.Write(w.name, []byte(w.content)); err != nil {
			t.Fatal(err)
		}
	}
	for key, b := range s.m {
		if strings.HasSuffix(string(b), "torn") {
			s.m[key] = b[:len(b)-1]
		}
	}
	all, err := j.ReadAll("run/")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || string(all["run/a"]) != "new" || string(all["run/b"]) != "first" {
		t.Errorf("read %q, want the newest of a and the one of b that is whole", all)
	}
}

func TestNewestVersionIsRead(t *testing.T) {
	s := &memory{m: map[string][]byte{}}
	if got := read(t, s, "run"); got != ErrNone.Error() {
		t.Errorf("nothing kept: %q", got)
	}
	for i := range 5 {
		j := NewJournal(s) // as after a reload
		for k := range 3 {
			want := fmt.Sprint("version ", i, ".", k)
			if err := j.Write("run", []byte(want)); err != nil {
				t.Fatal(err)
			}
			if got := read(t, s, "run"); got != want {
				t.Errorf("read %q, want %q", got, want)
			}
		}
	}
	if len(s.m) != 2 {
		t.Errorf("%d slots, want 2", len(s.m))
	}
}

// A write that is torn at any byte leaves the version before.
func TestTornWriteLeavesTheVersionBefore(t *testing.T) {
	s := &memory{m: map[string][]byte{}}
	j := NewJournal(s)
	for _, v := range []string{"one", "two"} {
		if err := j.Write("run", []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	key := Slot("run", 2)
	whole := s.m[key]
	for i := range whole {
		s.m[key] = whole[:i]
		if got := read(t, s, "run"); got != "one" {
			t.Errorf("torn after %d bytes: %q, want the version before", i, got)
		}
		flipped := append([]byte{}, whole...)
		flipped[i] ^= 4
		s.m[key] = flipped
		if got := read(t, s, "run"); got != "one" {
			t.Errorf("byte %d flipped: %q, want the version before", i, got)
		}
	}
}

func TestFailedWriteIsReportedAndLosesNothing(t *testing.T) {
	s := &memory{m: map[string][]byte{}}
	j := NewJournal(s)
	if err := j.Write("run", []byte("one")); err != nil {
		t.Fatal(err)
	}
	quota := errors.New("quota exceeded")
	s.fail = quota
	if err := j.Write("run", []byte("two")); !errors.Is(err, quota) {
		t.Errorf("error %v, want %v", err, quota)
	}
	if got := read(t, s, "run"); got != "one" {
		t.Errorf("read %q, want the version before", got)
	}
}

func TestNamesAndDelete(t *testing.T) {
	s := &memory{m: map[string][]byte{}}
	j := NewJournal(s)
	for _, name := range []string{"run/a", "run/b", "other"} {
		for range 2 {
			if err := j.Write(name, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if names, err := j.Names("run/"); err != nil || len(names) != 2 {
		t.Errorf("names %v, error %v, want two", names, err)
	}
	if err := j.Delete("run/a", "run/b", "absent"); err != nil {
		t.Fatal(err)
	}
	if names, _ := j.Names(""); len(names) != 1 || names[0] != "other" {
		t.Errorf("names %v after deleting, want other", names)
	}
}
