package cancel

import (
	"errors"
	"testing"
	"time"
)

func isSet(s *Signal) bool {
	select {
	case <-s.Done():
		return true
	default:
		return false
	}
}

func TestChildrenAreSetWithTheirParentAndNotTheOtherWay(t *testing.T) {
	cause, own := errors.New("worker died"), errors.New("child's own")
	parent := New()
	first, _ := parent.Child()
	second, _ := parent.Child()
	third, release := parent.Child()
	release()

	first.Set(own)
	if isSet(parent) || isSet(second) || !errors.Is(first.Err(), own) {
		t.Error("a child's signal reached others")
	}
	parent.Set(cause)
	parent.Set(errors.New("later"))
	if !isSet(second) || !errors.Is(second.Err(), cause) || !errors.Is(first.Err(), own) {
		t.Errorf("children's causes are %v and %v", first.Err(), second.Err())
	}
	if isSet(third) {
		t.Error("a released child was set")
	}
	if late, _ := parent.Child(); !isSet(late) || !errors.Is(late.Err(), cause) {
		t.Error("a child made afterwards is not set")
	}
}

func TestNoSignalIsNeverSet(t *testing.T) {
	var none *Signal
	if isSet(none) || none.Err() != nil {
		t.Error("a nil signal is set")
	}
	child, release := none.Child()
	defer release()
	child.Set(nil)
	if !errors.Is(child.Err(), ErrStopped) {
		t.Errorf("cause %v, want %v", child.Err(), ErrStopped)
	}
}

func TestAfterIsSetOnceItsTimeHasCome(t *testing.T) {
	s, release := After(time.Millisecond)
	defer release()
	<-s.Done()
	later, release := After(time.Hour)
	release()
	if isSet(later) {
		t.Error("set an hour too early")
	}
}
