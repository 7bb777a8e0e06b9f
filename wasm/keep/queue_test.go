package keep

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// slow makes writes that are made one at a time when the test lets them.
type slow struct {
	begin chan string
	end   chan error
}

func newSlow() *slow { return &slow{make(chan string), make(chan error)} }

func (s *slow) write(what string) func() error {
	return func() error {
		s.begin <- what
		return <-s.end
	}
}

func TestOfWritesThatWaitOnlyTheNewestOfANameIsMade(t *testing.T) {
	s, idle := newSlow(), make(chan string, 1)
	q := NewQueue(func(err error) { t.Error(err) })
	q.Put("a", s.write("a1"))
	made := []string{<-s.begin}
	for i := 2; i <= 5; i++ { // none of these waits for the first to end
		q.Put("a", s.write(fmt.Sprint("a", i)))
		q.Put("b", s.write(fmt.Sprint("b", i)))
		q.Put("c", s.write(fmt.Sprint("c", i)))
	}
	q.Drop("c")
	q.Put("last", func() error { idle <- "last"; return nil })
	for {
		s.end <- nil
		var next string
		select {
		case next = <-s.begin:
			made = append(made, next)
			continue
		case next = <-idle:
			made = append(made, next)
		}
		break
	}
	if want := []string{"a1", "a5", "b5", "last"}; !slices.Equal(made, want) {
		t.Errorf("written: %v, want %v", made, want)
	}
}

func TestClearDropsWhatWaitsAndTheQueueGoesOn(t *testing.T) {
	s := newSlow()
	q := NewQueue(func(err error) { t.Error(err) })
	q.Put("a", s.write("a"))
	<-s.begin
	q.Put("b", s.write("b"))
	q.Clear()
	q.Put("end", s.write("end"))
	s.end <- nil
	if got := <-s.begin; got != "end" {
		t.Errorf("%s was written after all had been dropped", got)
	}
	s.end <- nil
	q.Put("again", s.write("again"))
	if got := <-s.begin; got != "again" {
		t.Errorf("%s, want again", got)
	}
	s.end <- nil
}

func TestAWriteThatFailsIsToldAndTheNextIsMade(t *testing.T) {
	full := errors.New("full")
	told, made := make(chan error, 1), make(chan bool)
	q := NewQueue(func(err error) { told <- err })
	q.Put("a", func() error { return full })
	q.Put("b", func() error { made <- true; return nil })
	<-made
	if err := <-told; !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}
